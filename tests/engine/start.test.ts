import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chown, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t, { type Test } from 'tap';
import { Bundle } from './bundle.ts';
import { testHardening } from './hardening.ts';

// Alone: its containers have fixed names and ports.

/** How the bundle starts, what keeps it from starting, and what is kept while it is away. */

t.setTimeout(30 * 60_000);
const bundle = await Bundle.unpack();
if (bundle === null) t.test('the bundle starts', { skip: 'there is no container engine' }, () => undefined);
else t.test('the bundle starts', (t) => testStart(t, bundle));

async function testStart(t: Test, bundle: Bundle): Promise<void> {
  t.teardown(() => bundle.remove());
  const original = await readFile(join(bundle.folder, 'config/linkello.yaml'), 'utf8');
  const running = async () =>
    Object.entries(await bundle.containers())
      .filter(([, { State }]) => State.Status === 'running')
      .map(([service]) => service);

  await t.test('a wrong setting is told with its place, and nothing starts', async (t) => {
    await bundle.configure('https:\n  port: 443\nmedia:\n  workers: many\nturn:\n  port: 0\n');
    const { code } = await bundle.compose('up', '--detach', '--wait');
    t.not(code, 0, 'the command fails');
    const log = await bundle.logs('config');
    t.match(log, /^\/config\/linkello\.yaml:4:12: media\.workers: must be /m);
    t.match(log, /^\/config\/linkello\.yaml:6:9: turn\.port: must be /m, 'and every other fault with it');
    t.same(await running(), [], 'nothing runs');
    await bundle.demand('down', '--volumes');
  });

  await t.test('a port that the containers do not publish cannot be set', async (t) => {
    await bundle.configure('https:\n  port: 8443\n  address: 192.0.2.7\n');
    t.not((await bundle.compose('up', '--detach', '--wait')).code, 0);
    const log = await bundle.logs('config');
    t.match(log, /linkello\.yaml:2:9: https\.port: must be 443, .*HTTPS_PORT=8443 docker compose up -d/);
    t.match(log, /linkello\.yaml:3:12: https\.address: must not be set with containers/);
    await bundle.demand('down', '--volumes');
  });

  await t.test("an owner's certificate that is missing or foreign is told in one sentence", async (t) => {
    const files = { certificate: 'own.pem', key: 'own.key' };
    await bundle.configure({ sites: [{ host: 'meet.example.org' }], tls: { mode: 'files', files } });
    t.not((await bundle.compose('up', '--detach', '--wait')).code, 0);
    t.match(
      await bundle.logs('config'),
      /^\/config\/linkello\.yaml:\d+:\d+: tls\.files\.certificate: must name a file/m,
    );
    await bundle.demand('down', '--volumes');

    const out = [
      '-keyout',
      join(bundle.folder, 'config/own.key'),
      '-out',
      join(bundle.folder, 'config/own.pem'),
    ];
    const subject = ['-subj', '/CN=elsewhere', '-addext', 'subjectAltName=DNS:elsewhere.example.org'];
    await promisify(execFile)('openssl', [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '9',
      ...out,
      ...subject,
    ]);
    await chown(join(bundle.folder, 'config/own.key'), 10_001, 10_001);
    t.not((await bundle.compose('up', '--detach', '--wait')).code, 0);
    t.match(await bundle.logs('config'), /tls\.files\.certificate: must .*meet\.example\.org/);
    t.same(await running(), []);
    await bundle.demand('down', '--volumes');
  });

  await t.test('a port that another program has is told in one sentence', async (t) => {
    const squatter = createServer().listen(3478, '0.0.0.0');
    await once(squatter, 'listening');
    t.teardown(() => squatter.close());
    await bundle.configure(original);
    t.not((await bundle.compose('up', '--detach', '--wait')).code, 0);
    t.match(await bundle.logs('config'), /^TCP port 3478 \(turn\.port\) is in use by another program\.$/m);
    t.same(await running(), []);
    squatter.close();
    await bundle.demand('down', '--volumes');
  });

  await t.test('a full volume is told in one sentence', async (t) => {
    const full = ['/data/turn', 'size=4k,uid=10001,gid=10001,mode=0700'].join(':');
    const outcome = await bundle
      .docker(
        ...['run', '--rm', '--user', '10001:10001', '--network', 'none', '--tmpfs', full],
        ...['--volume', `${join(bundle.folder, 'config')}:/config:ro`],
        ...[
          'linkello/app:0.1.0',
          'sh',
          '-c',
          'head -c 4096 /dev/zero >/data/turn/ballast; node scripts/prepare.ts',
        ],
      )
      .then(
        () => 'it worked',
        (error: Error) => error.message,
      );
    t.match(outcome, /^\/data\/turn\/secret:1:1: cannot be made, as the volume is full$/m);
  });

  await t.test('from nothing, unedited', async (t) => {
    await writeFile(join(bundle.folder, 'config/linkello.yaml'), original);
    await bundle.demand('up', '--detach', '--wait');
    const containers = await bundle.containers();
    t.same(Object.keys(containers).sort(), ['analytics', 'analytics-db', 'app', 'config', 'media', 'turn']);
    for (const [service, { State }] of Object.entries(containers)) {
      if (service === 'config') t.match(State, { Status: 'exited', ExitCode: 0 });
      else t.match(State, { Status: 'running', Health: { Status: 'healthy' } }, service);
    }
    const log = await bundle.logs();
    const { text } = await bundle.compose(
      'exec',
      '-T',
      'app',
      'sh',
      '-c',
      'cat /data/*/secret /data/app/sessions',
    );
    for (const secret of text.split('\n').filter(Boolean))
      t.notMatch(log, secret, 'no secret is in the logs');
    t.equal(text.split('\n').filter(Boolean).length, 3);
  });

  await t.test('the doctor finds nothing that keeps calls from working', async (t) => {
    const { code, text } = await bundle.compose('exec', '-T', 'app', 'linkello', 'doctor', '--json');
    const found = JSON.parse(text) as { check: string; status: string; found: string }[];
    t.equal(code, 0, 'nothing is red');
    t.same(
      found.filter(({ status }) => status === 'red'),
      [],
    );
    for (const check of ['media', 'media_udp', 'media_tcp', 'relay', 'statistics', 'certificate', 'app'])
      t.match(
        found.find((each) => each.check === check),
        { status: 'green' },
        check,
      );
  });

  await testHardening(t, bundle);

  await t.test('down and up: the same data, the same authority, the same secrets', async (t) => {
    const fingerprint = async () => {
      // The database is written to at every start; the authority and the secrets stay byte for byte.
      const files = "find app media/secret turn/secret tls/server.key analytics* -type f ! -name '*.sqlite*'";
      const list = `cd /data && ${files} -exec sha256sum {} + | sort -k 2`;
      return bundle.exec('app', 'sh', '-c', list);
    };
    const before = await fingerprint();
    for (const file of [
      'app/authority/authority.key',
      'app/authority/authority.pem',
      'app/audit-key',
      'app/sessions',
      'media/secret',
      'turn/secret',
      'tls/server.key',
    ])
      t.match(before, new RegExp(` ${file}\n`), `${file} is kept`);
    await bundle.demand('down');
    t.same(await bundle.containers(), {});
    await bundle.demand('up', '--detach', '--wait');
    t.equal(await fingerprint(), before);
  });

  await t.test('a setting that goes wrong later leaves what runs as it is', async (t) => {
    await bundle.configure('media: 7\n');
    t.not((await bundle.compose('up', '--detach', '--wait')).code, 0);
    t.match(await bundle.logs('config'), /linkello\.yaml:1:8: media: must be /);
    t.same((await running()).sort(), ['analytics', 'analytics-db', 'app', 'media', 'turn']);
  });
}
