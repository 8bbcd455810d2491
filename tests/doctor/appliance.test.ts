import { once } from 'node:events';
import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { issueServerCertificate } from '../../app/edge/tls/issue.ts';
import { MediaClient } from '../../app/meetings/media-client.ts';
import { loadConfig } from '../../config/load.ts';
import { readSecret } from '../../config/secrets.ts';
import { renderTurn } from '../../turn/render.ts';
import { Appliance } from '../appliance.ts';
import { linkello, ownProgram as program } from '../config/linkello.ts';
import { until } from '../deadline.ts';
import { Examination } from './examination.ts';
import { unshared } from './unshared.ts';

// A whole appliance, broken in one place after the other. Each time what is broken is found, and nothing else.

t.setTimeout(240_000);

const appliance = await Appliance.start({ turn: {}, sites: [{ host: '127.0.0.1' }] });
t.teardown(() => appliance.stop());
const data = join(appliance.dataFolder, 'data');
const env = { LINKELLO_CONFIG: join(appliance.dataFolder, 'linkello.yaml'), LINKELLO_DATA: data };
const config = await loadConfig(env);
const examine = () => Examination.carryOut(env);

/** Coturn reads its certificate and its secret at its start, from a file that is written before. */
async function restartRelay(): Promise<void> {
  await appliance.turn?.stop();
  await renderTurn(config, await readSecret(config, 'turn'));
  await appliance.turn?.start();
  await relayIs('carries');
}

async function relayIs(code: string): Promise<Examination> {
  return until(`the relay ${code}`, examine, (seen) => seen.of('relay').codes.includes(code));
}

/** Breaks something for the length of a test. */
async function swap(t: Test, file: string, text: string): Promise<void> {
  const before = await readFile(file);
  t.teardown(() => writeFile(file, before));
  await writeFile(file, text);
}

t.test('the relay was started before there was a certificate', async (t) => {
  const seen = await relayIs('tls_off');
  t.same(seen.wrong, ['relay tls_off']);
  t.match(seen.of('relay'), { found: new RegExp(`TLS 127\\.0\\.0\\.1:${config.turn.tls_port}: nobody`) });
  t.equal(seen.run.code, 1);
});

t.test('all is well', async (t) => {
  await restartRelay();
  const { wrong, run, ...seen } = await examine();
  t.same(wrong, []);
  t.equal(run.code, 0);
  t.equal(run.stderr, '');
  t.equal(seen.records[0]?.check, 'configuration');
  const whole = await examine();
  const { port, tls_port } = config.turn;
  const places = [`UDP 127.0.0.1:${port}`, `TCP 127.0.0.1:${port}`, `TLS 127.0.0.1:${tls_port}`];
  for (const place of [...places, `TLS 127.0.0.1:${config.https.port}`])
    t.ok(whole.of('relay').found.includes(place), place);
  t.match(whole.of('media_udp').found, `UDP at 127.0.0.1:${config.media.port}.`);
  t.match(whole.of('media_tcp').found, `TCP at 127.0.0.1:${config.media.port}.`);
  t.match(whole.of('certificate'), { codes: ['of_own_authority'], found: /: of .* 89 days left/ });
  t.match(whole.of('mail'), { status: 'green', codes: ['no_relay'] });
  t.match(whole.of('statistics'), { status: 'green', codes: ['absent'], found: /not part of this inst/ });
});

t.test('nothing is left of it: no room, no file, no relay', async (t) => {
  const before = await readdir(data, { recursive: true });
  await examine();
  t.same(await readdir(data, { recursive: true }), before);
  const media = new MediaClient({
    control: config.media.control,
    secret: await readSecret(config, 'media-control'),
  });
  t.teardown(() => media.close());
  t.same(await media.call('listRooms', {}), { rooms: [] });
});

t.test('for people: in their language, a line each, no colours in a file', async (t) => {
  const english = await linkello(['doctor'], { env: { ...env, LC_ALL: 'C.UTF-8' } });
  t.match(english, { code: 0, stderr: '', stdout: /^Linkello, examined for 127\.0\.0\.1\n\n✓ ok/ });
  t.match(english.stdout, /\n✓ ok {5}SFU by UDP {5}Calls get through/);
  const french = await linkello(['doctor'], { env: { ...env, LC_ALL: 'fr_FR.UTF-8' } });
  t.match(french, { code: 0, stderr: '', stdout: /^Linkello, examiné pour 127\.0\.0\.1\n\n✓ bon/ });
  for (const { stdout } of [english, french]) {
    t.notMatch(stdout, /\p{Cc}(?<!\n)/u);
    t.equal(stdout.match(/^[✓!✗] /gm)?.length, 16);
  }
});

