import t from 'tap';
import { asBrowser, RunningApp } from '../app/running-app.ts';
import { type Inhabitant, Population } from './population.ts';
import { fillIn, type Place, parametersOf } from './route-parameters.ts';

/** Every route of the router with bodies and queries that no form sends. None may be a fault of ours. */

const plenty = {
  rateLimits: { pages: 1e9, misses: 1e9 },
  signInLimits: {
    lettersOfAddress: 1e9,
    wrongCodesOfAddress: 1e9,
    wrongCodes: 1e9,
    lettersOfNetwork: 1e9,
    triesOfNetwork: 1e9,
  },
};
const app = await RunningApp.start({}, plenty);
const population = await Population.of(app);
t.teardown(async () => {
  await population.close();
  await app.stop();
});
const clinic = await population.organisation();

const urlencoded = 'application/x-www-form-urlencoded';
const names = [
  'name',
  'email',
  'role',
  'language',
  'organisation',
  'code',
  'to',
  'note',
  'letters',
  'starts_at',
  'hours',
];
const many = (value: string) => names.map((name) => `${name}=${value}`).join('&');

const bodies: readonly (readonly [what: string, type: string | null, body: string])[] = [
  ['nothing', urlencoded, ''],
  ['no type', null, 'name=x'],
  ['too large', urlencoded, `name=${'a'.repeat(70_000)}`],
  ['as large as can be', urlencoded, `name=${'é'.repeat(9_000)}`],
  ['broken escapes', urlencoded, many('%')],
  ['bytes that are no UTF-8', urlencoded, many('%ff%fe%c3%28')],
  ['NUL', urlencoded, many('a%00b')],
  ['half a surrogate pair', urlencoded, many('%ed%a0%80')],
  ['line ends', urlencoded, many('x%0d%0aSet-Cookie:%20evil=1%0d%0a%0d%0aevil')],
  ['the same name often', urlencoded, `${many('a')}&${many('b')}&${many('c')}`],
  [
    'names in brackets',
    urlencoded,
    names.map((name) => `${name}[]=a&${name}[x]=b&${name}[x][y]=c`).join('&'),
  ],
  [
    'names of the language',
    urlencoded,
    '__proto__=x&constructor=x&toString=x&hasOwnProperty=x&__proto__[x]=1',
  ],
  ['thousands of names', urlencoded, Array.from({ length: 5000 }, (_, index) => `n${index}=1`).join('&')],
  ['numbers', urlencoded, many('-1')],
  ['large numbers', urlencoded, many('99999999999999999999999')],
  ['no numbers', urlencoded, many('NaN')],
  ['days that are none', urlencoded, many('2026-02-31')],
  ['years far away', urlencoded, many('275761-01-01T00:00')],
  ['other directions', urlencoded, many('%E2%80%AE%E2%81%A6')],
  ['SQL', urlencoded, many("'%20OR%201=1;--")],
  ['JSON that is none', 'application/json', '{'],
  ['JSON null', 'application/json', 'null'],
  ['JSON list', 'application/json', '[[]]'],
  [
    'JSON with objects',
    'application/json',
    JSON.stringify(Object.fromEntries(names.map((name) => [name, { a: [] }]))),
  ],
  ['JSON with a prototype', 'application/json', '{"__proto__":{"isOwner":true}}'],
  ['plain text', 'text/plain', 'name=x'],
  ['XML', 'application/xml', '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'],
  ['multipart without a boundary', 'multipart/form-data', 'x'],
  ['multipart that is none', 'multipart/form-data; boundary=b', 'x'],
  [
    'multipart cut off',
    'multipart/form-data; boundary=b',
    '--b\r\nContent-Disposition: form-data; name="file"; filename="x.csv"\r\n\r\na,b',
  ],
  [
    'multipart with a path',
    'multipart/form-data; boundary=b',
    '--b\r\nContent-Disposition: form-data; name="file"; filename="../../x.csv"\r\n\r\n\u0000\r\n--b--\r\n',
  ],
  ['a type that is none', ';;;', 'x'],
];

