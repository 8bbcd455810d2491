import t from 'tap';
import en from '../../app/locales/en.json' with { type: 'json' };
import fr from '../../app/locales/fr.json' with { type: 'json' };
import { type Answer, asBrowser, RunningApp } from './running-app.ts';

const running = await RunningApp.start({
  sites: [{ host: 'localhost', name: 'Rencontres & Cie' }],
  controller: { name: 'Ville <b>d’Évry</b>', support_email: 'help@example.org' },
});
t.teardown(() => running.stop());

const page = (path: string, headers: Record<string, string> = {}) =>
  running.ask(path, { headers: { ...asBrowser, ...headers } });
const titleOf = ({ text }: Answer) => /<title>(.*?)<\/title>/s.exec(text)?.[1];
/** Text of a page as its reader sees it, near enough. */
const wordsOf = ({ text }: Answer) =>
  text
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/&#x27;/g, "'")
    .replaceAll(/&amp;/g, '&')
    .replaceAll(/&lt;/g, '<');

t.test('home: a labelled field and a button, in a form that needs no script', async (t) => {
  for (const [lang, label, button] of [
    ['en', 'Room name', 'Enter'],
    ['fr', 'Nom de la salle', 'Entrer'],
  ] as const) {
    const { status, headers, text } = await page(`/?lang=${lang}`);
    t.equal(status, 200);
    t.equal(headers['content-type'], 'text/html; charset=utf-8');
    const id = new RegExp(`<label[^>]* for="([^"]+)"[^>]*>\\s*${label}\\s*</label>`).exec(text)?.[1];
    t.match(text, new RegExp(`<input[^>]* id="${id}"[^>]* name="name"`));
    t.match(text, new RegExp(`<button[^>]* type="submit"[^>]*>\\s*${button}\\b`));
    t.match(text, /<form[^>]* action="\/r"[^>]* method="get"/);
  }
});