t.test('the relay is down', async (t) => {
  await appliance.turn?.stop();
  const seen = await examine();
  // The app takes the connection on its own port and has nowhere to pass it on to.
  t.same(seen.wrong, ['relay blocked']);
  t.match(seen.of('relay'), {
    status: 'red',
    found: /nobody listens there.*hung up/,
    cure: /^Start the relay/,
  });
  t.equal(seen.run.code, 1);
});

t.test('the relay has a certificate that ended', async (t) => {
  const chain = join(data, 'tls', 'server-chain.pem');
  const good = await readFile(chain, 'utf8');
  await writeFile(chain, await certificate({ days: -1 }));
  await appliance.turn?.start();
  t.teardown(restartRelay);
  t.teardown(() => writeFile(chain, good));
  const seen = await relayIs('wrong_certificate');
  t.same(seen.wrong, ['relay wrong_certificate']);
  t.match(seen.of('relay').found, `TLS 127.0.0.1:${config.turn.tls_port}: its certificate has ended.`);
});

t.test('the relay goes by another secret', async (t) => {
  await swap(t, join(data, 'turn', 'secret'), `${'x'.repeat(43)}\n`);
  const seen = await examine();
  t.same(seen.wrong, ['relay refused']);
  t.match(seen.of('relay'), { found: /\(answer 401\)/, cure: /Start app and relay anew/ });
});

t.test('the SFU goes by another secret', async (t) => {
  await swap(t, join(data, 'media', 'secret'), `${'x'.repeat(43)}\n`);
  const seen = await examine();
  t.same(seen.wrong, [
    'media wrong_secret',
    'media_udp not_tried',
    'media_tcp not_tried',
    'relay half_tried',
  ]);
  t.notMatch(seen.run.stdout, 'xxxx', 'no secret is told');
  t.equal(seen.run.code, 1);
});

t.test('others may read a secret', async (t) => {
  const file = join(data, 'media', 'secret');
  await chmod(file, 0o644);
  t.teardown(() => chmod(file, 0o600));
  const seen = await examine();
  t.match(seen.records, [{ check: 'configuration', status: 'red', codes: ['wrong'], found: /mode 0644/ }]);
  t.equal(seen.run.code, 2);
});

t.test("others may read the authority's key", async (t) => {
  const file = join(data, 'app', 'authority', 'authority.key');
  await chmod(file, 0o640);
  t.teardown(() => chmod(file, 0o600));
  const seen = await examine();
  t.same(seen.wrong, ['secrets open']);
  t.match(seen.of('secrets'), { found: /mode 0640/, cure: `chmod 0600 ${file}` });
});

t.test('others may open the control socket', async (t) => {
  await chmod(config.media.control, 0o666);
  t.teardown(() => chmod(config.media.control, 0o600));
  const seen = await examine();
  t.same(seen.wrong, ['media open_socket']);
  t.equal(seen.run.code, 0, 'amber alone is no failure');
});

t.test('the worker hangs', async (t) => {
  const [worker = 0] = await appliance.workerPids();
  process.kill(worker, 'SIGSTOP');
  t.teardown(() => process.kill(worker, 'SIGCONT'));
  const seen = await examine();
  t.same(seen.wrong, ['media_udp no_room', 'media_tcp no_room', 'relay half_tried']);
});

t.test('the SFU hangs', async (t) => {
  const { pid } = appliance.media;
  process.kill(pid, 'SIGSTOP');
  t.teardown(() => process.kill(pid, 'SIGCONT'));
  const seen = await examine();
  t.equal(seen.of('media').codes[0], 'silent');
  t.match(seen.of('media_udp'), { status: 'amber', codes: ['not_tried'] });
  t.equal(seen.run.code, 1);
});

