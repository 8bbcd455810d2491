import t, { type Test } from 'tap';
import { measurement } from '../../app/privacy/consent/purposes.ts';
import { RunningApp } from '../app/running-app.ts';
import { Visitor } from './visitor.ts';

/** A choice that is made on one site holds on the others of its group. */

const CHOICES = '__Host-choices';
const WAY = '__Host-choices-way';
const [NORTH, SOUTH, EAST] = ['north.example', 'south.example', 'east.example'];

async function start(t: Test, sites: object[] = [{ host: NORTH }, { host: SOUTH }, { host: EAST }]) {
  const clock = { now: Date.now() };
  const app = await RunningApp.start({ sites }, { purposes: [measurement], clock: () => clock.now });
  t.teardown(() => app.stop());
  return { app, clock };
}

const mayMeasure = ({ app }: RunningApp, visitor: Visitor, host: string) =>
  app.consent.mayMeasure({
    headers: {},
    cookies: { [CHOICES]: visitor.cookie(CHOICES, host) },
    agreed: null,
  });

/** Leads a browser up to the place where `there` takes the choice; the address with the token. */
async function upToTake(visitor: Visitor, from: string, there: string): Promise<URL> {
  const fetched = await visitor.get(`/cookies/fetch?from=${from}`, there);
  const tell = new URL(String(fetched.headers.location));
  const told = await visitor.get(`${tell.pathname}${tell.search}`, tell.hostname);
  return new URL(String(told.headers.location));
}

t.test('one decision, three sites, and back to where it was made', async (t) => {
  const { app } = await start(t);
  const visitor = new Visitor(app);
  const { last, seen, host, path } = await visitor.follow(
    await visitor.post('/cookies', { all: 'no' }, NORTH),
    NORTH,
  );
  t.equal(last.status, 200);
  t.same([host, path], [NORTH, '/cookies']);
  t.match(last.text, /Your choice is saved/);
  const order = seen.map((each) => new URL(each)).map(({ hostname, pathname }) => `${hostname}${pathname}`);
  t.same(order, [
    `${NORTH}/cookies/carry`,
    ...[SOUTH, EAST].flatMap((other) => [
      `${other}/cookies/fetch`,
      `${NORTH}/cookies/tell`,
      `${other}/cookies/take`,
      `${NORTH}/cookies/carry`,
    ]),
    `${NORTH}/cookies`,
  ]);
  for (const each of [NORTH, SOUTH, EAST]) {
    t.equal(mayMeasure(app, visitor, each ?? ''), false, each);
    t.equal(visitor.cookie(WAY, each), undefined, 'nothing of the way is left');
  }
});

t.test('it works without script, and one can stay', async (t) => {
  const { app } = await start(t);
  const visitor = new Visitor(app);
  const saved = await visitor.post('/cookies', { all: 'no' }, NORTH);
  const page = await visitor.get(String(saved.headers.location), NORTH);
  t.notMatch(page.text, /<script/);
  t.match(page.text, new RegExp(`href="https://${SOUTH}:8443/cookies/fetch\\?from&#x3D;${NORTH}`));
  t.match(page.text, /href="\/cookies\?saved"/);
});

t.test('a newer choice is not replaced by an older one', async (t) => {
  const { app, clock } = await start(t);
  const visitor = new Visitor(app);
  await visitor.post('/cookies', { all: 'yes' }, NORTH);
  const take = await upToTake(visitor, NORTH ?? '', SOUTH ?? '');
  clock.now += 1000;
  await visitor.post('/cookies', { all: 'no' }, SOUTH);
  await visitor.get(`${take.pathname}${take.search}`, SOUTH);
  t.equal(mayMeasure(app, visitor, SOUTH ?? ''), false);
});

t.test('a token is taken once, in time, by the browser and the site that it is for', async (t) => {
  const { app, clock } = await start(t);
  const visitor = new Visitor(app);
  await visitor.post('/cookies', { all: 'no' }, NORTH);

  const take = await upToTake(visitor, NORTH ?? '', SOUTH ?? '');
  t.equal(take.hostname, SOUTH);
  const path = `${take.pathname}${take.search}`;
  const way = visitor.cookie(WAY, SOUTH) ?? '';
  const other = new Visitor(app);
  t.equal((await other.get(path, SOUTH)).status, 404, 'not by a browser that is not on this way');
  other.setCookie(WAY, way, EAST);
  t.equal((await other.get(path, EAST)).status, 404, 'not by another site');
  t.equal(other.cookie(CHOICES, EAST), undefined);

  t.equal((await visitor.get(path, SOUTH)).status, 303);
  visitor.setCookie(WAY, way, SOUTH);
  t.equal((await visitor.get(path, SOUTH)).status, 404, 'not twice');

  const late = await upToTake(visitor, NORTH ?? '', EAST ?? '');
  clock.now += 121_000;
  t.equal((await visitor.get(`${late.pathname}${late.search}`, EAST)).status, 404, 'not after two minutes');
});

t.test('what is forged is not taken', async (t) => {
  const { app } = await start(t);
  const visitor = new Visitor(app);
  await visitor.post('/cookies', { all: 'no' }, NORTH);
  const take = await upToTake(visitor, NORTH ?? '', SOUTH ?? '');
  const token = take.searchParams.get('token') ?? '';
  const [body = '', proof = ''] = token.split('.');
  const said: unknown[] = JSON.parse(Buffer.from(body, 'base64url').toString());
  const yes = [...said.slice(0, 4), String(said[4]).replace('~0~', '~1~')];
  const way = visitor.cookie(WAY, SOUTH) ?? '';
  for (const forged of [
    '',
    '.',
    body,
    `${body}.`,
    `${body}.${'A'.repeat(43)}`,
    `${Buffer.from(JSON.stringify(yes)).toString('base64url')}.${proof}`,
    `${token}.x`,
  ]) {
    visitor.setCookie(WAY, way, SOUTH);
    const { status } = await visitor.get(`/cookies/take?token=${encodeURIComponent(forged)}`, SOUTH);
    t.equal(status, 404, forged);
  }
  t.equal(visitor.cookie(CHOICES, SOUTH), undefined);
});

t.test('to and from sites of the group alone', async (t) => {
  const { app } = await start(t, [
    { host: NORTH },
    { host: SOUTH },
    { host: EAST, group: 'health' },
    { host: '192.0.2.7' },
  ]);
  const visitor = new Visitor(app);
  await visitor.post('/cookies', { all: 'no' }, NORTH);
  const way = 'A'.repeat(43);
  for (const to of ['elsewhere.example', EAST, NORTH, 'localhost', '192.0.2.7', '']) {
    const { status, headers } = await visitor.get(`/cookies/tell?to=${to}&way=${way}`, NORTH);
    t.equal(status, 404, `tells ${to} nothing`);
    t.equal(headers.location, undefined);
    t.equal((await visitor.get(`/cookies/fetch?from=${to}`, NORTH)).status, 404);
  }
  t.equal((await visitor.get(`/cookies/tell?to=${SOUTH}&way=short`, NORTH)).status, 404);
  t.equal((await new Visitor(app).get(`/cookies/tell?to=${SOUTH}&way=${way}`, NORTH)).status, 404);
  for (const alone of [EAST, '192.0.2.7', 'localhost']) {
    const saved = await visitor.post('/cookies', { all: 'no' }, alone);
    t.equal(saved.headers.location, '/cookies?saved', `${alone} is alone`);
  }
});