t.test('every page says whose it is and how to get help, and runs no script of its own', async (t) => {
  for (const path of ['/', '/trust', '/nothing-here', '/r/a-room']) {
    const answer = await page(path);
    t.match(answer.text, /^<!doctype html>\s*<html lang="en"/i, path);
    t.match(titleOf(answer), / – Rencontres &amp; Cie$/);
    t.match(answer.text, 'Ville &lt;b&gt;d’Évry&lt;/b&gt;');
    t.match(answer.text, 'href="mailto:help@example.org"');
    t.match(answer.text, 'href="/trust"');
    t.equal(answer.text.match(/<main\b/g)?.length, 1);
    t.equal(answer.text.match(/<h1\b/g)?.length, 1);
    t.notMatch(answer.text, /<script(?![^>]* (src="\/|type="application\/json"))/);
    t.notMatch(answer.text, / on[a-z]+="| style="|javascript:/);
    t.notMatch(answer.text, /(?:src|href|action)="(?:https?:)?\/\//, 'nothing from elsewhere');
  }
});

t.test('a controller without name or address leaves no gap', async (t) => {
  const bare = await RunningApp.start();
  t.teardown(() => bare.stop());
  const { text } = await bare.ask('/');
  t.notMatch(text, 'mailto:');
  t.notMatch(text, en.layout.controller.replace(' {name}', ''));
});

t.test('from a name to its room', async (t) => {
  const cases: Record<string, string> = {
    'Réunion d’équipe n° 3': '/r/reunion-d-equipe-n-3',
    'weekly-review': '/r/weekly-review',
    '  Été ': '/r/ete',
    会议: '/r/huiyi',
    '/../..//evil.example': '/r/evil-example',
    '//evil.example/x?y#z': '/r/evil-example-x-y-z',
    'a\r\nSet-Cookie: b=c': '/r/a-set-cookie-b-c',
    '<script>alert(1)</script>': '/r/script-alert-1-script',
  };
  for (const [name, location] of Object.entries(cases)) {
    const answer = await page(`/r?name=${encodeURIComponent(name)}`);
    t.equal(answer.status, 303, name);
    t.equal(answer.headers.location, location);
  }
  t.equal((await page('/r?name=%41+b')).headers.location, '/r/a-b', 'as forms write it');
});

t.test('a name that makes no room comes back with the reason beside the field', async (t) => {
  for (const name of ['', '  ', '!?', '😀', 'x'.repeat(201)]) {
    const answer = await page(`/r?name=${encodeURIComponent(name)}`);
    t.equal(answer.status, 400, JSON.stringify(name));
    t.match(wordsOf(answer), en.errors.invalid_room_name.sentence);
    const fault = /aria-describedby="([^"]*)"/.exec(answer.text)?.[1]?.split(' ')[0];
    t.match(answer.text, `id="${fault}"`);
    t.match(answer.text, 'aria-invalid="true"');
    t.match(answer.text, /<input[^>]* name="name"/);
  }
  const { text } = await page(`/r?name=${encodeURIComponent('"><!--')}`);
  t.match(text, 'value="&quot;&gt;&lt;!--"', 'what was typed is still there, and only text');
});

t.test('without a name: the home page', async (t) => {
  for (const path of ['/r', '/r/', '/r?name[]=x', '/r?name=a&name=b', '/r?x=y']) {
    const { status, headers } = await page(path);
    t.same([status, headers.location], [302, '/'], path);
  }
});

t.test('a room has one address', async (t) => {
  const cases: Record<string, string> = {
    '/r/%C3%89t%C3%A9': '/r/ete',
    '/r/Weekly': '/r/weekly',
    '/r/a--b': '/r/a-b',
    '/r/a%2Fb': '/r/a-b',
    '/r/100%': '/r/100',
    '/r/%zz1?lang=fr': '/r/zz1?lang=fr',
    '/r/%E0%A41': '/r/e0-a41',
    '/r/%0d%0ax': '/r/x',
  };
  for (const [path, location] of Object.entries(cases)) {
    const answer = await page(path);
    t.equal(answer.status, 302, path);
    t.equal(answer.headers.location, location);
  }
  const answer = await page(`/r/${'x'.repeat(4000)}`);
  t.equal(answer.status, 400, 'too long for a name');
  t.match(wordsOf(answer), en.errors.invalid_room_name.sentence);
  t.equal((await page('/r/%F0%9F%98%80')).status, 400, 'nothing to make a name of');
});

t.test('while the SFU is away a room says so and tries again', async (t) => {
  const answer = await page('/r/one');
  t.equal(answer.status, 503);
  t.match(answer.headers, { 'retry-after': /^\d+$/, refresh: /^\d+$/, 'cache-control': 'no-store' });
  t.match(wordsOf(answer), en.errors.media_unavailable.sentence);
});

t.test('errors, as a page in the reader’s language', async (t) => {
  const answer = await page('/nothing-here?lang=fr');
  t.equal(answer.status, 404);
  t.match(answer.text, '<html lang="fr"');
  t.match(wordsOf(answer), fr.errors.not_found.sentence);
  t.match(wordsOf(answer), fr.errors.not_found.remedy);
  t.match(answer.text, 'href="/"');
  const [last] = running.log.filter(({ status }) => status === 404).slice(-1);
  t.ok(last && answer.text.includes(String(last.requestId)), 'the number leads to the line in the log');
});

t.test('errors, as problem+json for programs', async (t) => {
  for (const accept of [
    'application/json',
    'application/problem+json',
    '*/*',
    '',
    'text/html;q=0.1, application/json',
  ]) {
    const { status, headers, text } = await running.ask('/nothing-here', {
      headers: { accept, 'accept-language': 'fr' },
    });
    t.equal(status, 404, accept);
    t.match(headers['content-type'], /^application\/problem\+json\b/);
    t.equal(headers['content-language'], 'fr');
    t.match(JSON.parse(text), {
      status: 404,
      code: 'not_found',
      title: fr.errors.not_found.sentence,
      detail: fr.errors.not_found.remedy,
      requestId: /^[0-9a-f]{12}$/,
    });
  }
});

t.test('other methods and bodies are refused in the same words', async (t) => {
  t.equal((await running.ask('/', { method: 'POST', body: 'x'.repeat(100) })).status, 404);
  const huge = await running.ask('/nothing-here', {
    method: 'POST',
    body: 'x'.repeat(200_000),
    headers: { 'content-type': 'application/json' },
  });
  t.ok([400, 404].includes(huge.status), String(huge.status));
  const head = await running.ask('/', { method: 'HEAD' });
  t.same([head.status, head.text], [200, '']);
});

t.test('a name that is none of ours is refused, in words; an address never is', async (t) => {
  for (const host of [
    'evil.example',
    'localhost.evil.example',
    'xlocalhost',
    '"><script>',
    '2130706433',
    '0x7f.1',
  ]) {
    const answer = await page('/', { host });
    t.equal(answer.status, 421, host);
    t.match(wordsOf(answer), en.errors.unknown_host.sentence);
    t.notMatch(answer.text, /<script>/);
  }
  for (const host of [
    'localhost',
    'LOCALHOST:1',
    'localhost.',
    '127.0.0.1:8443',
    '[::1]',
    '[::1]:8443',
    '203.0.113.77',
  ])
    t.equal((await page('/', { host })).status, 200, host);
  t.equal((await page('/health/live', { host: 'evil.example' })).status, 421, 'not even there');
});

t.test('what a reader sends never becomes markup', async (t) => {
  const attack = '"\'><script>alert(1)</script><img src=x onerror=alert(1)>';
  const code = encodeURIComponent(attack);
  for (const path of [
    `/${code}`,
    `/r/${code}`,
    `/r?name=${code}`,
    `/?lang=${code}`,
    `/assets/${code}`,
    `/trust?${code}`,
  ]) {
    const { text } = await page(path, {
      cookie: `language=${code}`,
      'accept-language': '<script>',
      referer: 'https://x/<script>',
      'user-agent': attack,
    });
    t.notMatch(text, /<script>|<img src=x/, path);
  }
});

t.test('/trust: the authority, whole and to be compared', async (t) => {
  const { X509Certificate } = await import('node:crypto');
  const authority = new X509Certificate(running.authorityPem);
  for (const [lang, texts] of [
    ['en', en],
    ['fr', fr],
  ] as const) {
    const answer = await page(`/trust?lang=${lang}`);
    t.equal(answer.status, 200);
    t.match(answer.text, authority.fingerprint256);
    for (const system of ['windows', 'macos', 'ios', 'android', 'firefox', 'linux'] as const) {
      const { name, headings } = texts.trust.systems[system];
      t.match(wordsOf(answer), name);
      for (const heading of Object.values(headings)) t.ok(wordsOf(answer).includes(heading), heading);
    }
  }
  const der = await running.app.inject({ url: '/trust/linkello-ca.crt', headers: { host: 'localhost' } });
  t.match(der.headers, {
    'content-type': 'application/x-x509-ca-cert',
    'content-disposition': 'inline; filename="linkello-ca.crt"',
  });
  t.ok(der.rawPayload.equals(authority.raw));
  const pem = await page('/trust/linkello-ca.pem');
  t.match(pem.headers, { 'content-disposition': 'attachment; filename="linkello-ca.pem"' });
  t.equal(new X509Certificate(pem.text).fingerprint256, authority.fingerprint256);
  t.notMatch(pem.text, /PRIVATE/);
});

t.test('a fault of ours: a friendly answer, the cause in the log, nothing of it outside', async (t) => {
  const broken = await RunningApp.start();
  t.teardown(() => broken.stop());
  const check = (answer: Answer) => {
    t.equal(answer.status, 500);
    t.notMatch(answer.text, /inner detail|TypeError|node_modules/);
    t.match(wordsOf(answer), en.errors.internal.sentence);
    const line = broken.log.findLast(({ msg }) => msg === 'a request failed');
    t.match(line, { level: 'error', err: { type: 'TypeError', message: /inner detail/, stack: /at / } });
    t.match(answer.text, line?.requestId, 'the number leads to the cause');
  };

  broken.app.meetings.routerRtpCapabilities = async () => {
    throw new TypeError('inner detail of a room');
  };
  const answer = await broken.ask('/r/one', { headers: asBrowser });
  t.match(answer.headers, { 'content-type': /^text\/html/, 'cache-control': 'no-store' });
  check(answer);

  // As if the client had lost its files: no page can be made, not even that of an error.
  broken.app.assetPath = (name: string) => {
    throw new TypeError(`inner detail of ${name}`);
  };
  check(await broken.ask('/', { headers: asBrowser }));
});