const queries: readonly string[] = [
  many('%'),
  many('%00'),
  'q=a&q=b&sort=a&sort=b&at=x&at=y&lang=en&lang=fr',
  'q[]=a&sort[x]=b&at[]=c&done[]=d&lang[]=x',
  `q=${'a'.repeat(6000)}`,
  `at=${Buffer.from('[0,"x","y"]').toString('base64url')}`,
  `at=${Buffer.from('[1,null,{}]').toString('base64url')}`,
  `at=${Buffer.from('[0,1e999,-1]').toString('base64url')}&sort=-made`,
  'older=999999999999999-999999999999999&newer=0-0',
  'older=-1&from=0000-00-00&to=9999-12-31&who=%00&object=%ff&action=__proto__',
  'sort=__proto__&role=constructor&status=toString&to=//evil.example&organisation=__proto__',
  'done=constructor&lang=__proto__',
];

for (const role of [null, 'owner', 'member'] as const) {
  t.test(`forms that nobody wrote, from ${role ?? 'a guest'}`, async (t) => {
    for (const { method, url } of app.app.routeTable.filter(({ method }) => method === 'POST')) {
      const parameters = parametersOf(url);
      const filledIn = async (place: Place) =>
        parameters === null ? url : fillIn(url, await parameters.fill(place));
      let place = await newPlace(role);
      let path = await filledIn(place);
      const wrong: string[] = [];
      for (const [what, type, body] of bodies) {
        const { status, headers } = await app.ask(path, {
          method: 'POST',
          headers: { ...asBrowser, ...place.headers, ...(type !== null && { 'content-type': type }) },
          body,
        });
        if (status >= 500 && status !== 503) wrong.push(`${what}: ${status}`);
        if (/evil/.test(JSON.stringify(headers))) wrong.push(`${what}: in a header`);
        if (status >= 400) continue;
        // It was done: they may be signed out by it, or what it was for may be gone.
        if (role !== null) place = await newPlace(role);
        path = await filledIn(place);
      }
      t.same(wrong, [], `${method} ${url}`);
    }
  });

  t.test(`addresses that nobody wrote, from ${role ?? 'a guest'}`, async (t) => {
    const place = await newPlace(role);
    for (const { url } of app.app.routeTable.filter(({ method }) => method === 'GET')) {
      const parameters = parametersOf(url);
      const path = parameters === null ? url : fillIn(url, await parameters.fill(place));
      const strange = url.includes(':')
        ? ['%00', '%ff', '..%2f..%2fetc', '__proto__', 'a'.repeat(5000), "'", '%E2%80%AE'].map((value) =>
            url.replaceAll(/:\w+/g, value),
          )
        : [];
      const wrong: string[] = [];
      for (const asked of [...queries.map((query) => `${path}?${query}`), ...strange]) {
        const { status } = await app.ask(asked, { headers: { ...asBrowser, ...place.headers } });
        if (status >= 500 && status !== 503) wrong.push(`${asked.slice(0, 200)}: ${status}`);
      }
      t.same(wrong, [], `GET ${url}`);
    }
  });
}

t.test('nothing was logged as a fault of ours, and the log of what was done is whole', async (t) => {
  t.strictSame(
    app.log.filter(({ level }) => level === 'error'),
    [],
  );
  const broken: unknown[] = await population
    .database('letters')
    .whereRaw("subject || recipient || recipient_name GLOB '*[' || char(1) || '-' || char(31) || ']*'")
    .select('id');
  t.strictSame(broken, [], 'no line end in what becomes a header of a letter');
  t.strictSame(await population.database.raw('PRAGMA integrity_check'), [{ integrity_check: 'ok' }]);
});

/** Somebody new, and where their things are. */
async function newPlace(role: 'owner' | 'member' | null): Promise<Place & Pick<Inhabitant, 'headers'>> {
  const person = await population.person(clinic, role ?? 'member');
  const headers = role === null ? { 'sec-fetch-site': 'same-origin' } : person.headers;
  return { population, organisationId: clinic, ownerId: person.id, headers };
}
