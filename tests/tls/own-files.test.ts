import { createPrivateKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import t, { type Test } from 'tap';
import { openFileCertificates } from '../../app/edge/tls/file-certificates.ts';
import { openOwnCertificates } from '../../app/edge/tls/own-certificates.ts';
import { DAY_MS } from '../../app/kernel/clock.ts';
import { inspectConfig, loadConfig } from '../../config/load.ts';
import { RunningApp } from '../app/running-app.ts';
import { until } from '../deadline.ts';
import { type Issued, issue, type Request } from './house-authority.ts';

const root = await issue({ name: 'House Root' });
const between = await issue({ name: 'House Servers', issuer: root });
const below = await issue({ name: 'House Servers 2', issuer: between });
const forMeet = (more: Partial<Request> = {}) =>
  issue({
    name: 'meet.example',
    issuer: below,
    hosts: ['meet.example', '*.rooms.example', '192.0.2.1'],
    ...more,
  });
const meet = await forMeet();

interface Files {
  readonly certificate: string;
  readonly key: string;
  readonly chain?: string | undefined;
}
const whole = ({ pem, keyPem }: Issued): Files => ({
  certificate: pem,
  key: keyPem,
  chain: between.pem + root.pem + below.pem,
});

/** A folder with a configuration of mode `files`. What `put` writes is what the owner does. */
function site(t: Test, files: Files, hosts: readonly string[] = ['meet.example']) {
  // Short, as the path of a Unix socket in it must not be too long.
  const folder = mkdtempSync(join(tmpdir(), 'linkello-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'tls'));
  const put = ({ certificate, key, chain }: Partial<Files>) => {
    if (certificate !== undefined) writeFileSync(join(folder, 'tls', 'site.pem'), certificate, 'latin1');
    if (key !== undefined) writeFileSync(join(folder, 'tls', 'site.key'), key, { mode: 0o640 });
    if (chain !== undefined) writeFileSync(join(folder, 'tls', 'chain.pem'), chain);
  };
  put(files);
  const named = {
    certificate: 'tls/site.pem',
    key: 'tls/site.key',
    ...(files.chain && { chain: 'tls/chain.pem' }),
  };
  const settings = {
    sites: hosts.map((host) => ({ host })),
    tls: { mode: 'files', files: named },
  };
  const file = join(folder, 'linkello.yaml');
  writeFileSync(file, JSON.stringify(settings));
  const environment = { LINKELLO_CONFIG: file, LINKELLO_DATA: join(folder, 'data') };
  return { folder, file, put, environment, tls: join(folder, 'data', 'tls') };
}

const messageOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'nothing is wrong',
    (fault: Error) => fault.message,
  );

t.test('what is right is served, in order and without the root', async (t) => {
  const rsa = {
    name: 'RSASSA-PKCS1-v1_5',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
    hash: 'SHA-256',
  };
  const cases: Record<string, Files> = {
    'in three files': whole(meet),
    'all in the certificate file, in no order': {
      certificate: root.pem + below.pem + meet.pem + between.pem,
      key: meet.keyPem,
    },
    'one file for certificate and key': { ...whole(meet), certificate: meet.keyPem + meet.pem },
    'an RSA key': whole(await forMeet({ algorithm: rsa })),
    'with what does not belong to it': {
      ...whole(meet),
      chain: `Some words\r\n${(await issue({ name: 'Other' })).pem}${between.pem}${root.pem}${below.pem}`,
    },
  };
  for (const [what, files] of Object.entries(cases)) {
    const { environment, tls } = site(t, files, ['meet.example', 'one.rooms.example', '192.0.2.1']);
    t.equal((await inspectConfig(environment)).config.tls.mode, 'files', what);
    const config = await loadConfig(environment);
    const source = await openFileCertificates({ folder: tls, config, clock: Date.now });
    const sent = source.current.chainPem.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? [];
    t.same(
      sent.map((pem) => new X509Certificate(pem).subject),
      ['CN=meet.example', 'CN=House Servers 2', 'CN=House Servers'],
    );
    t.equal(readFileSync(join(tls, 'server-chain.pem'), 'utf8'), source.current.chainPem);
    t.equal(readFileSync(join(tls, 'server.key'), 'utf8'), source.current.keyPem);
    t.equal(statSync(join(tls, 'server.key')).mode & 0o777, 0o600);
    t.ok(new X509Certificate(sent[0] ?? '').checkPrivateKey(createPrivateKey(source.current.keyPem)));
    t.equal(source.authority, null);
    t.equal(source.renewsAt, null);
    t.equal(await source.refresh(), false);
  }
  const self = await issue({ name: 'meet.example', hosts: ['meet.example'] });
  const { environment } = site(t, { certificate: self.pem, key: self.keyPem });
  t.ok(await inspectConfig(environment), 'one that signed itself leads to itself');
});

t.test(
  'each fault is one clear sentence, at its place in the YAML, and keeps the app from starting',
  async (t) => {
    const stranger = await issue({ name: 'meet.example', issuer: below, hosts: ['meet.example'] });
    const weak = {
      name: 'RSASSA-PKCS1-v1_5',
      modulusLength: 1024,
      publicExponent: new Uint8Array([1, 0, 1]),
      hash: 'SHA-256',
    };
    const der = Buffer.from(meet.pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64').toString('latin1');
    const cases: Record<string, [Files, string, RegExp]> = {
      'the key of another': [
        { ...whole(meet), key: stranger.keyPem },
        'key',
        /must be the key of the certificate in .*site\.pem, got that of another in .*site\.key$/,
      ],
      'another host': [
        whole(await forMeet({ hosts: ['www.example'] })),
        'certificate',
        /must be for meet\.example, which is sites\[0\]\.host.*, got one for www\.example in .*site\.pem$/,
      ],
      'a wildcard one level too high': [
        whole(await forMeet({ hosts: ['*.example.example'] })),
        'certificate',
        /got one for \*\.example\.example/,
      ],
      'no root': [
        { ...whole(meet), chain: between.pem + below.pem },
        'chain',
        /none that signed "CN=House Servers": add the certificate of "CN=House Root" to tls\.files\.chain$/,
      ],
      'a hole in the middle': [
        { ...whole(meet), chain: below.pem + root.pem },
        'chain',
        /none that signed "CN=House Servers 2": add the certificate of "CN=House Servers" to/,
      ],
      'nothing but itself': [
        { certificate: meet.pem, key: meet.keyPem },
        'certificate',
        /none that signed "CN=meet\.example": add the certificate of "CN=House Servers 2" to/,
      ],
      'for letters': [
        whole(await forMeet({ uses: ['1.3.6.1.5.5.7.3.4'] })),
        'certificate',
        /must be a certificate for servers, got one for other uses/,
      ],
      'a key that is too short': [whole(await forMeet({ algorithm: weak })), 'certificate', /TLS refuses/],
      'a key that browsers do not know': [
        whole(await forMeet({ algorithm: { name: 'Ed25519' } })),
        'key',
        /must be an RSA or EC key.*got ed25519/,
      ],
      'a key with a passphrase': [
        { ...whole(meet), key: meet.keyPem.replaceAll('PRIVATE KEY', 'ENCRYPTED PRIVATE KEY') },
        'key',
        /must be without a passphrase/,
      ],
      'a damaged key': [
        { ...whole(meet), key: meet.keyPem.replace(/\n.{9}/, '\nAAAAAAAAA') },
        'key',
        /damaged/,
      ],
      'a damaged certificate': [
        { ...whole(meet), chain: between.pem + root.pem.replace(/\n.{9}/, '\nAAAAAAAAA') },
        'chain',
        /2, of which number 2 that is damaged/,
      ],
      DER: [{ ...whole(meet), certificate: der }, 'certificate', /, but DER; run: openssl x509 -inform der/],
      'the two the other way round': [
        { ...whole(meet), certificate: meet.keyPem, key: meet.pem },
        'certificate',
        /got none in .*site\.pem, but a private key/,
      ],
      empty: [{ ...whole(meet), key: '' }, 'key', /must hold a private key as PEM text, got none/],
    };
    for (const [what, [files, setting, pattern]] of Object.entries(cases)) {
      const { environment, file, tls } = site(t, files);
      const told = await messageOf(inspectConfig(environment));
      t.match(told, pattern, what);
      t.match(told, new RegExp(`^${file}:1:\\d+: tls\\.files\\.${setting}: must `), what);
      t.equal(told.split('\n').length, 1, `${what}: one sentence`);
      t.notMatch(told, /PRIVATE KEY-----/);

      const config = await loadConfig(environment);
      const opened = openFileCertificates({ folder: tls, config, clock: Date.now });
      await t.rejects(opened, { name: 'StartFault', message: pattern }, what);
    }
  },
);

t.test('a key that everyone may read, and files that are not there', async (t) => {
  const open = site(t, whole(meet));
  chmodSync(join(open.folder, 'tls', 'site.key'), 0o644);
  t.match(
    await messageOf(inspectConfig(open.environment)),
    /tls\.files\.key: must not be open to everyone, got mode 0644; run: chmod o= /,
  );

  const gone = site(t, whole(meet));
  writeFileSync(
    gone.file,
    JSON.stringify({ tls: { mode: 'files', files: { certificate: 'tls', key: 'nowhere' } } }),
  );
  t.match(await messageOf(inspectConfig(gone.environment)), /certificate: must name a file, got a folder/);
});

t.test(
  'who starts it by hand is told that the certificate has ended; a server that starts at night serves',
  async (t) => {
    const now = Date.now();
    const ended = site(t, whole(await forMeet({ beginsAt: now - 90 * DAY_MS, endsAt: now - DAY_MS })));
    t.match(
      await messageOf(inspectConfig(ended.environment)),
      /tls\.files\.certificate: must be valid today, got one that ended on \d{4}-\d\d-\d\d in /,
    );
    const early = site(t, whole(await forMeet({ beginsAt: now + DAY_MS })));
    t.match(await messageOf(inspectConfig(early.environment)), /got one that begins on /);
    const config = await loadConfig(ended.environment);
    t.ok(await openFileCertificates({ folder: ended.tls, config, clock: Date.now }));
  },
);

t.test('another pair is taken over when it is whole, and complained of once when it is not', async (t) => {
  const { environment, put, tls } = site(t, whole(meet));
  const config = await loadConfig(environment);
  const source = await openFileCertificates({ folder: tls, config, clock: Date.now });
  const kept = { ...source.current };
  const stays = async (what: string) => {
    t.same(source.current, kept, what);
    t.equal(readFileSync(join(tls, 'server.key'), 'utf8'), kept.keyPem);
  };

  const next = await forMeet();
  put({ certificate: next.pem });
  t.equal(await source.refresh(), false, 'half of it: somebody may be writing');
  await stays('half a pair');
  put({ key: next.keyPem });
  t.equal(await source.refresh(), true);
  t.match(source.current.chainPem, next.pem.trim());
  t.equal(readFileSync(join(tls, 'server-chain.pem'), 'utf8'), source.current.chainPem);
  t.equal(readFileSync(join(tls, 'server.key'), 'utf8'), source.current.keyPem);
  Object.assign(kept, source.current);

  put({ key: meet.keyPem });
  t.equal(await source.refresh(), false);
  await t.rejects(source.refresh(), { message: /tls\.files\.key: must be the key of the certificate/ });
  t.equal(await source.refresh(), false, 'once');
  await stays('a pair that does not fit');
  put({ key: next.keyPem });
  t.equal(await source.refresh(), false);

  const old = await forMeet({ beginsAt: Date.now() - 9 * DAY_MS, endsAt: Date.now() - DAY_MS });
  put({ certificate: old.pem, key: old.keyPem });
  await source.refresh();
  await t.rejects(source.refresh(), { message: /must be valid now, got one that is from / });
  await stays('one that has ended');
});

t.test('the running server takes it over, says so, and offers nothing to trust', async (t) => {
  const files = t.testdir({ 'a.pem': meet.pem + below.pem + between.pem + root.pem, 'a.key': meet.keyPem });
  chmodSync(join(files, 'a.key'), 0o600);
  const running = await RunningApp.start(
    {
      sites: [{ host: 'meet.example' }],
      tls: { mode: 'files', files: { certificate: join(files, 'a.pem'), key: join(files, 'a.key') } },
    },
    { certificateCheckMs: 20 },
  );
  t.teardown(() => running.stop());
  const served = async () => {
    const socket = connect({
      host: '127.0.0.1',
      servername: 'meet.example',
      port: running.port,
      ca: root.pem,
    });
    await once(socket, 'secureConnect');
    const certificate = socket.getPeerX509Certificate();
    socket.destroy();
    return certificate?.fingerprint256;
  };
  t.equal(await served(), new X509Certificate(meet.pem).fingerprint256, 'whoever trusts the root connects');
  const next = await forMeet();
  writeFileSync(join(files, 'a.pem'), next.pem + below.pem + between.pem + root.pem);
  await until('the bad pair is told of', () =>
    running.log.some(({ msg }) => msg === 'the certificate could not be renewed'),
  );
  t.equal(await served(), new X509Certificate(meet.pem).fingerprint256);
  writeFileSync(join(files, 'a.key'), next.keyPem);
  await until('the new pair serves', served, (now) => now === new X509Certificate(next.pem).fingerprint256);

  const { text, status } = await ask(running, '/trust');
  t.equal(status, 200);
  t.match(text, 'There is nothing to do.');
  t.notMatch(text, /linkello-ca/);
  for (const file of [
    'linkello-ca.crt',
    'linkello-ca.pem',
    'linkello-ca.mobileconfig',
    'linkello-ca.reg',
    'policies.json',
  ])
    t.equal((await ask(running, `/trust/${file}`)).status, 404, file);
  const metrics = await ask(running, '/metrics');
  t.match(metrics.text, /linkello_certificate_ends_seconds \d{10}/);
  t.notMatch(metrics.text, /linkello_authority_ends_seconds/);
});

async function ask(running: RunningApp, url: string): Promise<{ status: number; text: string }> {
  const { statusCode, body } = await running.app.inject({ url, headers: { host: 'localhost' } });
  return { status: statusCode, text: body };
}

t.test('from and to the own authority: a key that was in other hands is not used on', async (t) => {
  const { environment, tls, folder } = site(t, whole(meet));
  const config = await loadConfig(environment);
  await openFileCertificates({ folder: tls, config, clock: Date.now });
  const own = await openOwnCertificates({
    folder: tls,
    authorityFolder: join(folder, 'authority'),
    machineName: 'meet.example',
    names: () => ({ dns: ['meet.example'], ip: [] }),
    validityDays: 90,
    renewBeforeDays: 30,
    clock: Date.now,
  });
  t.not(own.current.keyPem, meet.keyPem);
  t.equal(readFileSync(join(tls, 'server.key'), 'utf8'), own.current.keyPem);
  t.match(new X509Certificate(own.current.chainPem).issuer, 'O=Linkello');
});
