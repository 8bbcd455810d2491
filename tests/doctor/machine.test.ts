import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import t, { type Test } from 'tap';
import { linkello, ownProgram } from '../config/linkello.ts';
import { Examination } from './examination.ts';
import { unshared } from './unshared.ts';

// What is found without an appliance: of a configuration, a machine, a disk, a name.

t.setTimeout(180_000);

/** Ports at which nobody is, a data folder that is there, and settings. */
async function installation(t: Test, settings: readonly string[] = []) {
  // Short enough for the Unix socket in it, which the folder of a test may not be.
  const folder = await mkdtemp(join(tmpdir(), 'linkello-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const data = join(folder, 'data');
  await mkdir(join(data, 'app'), { recursive: true });
  const file = join(folder, 'linkello.yaml');
  const ports = ['https: { port: 8 }', 'media: { port: 7, workers: 1 }', 'turn: { enabled: false }'];
  const network = 'network: { announced_addresses: [127.0.0.1] }';
  await writeFile(file, [...ports, network, ...settings, ''].join('\n'));
  return { folder, data, file, env: { LINKELLO_CONFIG: file, LINKELLO_DATA: data } };
}

t.test('wrong use is told and ends with 2', async (t) => {
  for (const args of [['--jsno'], ['now'], ['--json', '--json']]) {
    t.match(await linkello(['doctor', ...args]), {
      code: 2,
      stdout: '',
      stderr: 'Usage: linkello doctor [--json]\n',
    });
  }
  t.match(await linkello(['doctor', '--help']), { code: 0, stdout: /^Usage: linkello doctor \[--json\]\n/ });
});

t.test('a wrong configuration: every fault, nothing else, 2', async (t) => {
  const { env, file } = await installation(t, ['privacy: { log_addresses: 7 }', 'sites: 3']);
  const seen = await Examination.carryOut(env);
  t.equal(seen.run.code, 2);
  t.match(seen.records, [{ check: 'configuration', status: 'red', codes: ['wrong'] }]);
  t.equal(seen.records.length, 1);
  for (const path of [`${file}:5:27: privacy.log_addresses: must`, `${file}:6:8: sites: must`])
    t.ok(seen.of('configuration').found.includes(path), path);

  const { code, stdout, stderr } = await linkello(['doctor'], { env: { ...env, LC_ALL: 'fr_FR' } });
  t.match({ code, stderr }, { code: 2, stderr: '' });
  const faults = stdout.split('\n').filter((line) => line.includes(file));
  t.equal(faults.length, 2, 'a line each');
  t.match(stdout, /→ Corrigez le fichier\./);

  const unreadable = await Examination.carryOut({ ...env, LINKELLO_CONFIG: t.testdir() });
  t.match(unreadable.run.code, 2);
  t.match(unreadable.of('configuration').found, /must be a file, got a folder/);
});

t.test('nothing runs and nothing was ever started', async (t) => {
  const { env, data } = await installation(t, ['sites: [{ host: 127.0.0.1 }]']);
  const seen = await Examination.carryOut(env);
  t.equal(seen.run.code, 1);
  t.equal(seen.run.stderr, '');
  t.same(seen.wrong.toSorted(), [
    'app no_answer',
    'certificate not_seen',
    'media no_secret',
    'media_tcp not_tried',
    'media_udp not_tried',
    'pages no_answer',
    'secrets missing',
  ]);
  t.match(seen.of('relay'), { status: 'green', codes: ['off'] });
  t.notMatch(seen.run.stdout, /\bat (async )?\S+ \(|node:internal|\.ts:\d/, 'no stack is shown');
  t.same(await readdir(data, { recursive: true }), ['app'], 'nothing is made');

  const away = await Examination.carryOut({ ...env, LINKELLO_DATA: join(data, 'not', 'there') });
  t.match(away.of('disk').codes, ['absent']);
  t.same(await readdir(data), ['app']);
});

t.test('a clock that is behind what was written already', async (t) => {
  const { env, data } = await installation(t);
  await mkdir(join(data, 'media'));
  const secret = join(data, 'media', 'secret');
  await writeFile(secret, 'x'.repeat(43), { mode: 0o600 });
  const before = await Examination.carryOut(env);
  t.not(before.of('clock').status, 'red');
  const tomorrow = new Date(Date.now() + 86_400_000);
  await utimes(secret, tomorrow, tomorrow);
  const seen = await Examination.carryOut(env);
  t.match(seen.of('clock'), { status: 'red', codes: ['behind'], found: secret });
});

t.test('names', async (t) => {
  const sites = ['127.0.0.1', '198.51.100.7', 'localhost', 'here.linkello.test', 'elsewhere.linkello.test'];
  const list = (hosts: readonly string[]) =>
    `sites: [${hosts.map((host) => `{ host: ${host} }`).join(', ')}]`;
  const of = async (t: Test, hosts: readonly string[], table: readonly string[]) => {
    const { env, folder } = await installation(t, [list(hosts)]);
    const hostsFile = join(folder, 'hosts');
    await writeFile(hostsFile, `${table.join('\n')}\n`);
    // A table of hosts of its own, laid over the machine's for this one process.
    const script = `mount --bind ${hostsFile} /etc/hosts && exec ${process.execPath} ${ownProgram} doctor --json`;
    const run = unshared(['--mount'], ['sh', '-c', script], env);
    return run && Examination.read(run).of('names');
  };
  const loopback = '127.0.0.1 localhost here.linkello.test';
  const elsewhere = await of(t, sites, [loopback, '198.51.100.9 elsewhere.linkello.test']);
  if (elsewhere === null) return t.ok(true, 'names', { skip: 'no mount namespace can be made here' });
  t.match(elsewhere, {
    status: 'red',
    found: /^elsewhere\.linkello\.test leads to 198\.51\.100\.9,/,
    cure: /network\.announced_addresses/,
  });
  t.same(elsewhere.codes, ['lead_elsewhere', 'known_here_only', 'other_address']);
  t.match(elsewhere.found, 'nor announced: 198.51.100.7.');
  t.match(elsewhere.found, 'no name server: here.linkello.test.');

  const both = await of(
    t,
    ['two.linkello.test'],
    ['127.0.0.1 localhost', '127.0.0.1 two.linkello.test', '198.51.100.9 two.linkello.test'],
  );
  t.match(both, { status: 'amber', codes: ['lead_elsewhere_too'], found: /to 198\.51\.100\.9 too/ });

  const fine = await of(t, ['127.0.0.1', 'localhost'], ['127.0.0.1 localhost']);
  t.match(fine, { status: 'green', codes: ['lead_here'], found: /^127\.0\.0\.1 and localhost:/ });

  const unknown = await of(t, ['unknown.linkello.invalid'], ['127.0.0.1 localhost']);
  t.match(unknown?.codes, [/^not_(known|answered)$/]);
});

t.test('a disk that fills', async (t) => {
  const script = (size: string, fill: string) => `
    set -e
    mount -t tmpfs -o size=${size} tmpfs "$LINKELLO_DATA"
    mkdir "$LINKELLO_DATA/app"
    ${fill}
    exec ${process.execPath} ${ownProgram} doctor --json`;
  const of = async (t: Test, size: string, fill: string) => {
    const { env, data } = await installation(t);
    const run = unshared(['--mount'], ['sh', '-c', script(size, fill)], env);
    return run && { ...Examination.read(run), data, disk: Examination.read(run).of('disk') };
  };
  const roomy = await of(t, '8g', '');
  if (roomy === null) return t.ok(true, 'a disk', { skip: 'no mount namespace can be made here' });
  t.match(roomy.disk, { status: 'green', found: /^8\.6 GB free \(99 %\)|^8\.6 GB free \(100 %\)/ });
  const low = await of(t, '1g', '');
  t.match(low?.disk, { status: 'amber', codes: ['low'], found: /^1\.1 GB free/ });
  const full = await of(t, '1m', 'dd if=/dev/zero of="$LINKELLO_DATA/full" 2>/dev/null || true');
  t.same(full?.disk.codes, ['full', 'not_writable']);
  t.match(full?.disk, { status: 'red', found: /^0 MB free \(0 %\).* it is full\./, cure: /Make room/ });
  t.equal(full?.run.code, 1);
  const inodes = await of(t, '8g,nr_inodes=60', 'cd "$LINKELLO_DATA"; for i in $(seq 56); do : >$i; done');
  t.match(inodes?.disk, { status: 'amber', codes: ['few_inodes'] });
  const readOnly = await of(t, '8g', 'mount -o remount,ro "$LINKELLO_DATA"');
  t.match(readOnly?.disk, { status: 'red', codes: ['not_writable'], found: /it is read-only/ });
});

t.test('Matomo, where there is one', async (t) => {
  const { env } = await installation(t);
  let status = 200;
  const server = createServer((_request, response) => response.writeHead(status).end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const statistics = async () =>
    (await Examination.carryOut({ ...env, LINKELLO_ANALYTICS_URL: address })).of('statistics');
  t.match(await statistics(), { status: 'green', codes: ['answer'] });
  status = 503;
  t.match(await statistics(), { status: 'red', codes: ['no_answer'] });
  server.close();
  t.match(await statistics(), { status: 'red', found: `Matomo at ${address}: nobody listens there.` });
});

t.test('on a terminal', async (t) => {
  const { env } = await installation(t);
  const show = (more: Readonly<Record<string, string>>) => {
    const command = `stty cols 80; ${process.execPath} ${ownProgram} doctor`;
    const { status, stdout } = spawnSync(
      'script',
      ['--quiet', '--return', '--command', command, '/dev/null'],
      {
        env: { ...process.env, TERM: 'xterm', LC_ALL: 'C.UTF-8', NO_COLOR: '', ...env, ...more },
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    return { status, stdout: stdout.replaceAll('\r', '') };
  };
  for (const language of ['C.UTF-8', 'fr_FR.UTF-8']) {
    const { status, stdout } = show({ LC_ALL: language });
    t.equal(status, 1);
    t.match(stdout, '\u001b[31m✗ ');
    for (const line of stripVTControlCharacters(stdout).split('\n')) t.ok(line.length <= 80, line);
  }
  for (const plain of [{ NO_COLOR: '1' }, { TERM: 'dumb' }]) t.notMatch(show(plain).stdout, '\u001b');
});
