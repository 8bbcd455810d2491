import { execFile, execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t, { type Test } from 'tap';
import { certificateNames } from '../../app/edge/tls/certificate-names.ts';
import { type OwnCertificateSettings, openOwnCertificates } from '../../app/edge/tls/own-certificates.ts';
import { DAY_MS, HOUR_MS } from '../../app/kernel/clock.ts';
import { StartFault } from '../../app/kernel/start-fault.ts';

const start = Date.UTC(2030, 0, 1, 12);
const hosts = [
  'meet.example',
  'Été.example',
  'my_machine',
  'localhost',
  '192.0.2.7',
  '10.1.2.3',
  '2001:DB8::7',
  '::1',
  'fe80::1',
  '',
];

const keyOf = ({ publicKey }: X509Certificate) => publicKey.export({ type: 'spki', format: 'pem' });

/** A world with a folder, a clock and names that a test moves. */
function world(t: Test) {
  const folder = join(t.testdir(), 'tls');
  const moving = {
    now: start,
    hosts,
    pass(ms: number) {
      this.now += ms;
    },
  };
  const settings: OwnCertificateSettings = {
    folder,
    authorityFolder: folder,
    machineName: 'meet.example',
    names: () => certificateNames(moving.hosts),
    validityDays: 90,
    renewBeforeDays: 30,
    clock: () => moving.now,
  };
  const file = (name: string) => join(folder, name);
  return {
    folder,
    file,
    moving,
    settings,
    open: (changed: Partial<OwnCertificateSettings> = {}) => openOwnCertificates({ ...settings, ...changed }),
    leaf: () => new X509Certificate(readFileSync(file('server-chain.pem'))),
    authority: () => new X509Certificate(readFileSync(file('authority.pem'))),
    openssl: (...args: string[]) => execFileSync('openssl', args, { cwd: folder, encoding: 'utf8' }),
  };
}

t.test('what the first start makes, as OpenSSL sees it', async (t) => {
  const { open, openssl, leaf, authority } = world(t);
  await open();
  const at = String(start / 1000);
  const verify = [
    'verify',
    '-x509_strict',
    '-attime',
    at,
    '-purpose',
    'sslserver',
    '-CAfile',
    'authority.pem',
  ];
  for (const name of ['meet.example', 'xn--t-9fab.example', 'my_machine', 'localhost'])
    t.match(openssl(...verify, '-verify_hostname', name, 'server-chain.pem'), 'OK', name);
  for (const address of ['192.0.2.7', '10.1.2.3', '2001:db8::7', '::1'])
    t.match(openssl(...verify, '-verify_ip', address, 'server-chain.pem'), 'OK', address);
  for (const name of ['elsewhere.example', 'x.meet.example'])
    t.throws(() => openssl(...verify, '-verify_hostname', name, 'server-chain.pem'), name);
  t.match(openssl('pkey', '-in', 'server.key', '-check', '-noout'), 'valid');

  const text = (file: string) => openssl('x509', '-in', file, '-noout', '-text');
  const ca = text('authority.pem');
  t.match(ca, /Basic Constraints: critical\s+CA:TRUE, pathlen:0\n/);
  t.match(ca, /Key Usage: critical\s+Certificate Sign, CRL Sign\n/);
  t.match(ca, /Subject Key Identifier/);
  t.match(ca, /NIST CURVE: P-256/);
  const server = text('server-chain.pem');
  t.match(server, /Basic Constraints: critical\s+CA:FALSE\n/);
  t.match(server, /Key Usage: critical\s+Digital Signature\n/);
  t.match(server, /Extended Key Usage: *\s+TLS Web Server Authentication\n/);
  t.match(server, /Signature Algorithm: ecdsa-with-SHA256/);
  const keyId = /Subject Key Identifier: *\s+([0-9A-F:]+)/.exec(ca)?.[1] ?? 'none';
  t.match(server, new RegExp(`Authority Key Identifier: *\\s+(keyid:)?${keyId}`));
  t.notMatch(leaf().subjectAltName, /FE80|fe80/, 'no address that needs a zone');

  t.equal(leaf().validFromDate.getTime(), start - HOUR_MS, 'good on clocks that are slow');
  t.equal(leaf().validToDate.getTime(), start - HOUR_MS + 90 * DAY_MS);
  t.ok(authority().validToDate.getTime() > start + 3649 * DAY_MS);
  t.match(authority().subject, 'CN=meet.example 2030-01-01', 'told apart in a list of authorities');
  for (const { serialNumber } of [leaf(), authority()]) {
    t.match(serialNumber, /^[4-7][0-9A-F]{31}$/, 'positive, and as long as it can be');
  }
  t.not(leaf().serialNumber, authority().serialNumber);
});

t.test('keys are for their owner only', async (t) => {
  const { open, folder, file } = world(t);
  await open();
  const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);
  t.equal(mode(folder), '700');
  t.equal(mode(file('authority.key')), '600');
  t.equal(mode(file('server.key')), '600');
  t.same(readdirSync(folder).sort(), ['authority.key', 'authority.pem', 'server-chain.pem', 'server.key']);
});

