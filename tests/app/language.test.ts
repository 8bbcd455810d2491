import t from 'tap';
import { RunningApp } from './running-app.ts';

const running = await RunningApp.start({
  sites: [
    { host: 'localhost', name: 'Meeting' },
    { host: 'rencontre.test', name: 'Rencontre', language: 'fr' },
  ],
});
t.teardown(() => running.stop());

const english = 'localhost';
const french = 'rencontre.test';

// The first that names a language of ours decides: query, cookie, Accept-Language, site.
const cases: readonly [asked: string, cookie: string, accepted: string, site: string, got: 'en' | 'fr'][] = [
  ['', '', '', english, 'en'],
  ['', '', '', french, 'fr'],
  ['', '', 'fr', english, 'fr'],
  ['', '', 'en', french, 'en'],
  ['', '', 'fr-CA,fr;q=0.9,en;q=0.8', english, 'fr'],
  ['', '', 'de,en;q=0.5', french, 'en'],
  ['', '', 'en;q=0.2, fr;q=0.9', english, 'fr'],
  ['', '', 'de', english, 'en'],
  ['', '', 'de', french, 'fr'],
  ['', '', '*', english, 'en'],
  ['', '', '*', french, 'fr'],
  ['', '', 'de, *;q=0.1', french, 'fr'],
  ['', '', 'fr;q=0', english, 'en'],
  ['', '', ';;q=,=,\u00ff', french, 'fr'],
  ['', 'fr', '', english, 'fr'],
  ['', 'fr', 'en', english, 'fr'],
  ['', 'en', 'fr', french, 'en'],
  ['', 'de', 'fr', english, 'fr'],
  ['', '"><script>', '', french, 'fr'],
  ['?lang=fr', '', '', english, 'fr'],
  ['?lang=fr', 'en', 'en', english, 'fr'],
  ['?lang=en', 'fr', 'fr', french, 'en'],
  ['?lang=de', 'fr', 'en', english, 'fr'],
  ['?lang=FR', '', '', english, 'en'],
  ['?lang=', '', '', french, 'fr'],
  ['?lang=en&lang=fr', '', '', french, 'fr'],
  ['?lang[]=fr', '', '', english, 'en'],
  ['?lang=__proto__', '', '', english, 'en'],
];

// The label of the field on the home page.
const words = { en: 'Room name', fr: 'Nom de la salle' } as const;

for (const [asked, cookie, accepted, site, got] of cases) {
  t.test(`lang "${asked}", cookie "${cookie}", accepted "${accepted}", ${site}: ${got}`, async (t) => {
    const { status, headers, text } = await running.ask(`/${asked}`, {
      headers: {
        host: site,
        ...(cookie && { cookie: `language=${cookie}` }),
        ...(accepted && { 'accept-language': accepted }),
      },
    });
    t.equal(status, 200);
    t.equal(headers['content-language'], got);
    t.match(text, `<html lang="${got}"`);
    t.match(text, words[got]);
  });
}

t.test('a language that was asked for is kept in a cookie, and nothing else ever is', async (t) => {
  const cookieOf = async (path: string, cookie?: string) => {
    const { headers } = await running.ask(path, cookie === undefined ? {} : { headers: { cookie } });
    return headers['set-cookie']?.toString();
  };
  t.equal(
    await cookieOf('/?lang=fr'),
    'language=fr; Max-Age=31536000; Path=/; HttpOnly; Secure; SameSite=Lax',
  );
  t.equal(await cookieOf('/?lang=fr', 'language=fr'), undefined, 'known already');
  t.ok(await cookieOf('/?lang=fr', 'language=en'), 'another one before');
  for (const path of ['/', '/?lang=de', '/trust', '/r/one', '/nothing-here', '/?lang=en%0d%0aset-cookie:x=1'])
    t.equal(await cookieOf(path), undefined, path);
});

t.test('a page leads to itself in each language', async (t) => {
  const { text } = await running.ask('/trust', { headers: { host: english } });
  t.match(text, /<a href="\?lang&#x3D;en"[^>]* aria-current="true"[^>]*>English<\/a>/);
  t.match(text, /<a href="\?lang&#x3D;fr"[^>]* lang="fr"[^>]*>Français<\/a>/);
  const asked = await running.ask('/sign-in?to=/r/x&lang=fr', { headers: { host: english } });
  t.match(asked.text, /<a href="\?to&#x3D;%2Fr%2Fx&amp;lang&#x3D;en"/, 'with what else its address says');
});

t.test('the site by its host', async (t) => {
  const titleAt = async (host: string) =>
    /<title>(.*)<\/title>/.exec((await running.ask('/', { headers: { host } })).text)?.[1];
  t.match(await titleAt('localhost:8443'), /– Meeting$/);
  t.match(await titleAt('RENCONTRE.test.:8443'), /– Rencontre$/);
  t.match(await titleAt('127.0.0.1'), /– Meeting$/, 'the first one under every other name');
});
