import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { openAuthority } from '../../app/edge/tls/authority.ts';
import { certificateNames } from '../../app/edge/tls/certificate-names.ts';
import { issueServerCertificate } from '../../app/edge/tls/issue.ts';
import { limitsFor, namesBeyond, namesWithin } from '../../app/edge/tls/name-limits.ts';
import { openOwnCertificates } from '../../app/edge/tls/own-certificates.ts';
import { DAY_MS } from '../../app/kernel/clock.ts';

const hosts = [
  'meet.example',
  'my_machine',
  'my_machine.local',
  '192.168.7.20',
  '127.0.0.1',
  '::1',
  'localhost',
];

/** A machine whose names and settings a test changes. */
function machine(
  t: Test,
  changed: { readonly hosts?: readonly string[]; readonly sites?: readonly string[] } = {},
) {
  const folder = t.testdir();
  const now = Date.now();
  const moving = { hosts: changed.hosts ?? hosts, sites: changed.sites ?? ['meet.example'] };
  return {
    folder,
    moving,
    files: () => readdirSync(folder).sort(),
    open: () =>
      openOwnCertificates({
        folder,
        authorityFolder: folder,
        machineName: 'meet.example',
        names: () => certificateNames(moving.hosts),
        requiredNames: certificateNames(moving.sites),
        validityDays: 90,
        renewBeforeDays: 30,
        clock: () => now,
      }),
    names: () => new X509Certificate(readFileSync(join(folder, 'server-chain.pem'))).subjectAltName ?? '',
  };
}

t.test('an authority is made for the names that it is for, and for no others', async (t) => {
  const { folder, open } = machine(t);
  const { authority } = await open();
  t.same(authority?.limits, {
    dns: ['localhost', 'meet.example', 'my_machine', 'my_machine.local'],
    ip: ['127.0.0.0/8', '192.168.0.0/16', '::1/128'],
  });
  const text = execFileSync('openssl', ['x509', '-in', 'authority.pem', '-noout', '-text'], {
    cwd: folder,
    encoding: 'utf8',
  });
  t.match(text, /X509v3 Name Constraints: critical\s+Permitted:\s+DNS:localhost\s+DNS:meet\.example/);
  t.match(text, /IP:192\.168\.0\.0\/255\.255\.0\.0/);
  t.match(text, /IP:0:0:0:0:0:0:0:1\/FFFF:FFFF:FFFF:FFFF:FFFF:FFFF:FFFF:FFFF/);
  t.notMatch(text, /Excluded:/);
  t.match(text, /Extended Key Usage: *\s+TLS Web Server Authentication\n/, 'and for nothing but servers');
});