t.test('a second start changes nothing', async (t) => {
  const { open, folder, moving } = world(t);
  const content = () => readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  const first = await open();
  const before = content();
  moving.now += 59 * DAY_MS;
  const second = await open();
  t.same(content(), before);
  t.same(second.current, first.current);
  t.equal(await second.refresh(), false);
});

t.test('renewed when its end comes near', async (t) => {
  const { open, moving, leaf, openssl } = world(t);
  const source = await open();
  const before = leaf();
  moving.now = before.validToDate.getTime() - 30 * DAY_MS - 1;
  t.equal(await source.refresh(), false, 'not a moment too early');
  moving.now += 1;
  t.equal(await source.refresh(), true);
  t.not(leaf().serialNumber, before.serialNumber);
  t.equal(source.current.endsAt, leaf().validToDate.getTime());
  t.equal(leaf().validToDate.getTime(), moving.now - HOUR_MS + 90 * DAY_MS);
  t.equal(keyOf(leaf()), keyOf(before), 'so that chain and key on disk always fit');
  openssl('verify', '-attime', String(moving.now / 1000), '-CAfile', 'authority.pem', 'server-chain.pem');
  t.equal(await source.refresh(), false, 'and once only');
});

t.test('renewed after it ended, and when it was made by a clock that was ahead', async (t) => {
  const { open, moving, leaf } = world(t);
  await open();
  moving.now += 200 * DAY_MS;
  await open();
  t.equal(leaf().validFromDate.getTime(), moving.now - HOUR_MS);
  moving.now -= 100 * DAY_MS;
  await open();
  t.equal(leaf().validFromDate.getTime(), moving.now - HOUR_MS);
});

t.test('other names: another certificate of the same authority', async (t) => {
  const { open, moving, leaf, authority } = world(t);
  const source = await open();
  const [before, signer] = [leaf(), authority()];
  moving.hosts = [...hosts, '10.9.8.7'];
  t.equal(await source.refresh(), true);
  t.not(leaf().serialNumber, before.serialNumber);
  t.match(leaf().subjectAltName, 'IP Address:10.9.8.7');
  t.equal(authority().fingerprint256, signer.fingerprint256);
  t.ok(leaf().verify(signer.publicKey));
  moving.hosts = ['meet.example'];
  t.equal(await source.refresh(), true);
  t.equal(leaf().subjectAltName, 'DNS:meet.example', 'names that are gone are taken out');
  moving.hosts = ['MEET.example.', '[fe80::2%eth0]'];
  t.equal(await source.refresh(), false, 'the same name in another spelling');
});

t.test('another authority or another key: another certificate', async (t) => {
  const { open, file, leaf, authority } = world(t);
  await open();
  const old = authority();
  for (const name of ['authority.key', 'authority.pem']) rmSync(file(name));
  await open();
  t.not(authority().fingerprint256, old.fingerprint256);
  t.ok(leaf().verify(authority().publicKey));
  const before = leaf();
  rmSync(file('server.key'));
  await open();
  t.not(keyOf(leaf()), keyOf(before));
});