t.test('the SFU is down', async (t) => {
  await until('the SFU answers again', examine, ({ wrong }) => wrong.length === 0);
  await appliance.media.stop();
  t.teardown(async () => {
    await appliance.media.start();
    await until('the app is ready', examine, ({ wrong }) => wrong.length === 0);
  });
  const seen = await until('the app knows', examine, (each) => each.of('app').status === 'red');
  t.same(seen.wrong, [
    'app not_ready',
    'media not_running',
    'media_udp not_tried',
    'media_tcp not_tried',
    'relay half_tried',
  ]);
  t.match(seen.of('app').found, /misses media/);
});

t.test(
  'the way between is cut: in a network of its own, nothing but files reaches the appliance',
  async (t) => {
    const run = unshared(['--net'], [process.execPath, program, 'doctor', '--json'], env);
    if (run === null) return t.ok(true, 'cut off', { skip: 'no network namespace can be made here' });
    const seen = Examination.read(run);
    t.match(seen.of('media'), { status: 'green' }, 'over a Unix socket');
    for (const name of ['app', 'pages', 'certificate', 'media_udp', 'media_tcp', 'relay'] as const)
      t.equal(seen.of(name).status, 'red', `${name}: ${seen.of(name).found}`);
    t.match(seen.of('media_udp'), { codes: ['blocked'], found: /no way leads there/, cure: /packet filter/ });
    t.equal(run.code, 1);

    // A container that has no addresses of a family cannot say anything about that family.
    const machine = join(appliance.dataFolder, 'machine.json');
    await writeFile(machine, JSON.stringify({ hostName: 'localhost', addresses: ['127.0.0.1'] }));
    const contained = unshared(['--net'], [process.execPath, program, 'doctor', '--json'], {
      ...env,
      LINKELLO_MACHINE: machine,
    });
    const told = contained && Examination.read(contained);
    for (const name of ['pages', 'media_udp', 'media_tcp'] as const)
      t.match(told?.of(name), { status: 'green', codes: ['untried'] }, name);
  },
);

t.test('something else answers for the app', async (t) => {
  await appliance.app.stop();
  const down = await examine();
  t.match(down.of('app'), { codes: ['no_answer'], found: /nobody listens/ });
  t.match(down.of('pages').codes, ['no_answer']);
  t.match(down.of('certificate').codes, ['not_seen']);
  t.match(down.of('media').status, 'green');
  // But for the way through the app.
  t.match(
    down.of('relay').found,
    new RegExp(`^TLS 127\\.0\\.0\\.1:${config.https.port}: nobody listens there\\.$`),
  );

  const key = await readFile(join(data, 'tls', 'server.key'), 'utf8');
  const stranger = createServer({ key, cert: await certificate({ days: 90 }) }, (_request, response) => {
    response.end('something else');
  });
  stranger.listen(config.https.port, '127.0.0.1');
  await once(stranger, 'listening');
  t.teardown(() => stranger.close());

  const shows = async (cert: string) => {
    stranger.setSecureContext({ key, cert });
    return examine();
  };
  const other = await shows(await certificate({ days: 90 }));
  t.match(other.of('app').codes, ['other_program']);
  t.match(other.of('pages').codes, ['other_program']);
  t.match(other.of('certificate').codes, ['of_own_authority']);

  const cases = [
    ['ended', { days: -1 }, 'red'],
    ['not_yet', { from: 1, days: 90 }, 'red'],
    ['ends_now', { days: 3 }, 'red'],
    ['ends_soon', { days: 20 }, 'amber'],
    ['wrong_name', { days: 90, names: ['198.51.100.1'] }, 'red'],
  ] as const;
  for (const [code, given, status] of cases) {
    const seen = await shows(await certificate(given));
    t.match(seen.of('certificate'), { status, codes: [code] }, seen.of('certificate').found);
  }
});

/** A certificate of the appliance's own authority, for the key that it has. */
async function certificate(given: {
  readonly days: number;
  readonly from?: number;
  readonly names?: readonly string[];
}): Promise<string> {
  const at = (days: number) => new Date(Math.floor(Date.now() / 1000) * 1000 + days * 86_400_000);
  const authorityPem = await appliance.authority();
  const own = await issueServerCertificate({
    authorityPem,
    authorityKeyPem: await readFile(join(data, 'app', 'authority', 'authority.key'), 'utf8'),
    keyPem: await readFile(join(data, 'tls', 'server.key'), 'utf8'),
    names: { dns: [], ip: given.names ?? ['127.0.0.1'] },
    notBefore: at(given.from ?? -70),
    notAfter: at(given.days),
  });
  return own + authorityPem;
}