t.test('what the authority signs beyond its limits, nobody takes', async (t) => {
  const { folder, open } = machine(t);
  const { authority, current } = await open();
  if (!authority) throw new Error('no authority');
  const verify = async (dns: readonly string[], ip: readonly string[]) => {
    const pem = await issueServerCertificate({
      authorityPem: authority.certificatePem,
      authorityKeyPem: authority.keyPem,
      keyPem: current.keyPem,
      names: { dns, ip },
      notBefore: new Date(Date.now() - DAY_MS),
      notAfter: new Date(Date.now() + DAY_MS),
    });
    writeFileSync(join(folder, 'other.pem'), pem);
    const checks = ['-x509_strict', '-purpose', 'sslserver', '-CAfile', 'authority.pem'];
    try {
      return execFileSync('openssl', ['verify', ...checks, 'other.pem'], {
        cwd: folder,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    } catch (thrown) {
      return String((thrown as { stderr: string }).stderr);
    }
  };
  for (const [dns, ip] of [
    [['meet.example'], []],
    [['my_machine'], ['192.168.250.1', '::1']],
  ] as const)
    t.match(await verify(dns, ip), /OK/, [...dns, ...ip].join());
  for (const [dns, ip] of [
    [['bank.example'], []],
    [['example'], []],
    [['notmeet.example'], []],
    [['meet.example', 'bank.example'], []],
    [['localhost'], ['10.0.0.1']],
    [['localhost'], ['8.8.8.8']],
    [['localhost'], ['fd00::1']],
  ] as const)
    t.match(await verify(dns, ip), /permitted subtree violation/, [...dns, ...ip].join());
});

t.test(
  'private networks count whole, other addresses alone, and what is below a name goes with it',
  async (t) => {
    const names = (...hosts: string[]) => certificateNames(hosts);
    const limits = limitsFor(
      names('10.1.2.3', '172.20.0.9', '100.101.0.1', 'fd12::3', '198.51.100.7', '2001:db8::7'),
    );
    t.same(
      new Set(limits.ip),
      new Set([
        '10.0.0.0/8',
        '172.16.0.0/12',
        '100.64.0.0/10',
        'fd00::/8',
        '198.51.100.7/32',
        '2001:db8::7/128',
      ]),
    );
    t.same(limitsFor(names('meet.example', 'fr.meet.example', 'emeet.example')).dns, [
      'emeet.example',
      'meet.example',
    ]);
    const within = (host: string) => {
      const { dns, ip } = namesWithin(limits, names(host));
      return dns.length + ip.length === 1;
    };
    for (const address of [
      '10.255.0.1',
      '172.31.255.254',
      '100.127.1.1',
      'fdff::1',
      '198.51.100.7',
      '2001:db8::7',
    ])
      t.ok(within(address), address);
    for (const address of [
      '172.32.0.1',
      '192.168.0.1',
      '198.51.100.8',
      'fc00::1',
      '2001:db8::8',
      '127.0.0.1',
      '::a0a:1',
    ])
      t.notOk(within(address), address);
    t.same(namesBeyond(null, names('a.example')), names(), 'without limits nothing is beyond them');
  },
);

t.test('a machine that is given another address or name keeps its authority', async (t) => {
  const { moving, open, names, files } = machine(t);
  const before = await open();
  moving.hosts = ['meet.example', 'renamed', '192.168.99.4', '203.0.113.9', 'localhost'];
  t.equal(await before.refresh(), true);
  t.equal(names(), 'DNS:localhost, DNS:meet.example, IP Address:192.168.99.4');
  t.same(before.leftOut, { dns: ['renamed'], ip: ['203.0.113.9'] });

  const after = await open();
  t.equal(after.authority?.certificatePem, before.authority?.certificatePem);
  t.equal(after.authority?.isReplacement, false);
  t.same(after.leftOut, before.leftOut);
  moving.hosts = hosts;
  t.equal(await after.refresh(), true);
  t.same(after.leftOut, { dns: [], ip: [] });
  t.same(files(), ['authority.key', 'authority.pem', 'server-chain.pem', 'server.key']);
});

t.test('another site: another authority; the first one serves again when it fits again', async (t) => {
  const { moving, open, names, files } = machine(t);
  const first = await open();
  moving.sites = ['meet.exmaple'];
  moving.hosts = ['meet.exmaple', ...hosts.slice(1)];
  const second = await open();
  t.not(second.authority?.certificatePem, first.authority?.certificatePem);
  t.not(second.authority?.certificate.subject, first.authority?.certificate.subject, 'told apart in lists');
  t.equal(second.authority?.isReplacement, true);
  t.match(names(), 'DNS:meet.exmaple');
  t.ok(new X509Certificate(second.current.chainPem).verify(second.authority?.certificate.publicKey as never));
  t.match(files(), ['authority-2.key', 'authority-2.pem', 'authority.key', 'authority.pem']);
  t.equal((await open()).authority?.certificatePem, second.authority?.certificatePem, 'and stays');

  moving.sites = ['meet.example'];
  moving.hosts = hosts;
  const third = await open();
  t.equal(third.authority?.certificatePem, first.authority?.certificatePem, 'the mistake cost nothing');
  t.equal(third.authority?.isReplacement, true, 'some device may trust the other one only');

  moving.sites = ['meet.example', 'visio.example'];
  moving.hosts = ['visio.example', ...hosts];
  const fourth = await open();
  t.same(fourth.authority?.limits?.dns.includes('visio.example'), true);
  t.match(files(), ['authority-2.key', 'authority-2.pem', 'authority-3.key', 'authority-3.pem']);
});

t.test('an authority under whose names nobody can open anything is replaced', async (t) => {
  const { moving, open } = machine(t, { sites: [] });
  const first = await open();
  moving.hosts = ['elsewhere', '203.0.113.9', 'localhost', '127.0.0.1'];
  const second = await open();
  t.equal(second.authority?.isReplacement, true);
  t.not(second.authority?.certificatePem, first.authority?.certificatePem);
  t.same(second.leftOut, { dns: [], ip: [] });

  const alone = machine(t, { sites: [], hosts: ['localhost', '127.0.0.1', '::1'] });
  const own = await alone.open();
  t.equal(
    (await alone.open()).authority?.certificatePem,
    own.authority?.certificatePem,
    'a machine by itself is content',
  );
});

t.test('a site that the machine does not know of is certified all the same', async (t) => {
  const folder = t.testdir();
  const open = () =>
    openAuthority({
      folder,
      machineName: 'x',
      names: certificateNames(['localhost']),
      requiredNames: certificateNames(['nat.example', '198.51.100.1']),
      clock: Date.now,
    });
  const { limits } = await open();
  t.same(limits, { dns: ['localhost', 'nat.example'], ip: ['198.51.100.1/32'] });
  await open();
  t.same(readdirSync(folder).sort(), ['authority.key', 'authority.pem'], 'and not made over and over');
});