t.test('a damaged or cut chain is made anew', async (t) => {
  const { open, file, leaf } = world(t);
  for (const damage of ['', 'nonsense', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n']) {
    await open();
    writeFileSync(file('server-chain.pem'), damage);
    await open();
    t.match(leaf().subjectAltName, 'DNS:meet.example');
  }
});

t.test('never valid for longer than its authority, and not made over and over at the end', async (t) => {
  const { open, moving, leaf, authority } = world(t);
  const source = await open();
  const end = authority().validToDate.getTime();
  moving.now = end - 20 * DAY_MS;
  t.equal(await source.refresh(), true);
  t.equal(leaf().validToDate.getTime(), end);
  moving.now += DAY_MS;
  t.equal(await source.refresh(), false);
});

t.test('an end of validity between 2 and 398 days', async (t) => {
  for (const validityDays of [2, 398]) {
    const { open, leaf } = world(t);
    await open({ validityDays, renewBeforeDays: 1 });
    t.equal(leaf().validToDate.getTime() - leaf().validFromDate.getTime(), validityDays * DAY_MS);
  }
});

t.test('starts that fail say what is wrong and what to do', async (t) => {
  const fails = async (t: Test, spoil: (of: ReturnType<typeof world>) => void, pattern: RegExp) => {
    const one = world(t);
    await one.open();
    spoil(one);
    await t.rejects(one.open(), new StartFault(''), 'a StartFault');
    const { message } = await one.open().then(
      () => new Error('no fault'),
      (fault: Error) => fault,
    );
    t.match(message, pattern);
    t.match(message, one.folder);
    t.notMatch(message, /PRIVATE KEY/);
  };
  await t.test('key lost', (t) => fails(t, ({ file }) => rmSync(file('authority.key')), /Put the key back/));
  await t.test('key of another', (t) =>
    fails(
      t,
      ({ file }) => writeFileSync(file('authority.key'), readFileSync(file('server.key'))),
      /do not belong together/,
    ),
  );
  await t.test('no certificate', (t) =>
    fails(t, ({ file }) => writeFileSync(file('authority.pem'), 'nonsense'), /cannot be read or made/),
  );
  await t.test('no key', (t) =>
    fails(t, ({ file }) => writeFileSync(file('server.key'), 'nonsense'), /server\.key is damaged/),
  );
  await t.test('no authority', (t) =>
    fails(
      t,
      ({ file }) => {
        const server = readFileSync(file('server-chain.pem'), 'utf8');
        writeFileSync(file('authority.pem'), server.slice(0, server.indexOf('-----END') + 26));
        writeFileSync(file('authority.key'), readFileSync(file('server.key')));
      },
      /do not belong together/,
    ),
  );
  await t.test('clock wrong', (t) =>
    fails(t, ({ moving }) => moving.pass(-2 * DAY_MS), /Set the clock right/),
  );
  await t.test('ended', (t) => fails(t, ({ moving }) => moving.pass(3660 * DAY_MS), /valid from .* to/));
  await t.test('not to be written', { skip: process.getuid?.() === 0 && 'root may write everywhere' }, (t) =>
    fails(
      t,
      ({ file, folder }) => {
        rmSync(file('server-chain.pem'));
        chmodSync(folder, 0o500);
      },
      /cannot be read or made/,
    ),
  );
  await t.test('a file where the folder should be', async (t) => {
    const { settings } = world(t);
    const file = join(t.testdir({ tls: '' }), 'tls');
    await t.rejects(openOwnCertificates({ ...settings, folder: file, authorityFolder: file }), {
      name: 'StartFault',
      message: /cannot be/,
    });
  });
});

t.test('processes that start at once end with one authority and one key', async (t) => {
  const { folder, authority, leaf } = world(t);
  const code = `
    import { openOwnCertificates } from ${JSON.stringify(import.meta.resolve('../../app/edge/tls/own-certificates.ts'))};
    const { current, authority } = await openOwnCertificates({
      folder: process.argv[1], authorityFolder: process.argv[1], machineName: 'x', names: () => ({ dns: ['localhost'], ip: [] }),
      validityDays: 90, renewBeforeDays: 30, clock: Date.now,
    });
    process.stdout.write(JSON.stringify([authority.certificate.fingerprint256, current.keyPem]));
  `;
  const seen = await Promise.all(
    Array.from({ length: 6 }, () =>
      promisify(execFile)(process.execPath, ['--input-type=module', '--eval', code, folder]),
    ),
  );
  const [one, ...more] = new Set(seen.map(({ stdout }) => stdout));
  t.same(more, [], 'all see the same');
  t.match(one, authority().fingerprint256);
  t.ok(leaf().verify(authority().publicKey));
  t.same(readdirSync(folder).sort(), ['authority.key', 'authority.pem', 'server-chain.pem', 'server.key']);
});
