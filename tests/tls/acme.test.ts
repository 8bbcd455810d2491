import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer as createHttpServer, request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import t, { type Test } from 'tap';
import type { AcmeCertificateSettings } from '../../app/edge/tls/acme-certificates.ts';
import { openAcmeCertificates } from '../../app/edge/tls/acme-certificates.ts';
import { certificateNames } from '../../app/edge/tls/certificate-names.ts';
import { HttpChallenges } from '../../app/edge/tls/http-challenges.ts';
import { openOwnCertificates } from '../../app/edge/tls/own-certificates.ts';
import { HOUR_MS, MINUTE_MS } from '../../app/kernel/clock.ts';
import { RunningApp } from '../app/running-app.ts';
import { until, within } from '../deadline.ts';
import { freePorts } from '../free-ports.ts';
import { Pebble } from './pebble.ts';

const isInstalled = (() => {
  try {
    execFileSync('sh', ['-c', 'command -v pebble && command -v pebble-challtestsrv'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();
const skip = !isInstalled && 'Pebble is not installed';

/** A running appliance that orders from Pebble. */
async function start(t: Test, pebble: Pebble, sites: readonly string[] = ['meet.example']) {
  const running = await RunningApp.start(
    {
      sites: sites.map((host) => ({ host })),
      tls: {
        mode: 'acme',
        acme: {
          directory: pebble.directory,
          ca_file: pebble.rootFile,
          email: 'it@meet.example',
          terms_agreed: true,
          http_port: pebble.httpPort,
        },
      },
    },
    { certificateCheckMs: 100 },
  );
  t.teardown(() => running.stop());
  const served = async (servername: string, ca: string) => {
    const socket = connect({ host: '127.0.0.1', servername, port: running.port, ca });
    await once(socket, 'secureConnect');
    const certificate = socket.getPeerX509Certificate();
    socket.destroy();
    return certificate;
  };
  const logged = (msg: string) => running.log.filter((line) => line.msg === msg);
  return { running, served, logged };
}

t.test('a real ACME server: ordered, answered on plain HTTP, served, kept', { skip }, async (t) => {
  const pebble = await Pebble.start({ environment: { PEBBLE_WFE_NONCEREJECT: '40' } });
  t.teardown(() => pebble.stop());
  const { running, served, logged } = await start(t, pebble, ['meet.example', 'www.example', '192.0.2.9']);
  t.equal(logged('no certificate was issued yet; until then one of the own authority serves').length, 1);
  t.match(logged('names lead here that the certificate cannot hold'), [{ names: ['192.0.2.9'] }]);

  await until(
    'the certificate is there',
    () => logged('the certificate was renewed').length,
    Boolean,
    60_000,
  );
  const root = await pebble.root();
  for (const host of ['meet.example', 'www.example']) {
    const certificate = await served(host, root);
    t.same(certificate?.subjectAltName?.split(', ').sort(), ['DNS:meet.example', 'DNS:www.example']);
  }
  const chain = readFileSync(join(running.tlsFolder, 'server-chain.pem'), 'utf8');
  t.equal(chain.match(/BEGIN CERTIFICATE/g)?.length, 2, 'with the certificate in between');
  t.ok(new X509Certificate(chain).publicKey, 'where the relay reads it');

  const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);
  const acme = join(running.folder, 'data', 'app', 'acme');
  const [account = '', ...others] = readdirSync(acme);
  t.same(others, []);
  t.same(readdirSync(join(acme, account)).sort(), ['account.key', 'certificate.pem']);
  for (const file of ['account.key', 'certificate.pem'])
    t.equal(mode(join(acme, account, file)), '600', file);
  t.equal(mode(join(running.tlsFolder, 'server.key')), '600');

  const page = await running.app.inject({ url: '/trust', headers: { host: 'localhost' } });
  t.match(page.payload, 'There is nothing to do.');
  const metrics = await running.app.inject({ url: '/metrics', headers: { host: 'localhost' } });
  const endsAt = Math.floor(new X509Certificate(chain).validToDate.getTime() / 1000);
  t.match(metrics.payload, `linkello_certificate_ends_seconds ${endsAt}`);
});

t.test('plain HTTP: challenges are answered, people are led to HTTPS, nobody elsewhere', async (t) => {
  const [httpPort] = await freePorts(1);
  const running = await RunningApp.start(
    {
      https: { port: 8443 },
      sites: [{ host: 'meet.example' }],
      // Nobody is there: the server serves, and tells the log.
      tls: {
        mode: 'acme',
        acme: { directory: 'https://127.0.0.1:1/dir', terms_agreed: true, http_port: httpPort },
      },
    },
    { certificateCheckMs: 100 },
  );
  t.teardown(() => running.stop());
  const ask = async (path: string, host: string) => {
    const asked = request({ host: '127.0.0.1', port: httpPort, path, headers: { host } }).end();
    const [answer] = await once(asked, 'response');
    answer.resume();
    return answer;
  };
  t.match(await ask('/r/one?lang=fr', 'meet.example'), {
    statusCode: 307,
    headers: { location: 'https://meet.example:8443/r/one?lang=fr' },
  });
  t.match(await ask('/', '192.0.2.1:80'), { headers: { location: 'https://192.0.2.1:8443/' } });
  t.match(await ask('/', '[2001:db8::1]'), { headers: { location: 'https://[2001:db8::1]:8443/' } });
  t.match(await ask('/', 'evil.example'), { statusCode: 400 });
  t.match(await ask('/.well-known/acme-challenge/nothing', 'meet.example'), { statusCode: 404 });

  const failed = await until('the order fails', () =>
    running.log.find(({ msg }) => msg === 'the certificate could not be renewed'),
  );
  t.match(failed, {
    err: {
      message:
        /^No certificate could be had from https:\/\/127\.0\.0\.1:1\/dir: .*ECONNREFUSED.*The next try is at /,
    },
  });
  const page = await running.app.inject({ url: '/trust', headers: { host: 'localhost' } });
  t.match(page.payload, 'has ordered its certificate and does not have it yet');
  t.notMatch(page.payload, 'linkello-ca');
});

t.test('a port for plain HTTP that another program has is one sentence', async (t) => {
  const taken = createServer().listen(0, '::');
  await once(taken, 'listening');
  t.teardown(() => taken.close());
  const { port } = taken.address() as { port: number };
  const started = RunningApp.start({
    sites: [{ host: 'meet.example' }],
    tls: {
      mode: 'acme',
      acme: { directory: 'https://127.0.0.1:1/dir', terms_agreed: true, http_port: port },
    },
  });
  await t.rejects(started, {
    name: 'StartFault',
    message: `Port ${port} is in use by another program. Stop that program, or set another tls.acme.http_port, to which port 80 is led.`,
  });
});

/** A source by itself, with a clock that the test moves. */
async function source(
  t: Test,
  pebble: Pick<Pebble, 'directory'>,
  more: Partial<AcmeCertificateSettings> = {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'linkello-acme-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const moving = { now: Date.now() };
  const settings = (changed: Partial<AcmeCertificateSettings> = {}): AcmeCertificateSettings => ({
    folder: join(folder, 'tls'),
    acmeFolder: join(folder, 'acme'),
    acme: {
      directory: pebble.directory,
      email: null,
      terms_agreed: true,
      ca_file: pebble instanceof Pebble ? pebble.rootFile : null,
      http_port: 80,
    },
    hosts: ['meet.example'],
    leftOut: { dns: [], ip: [] },
    renewBeforeDays: 30,
    clock: () => moving.now,
    challenges: new HttpChallenges(),
    openProvisional: () =>
      openOwnCertificates({
        folder: join(folder, 'tls'),
        authorityFolder: join(folder, 'authority'),
        machineName: 'meet.example',
        names: () => certificateNames(['meet.example', 'localhost']),
        validityDays: 90,
        renewBeforeDays: 30,
        clock: () => moving.now,
      }),
    ...more,
    ...changed,
  });
  const open = (changed: Partial<AcmeCertificateSettings> = {}) => openAcmeCertificates(settings(changed));
  return { moving, open, folder };
}

/** Answers challenges on the port that Pebble asks. */
async function answering(t: Test, pebble: Pebble): Promise<HttpChallenges> {
  const challenges = new HttpChallenges();
  const server = createHttpServer(
    challenges.listener((_request, response) => void response.writeHead(404).end()),
  );
  server.listen(pebble.httpPort, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  return challenges;
}

t.test(
  'renewed in time, with other hosts, at another authority, and kept over a restart',
  { skip },
  async (t) => {
    const pebble = await Pebble.start({ validitySeconds: 6 * 86_400 });
    t.teardown(() => pebble.stop());
    const challenges = await answering(t, pebble);
    const { moving, open } = await source(t, pebble, { challenges });
    const first = await open();
    t.ok(first.isProvisional);
    t.match(new X509Certificate(first.current.chainPem).issuer, 'O=Linkello');
    t.equal(await first.refresh(), true);
    t.notOk(first.isProvisional);
    const { endsAt, keyPem } = first.current;
    t.equal(await first.refresh(), false, 'once');

    const second = await open();
    t.notOk(second.isProvisional, 'the next start has it');
    t.same(second.current.keyPem, keyPem);
    const lifeMs = endsAt - new X509Certificate(second.current.chainPem).validFromDate.getTime();
    t.equal(second.renewsAt, endsAt - lifeMs / 3, 'far less than 30 days: it lives for six');
    moving.now = (second.renewsAt ?? 0) - 1;
    t.equal(await second.refresh(), false);
    moving.now += 1;
    t.equal(await second.refresh(), true, 'when its last third begins');
    t.not(second.current.keyPem, keyPem, 'with another key');

    moving.now = Date.now();
    const more = await open({ hosts: ['meet.example', 'visio.example'] });
    t.notOk(more.isProvisional, 'the one that is there serves until then');
    t.equal(await more.refresh(), true);
    t.match(new X509Certificate(more.current.chainPem).subjectAltName, /DNS:visio\.example/);

    const none = await open({ hosts: ['else.example'] });
    t.ok(none.isProvisional, 'one for none of the hosts is of no use');
    const elsewhere = await open({
      acme: {
        directory: 'https://127.0.0.1:1/dir',
        email: null,
        terms_agreed: true,
        ca_file: null,
        http_port: 80,
      },
    });
    t.ok(elsewhere.isProvisional, 'nor is one from another directory');
    moving.now = more.current.endsAt + 1;
    t.ok((await open()).isProvisional, 'nor one that has ended');
  },
);

t.test(
  'a name that does not lead here: told with the reason, tried again after growing waits',
  { skip },
  async (t) => {
    const pebble = await Pebble.start();
    t.teardown(() => pebble.stop());
    // Nobody answers on the port.
    const { moving, open } = await source(t, pebble);
    const certificates = await open();
    await t.rejects(certificates.refresh(), {
      message:
        /^No certificate could be had from https:.*: It did not accept meet\.example: .*The next try is at \d{4}-/,
    });
    t.ok(certificates.isProvisional);
    moving.now += 5 * MINUTE_MS - 1;
    t.equal(await certificates.refresh(), false, 'not before five minutes have passed');
    moving.now += 1;
    await t.rejects(certificates.refresh());
    moving.now += 5 * MINUTE_MS;
    t.equal(await certificates.refresh(), false, 'then a quarter of an hour');
    moving.now += 10 * MINUTE_MS;
    await answering(t, pebble);
    await t.rejects(
      certificates.refresh(),
      { message: /It did not accept/ },
      'these answers are not its own',
    );
    moving.now += HOUR_MS - 1;
    t.equal(await certificates.refresh(), false, 'then an hour');
  },
);

t.test('an authority that does not answer holds nothing up when the server stops', async (t) => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  t.teardown(() => silent.close());
  const { port } = silent.address() as { port: number };
  const asked = once(silent, 'connection');
  const { open } = await source(t, { directory: `https://127.0.0.1:${port}/dir` });
  const certificates = await open();
  const refreshed = certificates.refresh();
  const [socket] = await asked;
  certificates.close();
  await t.rejects(within('it gives up', refreshed), { message: /The server is stopping/ });
  socket.destroy();
});

t.test('a directory whose certificate leads elsewhere is not trusted', { skip }, async (t) => {
  const pebble = await Pebble.start();
  t.teardown(() => pebble.stop());
  const { open } = await source(t, { directory: pebble.directory });
  await t.rejects((await open()).refresh(), { message: /certificate/ });
});
