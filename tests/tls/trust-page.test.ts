import { execFileSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'plist';
import t from 'tap';
import { trustingSystems, visitorSystems } from '../../app/edge/trust/visitor-systems.ts';
import en from '../../app/locales/en.json' with { type: 'json' };
import fr from '../../app/locales/fr.json' with { type: 'json' };
import { buildServer } from '../../app/server.ts';
import { loadConfig } from '../../config/load.ts';
import { readSecret } from '../../config/secrets.ts';
import { asBrowser, RunningApp } from '../app/running-app.ts';

const agents = {
  windows:
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  windowsFirefox: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0',
  macos:
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15',
  iphone:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1',
  android:
    'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36',
  androidFirefox: 'Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0',
  linux:
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  linuxFirefox: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  curl: 'curl/8.5.0',
} as const;

const running = await RunningApp.start({ sites: [{ host: 'meet.example' }] });
t.teardown(() => running.stop());
const authority = new X509Certificate(running.authorityPem);
const download = async (name: string, query = '') => {
  const answer = await running.app.inject({ url: `/trust/${name}${query}`, headers: { host: 'localhost' } });
  t.equal(answer.statusCode, 200, name);
  t.equal(answer.headers['cache-control'], 'no-store');
  return answer;
};
const page = (lang: string, agent: string) =>
  running.ask(`/trust?lang=${lang}`, { headers: { ...asBrowser, 'user-agent': agent } });
/** The page's text, as a person reads it. */
const words = (html: string) =>
  html
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/&#x([0-9A-F]+);/gi, (_, code) => String.fromCodePoint(Number.parseInt(code, 16)))
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replaceAll(/[ \n]+/g, ' ');

t.test('the system is told by what the browser says of itself', async (t) => {
  const expected: Record<keyof typeof agents, readonly string[]> = {
    windows: ['windows'],
    windowsFirefox: ['windows'],
    macos: ['macos'],
    iphone: ['ios'],
    android: ['android'],
    androidFirefox: ['android'],
    linux: ['linux'],
    linuxFirefox: ['firefox', 'linux'],
    curl: [],
  };
  for (const [name, agent] of Object.entries(agents))
    t.same(visitorSystems(agent), expected[name as keyof typeof agents], name);
  t.same(visitorSystems(''), []);
});

t.test(
  'every step of every system is there in both languages, the reader’s own first and unfolded',
  async (t) => {
    for (const [lang, texts] of [
      ['en', en],
      ['fr', fr],
    ] as const) {
      const { text } = await page(lang, agents.macos);
      const read = words(text);
      for (const system of trustingSystems) {
        const { name, headings, steps } = texts.trust.systems[system];
        for (const sentence of [name, ...Object.values(headings), ...Object.values(steps)]) {
          const filled = sentence
            .replace('{authority}', /CN=(.*)/.exec(authority.subject)?.[1] ?? '')
            .replace(
              '{thumbprint}',
              authority.fingerprint.replaceAll(':', '').replaceAll(/.{8}(?=.)/g, '$& '),
            );
          t.ok(read.includes(filled), `${lang} ${filled}`);
        }
      }
      t.equal(text.match(/<details/g)?.length, trustingSystems.length - 1);
      t.ok(text.indexOf('<h2>macOS</h2>') < text.indexOf('<details'), 'before all others');
      t.match(read, authority.fingerprint256);
      const end = new Intl.DateTimeFormat(lang, { dateStyle: 'long' }).format(authority.validToDate);
      t.match(read, end);
      for (const limit of ['meet.example', '127.0.0.0/8']) t.match(read, limit);
    }
    const { text } = await page('en', agents.curl);
    t.equal(text.match(/<details/g)?.length, trustingSystems.length, 'who says nothing chooses');
    t.match((await page('en', agents.iphone)).text, 'class="button" href="/trust/linkello-ca.mobileconfig"');
  },
);

t.test('the profile for iPhone and iPad holds the certificate as Apple wants it', async (t) => {
  const answer = await download('linkello-ca.mobileconfig', '?lang=fr');
  t.equal(answer.headers['content-type'], 'application/x-apple-aspen-config');
  const profile = parse(answer.payload) as unknown as Record<string, unknown> & {
    readonly PayloadContent: readonly (Record<string, unknown> & { readonly PayloadContent: Uint8Array })[];
  };
  t.match(profile, { PayloadType: 'Configuration', PayloadVersion: 1, PayloadDescription: fr.trust.profile });
  const [payload] = profile.PayloadContent;
  t.match(payload, { PayloadType: 'com.apple.security.root', PayloadVersion: 1 });
  t.ok(Buffer.from(payload?.PayloadContent ?? []).equals(authority.raw));
  const uuids = [profile.PayloadUUID, payload?.PayloadUUID];
  for (const uuid of uuids)
    t.match(uuid, /^[0-9A-F]{8}-[0-9A-F]{4}-8[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}$/);
  t.equal(new Set(uuids).size, 2);
  t.equal(
    (await download('linkello-ca.mobileconfig', '?lang=fr')).payload,
    answer.payload,
    'again, it takes its own place',
  );
});

t.test('the registry file holds what Windows keeps of a trusted root', async (t) => {
  const answer = await download('linkello-ca.reg');
  t.same([...answer.rawPayload.subarray(0, 2)], [0xff, 0xfe], 'UTF-16, little-endian');
  const text = answer.rawPayload.toString('utf16le').replace('\ufeff', '');
  t.match(text, /^Windows Registry Editor Version 5\.00\r\n\r\n\[HKEY_LOCAL_MACHINE\\/);
  t.ok(text.split('\r\n').every((line) => line.length <= 160));
  const [, thumbprint, hex = ''] =
    /\\ROOT\\Certificates\\([0-9A-F]{40})\]\r\n"Blob"=hex:([\s\S]*)\r\n$/.exec(text) ?? [];
  t.equal(thumbprint, createHash('sha1').update(authority.raw).digest('hex').toUpperCase());
  let blob = Buffer.from(hex.replaceAll(/[\\,\s]/g, ''), 'hex');
  const properties = new Map<number, Buffer>();
  while (blob.length > 0) {
    t.equal(blob.readUInt32LE(4), 1);
    const end = 12 + blob.readUInt32LE(8);
    properties.set(blob.readUInt32LE(0), blob.subarray(12, end));
    blob = blob.subarray(end);
  }
  t.equal(properties.get(3)?.toString('hex').toUpperCase(), thumbprint);
  t.ok(properties.get(32)?.equals(authority.raw));
});

t.test('the policy of Firefox names the certificate as it is called here', async (t) => {
  const { payload } = await download('policies.json');
  t.same(JSON.parse(payload), {
    policies: { Certificates: { ImportEnterpriseRoots: true, Install: ['linkello-ca.crt'] } },
  });
  t.ok((await download('linkello-ca.crt')).rawPayload.equals(authority.raw));
});

t.test('the command for Chrome on Linux works as it stands there', async (t) => {
  const { text } = await page('en', agents.linux);
  const command = /<code>(certutil -d [^<]+)<\/code>/.exec(text)?.[1]?.replaceAll('&quot;', '"');
  const home = mkdtempSync(join(tmpdir(), 'linkello-home-'));
  t.teardown(() => rmSync(home, { recursive: true, force: true }));
  mkdirSync(join(home, '.pki', 'nssdb'), { recursive: true });
  writeFileSync(join(home, 'linkello-ca.crt'), (await download('linkello-ca.crt')).rawPayload);
  const inHome = { cwd: home, env: { ...process.env, HOME: home }, encoding: 'utf8' } as const;
  execFileSync('certutil', ['-d', `sql:${home}/.pki/nssdb`, '-N', '--empty-password'], inHome);
  execFileSync('sh', ['-c', command ?? 'false'], inHome);
  t.match(execFileSync('certutil', ['-d', `sql:${home}/.pki/nssdb`, '-L'], inHome), /Linkello +C,,/);
});

t.test('what the authority cannot certify is said, and that it is another one', async (t) => {
  const hosts = { sites: [{ host: 'meet.example' }], network: { announced_addresses: ['192.168.7.9'] } };
  const before = await RunningApp.start(hosts);
  t.teardown(() => before.stop());
  const read = async (app: RunningApp) => {
    const { payload } = await app.app.inject({
      url: '/trust?lang=en',
      headers: { host: 'localhost', ...asBrowser },
    });
    return words(payload);
  };
  t.notMatch(await read(before), en.trust.leftOut);
  const restart = async (settings: object) => {
    const file = join(before.folder, 'linkello.yaml');
    writeFileSync(file, JSON.stringify(settings));
    const config = await loadConfig({ LINKELLO_CONFIG: file, LINKELLO_DATA: join(before.folder, 'data') });
    const log: Record<string, unknown>[] = [];
    const app = await buildServer({
      config,
      secrets: {
        mediaControl: await readSecret(config, 'media-control'),
        audit: await readSecret(config, 'audit'),
        sessions: await readSecret(config, 'sessions'),
        turn: await readSecret(config, 'turn'),
      },
      logStream: { write: (line) => void log.push(JSON.parse(line)) },
    });
    t.teardown(() => app.close());
    const { payload } = await app.inject({
      url: '/trust?lang=en',
      headers: { host: 'localhost', ...asBrowser },
    });
    return { text: words(payload), log };
  };
  const moved = await restart({ ...hosts, network: { announced_addresses: ['203.0.113.77'] } });
  t.ok(moved.text.includes(en.trust.leftOut));
  t.match(moved.text, '203.0.113.77');
  t.match(
    moved.log.find(({ msg }) => msg === 'names lead here that the certificate cannot hold'),
    { names: ['203.0.113.77'] },
  );
  const renamed = await restart({ ...hosts, sites: [{ host: 'visio.example' }] });
  t.match(renamed.text, 'in place of an earlier one that could not certify all of the server’s names');
  t.ok(renamed.log.some(({ msg }) => /not the first certificate authority/.test(String(msg))));
});
