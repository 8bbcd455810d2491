import t, { type Test } from 'tap';
import type { RouteEntry } from '../../app/edge/route-access.ts';
import { type Reach, reachOf } from '../../app/kernel/permissions.ts';
import { type Role, roles } from '../../app/kernel/roles.ts';
import { dataFolders } from '../../config/data-folder.ts';
import { MatomoStandIn } from '../analytics/matomo-stand-in.ts';
import { type Answer, asBrowser, RunningApp } from '../app/running-app.ts';
import { type Inhabitant, Population } from './population.ts';
import { fillIn, neverThere, type Place, parametersOf } from './route-parameters.ts';

/**
 * Every route of the router × every role and a guest × what is theirs and what is not. Nothing is listed here: a new
 * route is in it by itself, and fails until route-parameters.ts says what its parameters name.
 */

const ABSENT = '/console/there-is-no-such-page';
const plenty = { pages: 1e9, misses: 1e9 };

const matomo = await MatomoStandIn.start();
process.env.LINKELLO_ANALYTICS_URL = matomo.origin;
const app = await RunningApp.start(
  { contact: { enabled: true, newsletter: true } },
  {
    rateLimits: plenty,
    formsOfNetwork: 1e9,
    signInLimits: {
      lettersOfAddress: 1e9,
      wrongCodesOfAddress: 1e9,
      wrongCodes: 1e9,
      lettersOfNetwork: 1e9,
      triesOfNetwork: 1e9,
    },
  },
  ({ dataFolder }) => matomo.keepSecrets(dataFolders(dataFolder).analyticsAccess),
);
delete process.env.LINKELLO_ANALYTICS_URL;
const population = await Population.of(app);
t.teardown(async () => {
  await population.close();
  await app.stop();
  await matomo.down();
});
const [north, south] = [await population.organisation(), await population.organisation()];

const whole = app.app.routeTable.filter(({ method }) => method !== 'HEAD' && method !== 'OPTIONS');
const routes = whole.filter(({ access }) => access !== 'service');
/** Those of programs, for which no session counts. */
const forPrograms = whole.filter(({ access }) => access === 'service');

/** What can be compared of an answer: all of it, but for the number of the request and the time. */
function essence({ status, headers, text }: Answer): unknown {
  const { date: _date, ...rest } = headers;
  const [requestId = 'none'] = /[0-9a-f]{12}(?=<\/small>|"\}$)/.exec(text) ?? [];
  return { status, headers: rest, text: text.replaceAll(requestId, 'REQUEST') };
}

const formHeaders = { 'content-type': 'application/x-www-form-urlencoded' };

function ask(
  { method }: Pick<RouteEntry, 'method'>,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<Answer> {
  if (method === 'GET') return app.ask(path, { headers: { ...asBrowser, ...headers } });
  return app.ask(path, { method: 'POST', headers: { ...asBrowser, ...formHeaders, ...headers }, body: '' });
}

/** A path of the route to something of this organisation and owner. */
async function pathTo({ url }: RouteEntry, place: Omit<Place, 'population'>): Promise<string> {
  const parameters = parametersOf(url);
  return parameters === null ? url : fillIn(url, await parameters.fill({ ...place, population }));
}

const title = ({ method, url }: RouteEntry) => `${method} ${url}`;
const forOthers = routes.filter(({ access }) => access !== 'anyone');

t.test('routes are GET or POST, and every parameter is known', async (t) => {
  t.ok(routes.length > 50, 'it is the whole router');
  for (const route of whole) {
    t.match(route.method, route.access === 'service' ? /^(GET|POST|PUT)$/ : /^(GET|POST)$/, title(route));
    t.doesNotThrow(() => parametersOf(route.url), title(route));
  }
});

t.test('a form of another site is refused by every route that takes one, whoever sends it', async (t) => {
  const owner = await population.person(north, 'owner');
  const { cookie = '' } = owner.headers;
  const foreign: readonly Readonly<Record<string, string>>[] = [
    {},
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'none' },
    { origin: 'https://elsewhere.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site', origin: `https://localhost:${app.port}` },
  ];
  const posts = routes.filter(({ method, takesAnyForm }) => method === 'POST' && !takesAnyForm);
  t.ok(posts.length > 15);
  for (const route of posts) {
    const path = await pathTo(route, { organisationId: north, ownerId: owner.id });
    for (const headers of foreign) {
      for (const visitor of [{}, { cookie }]) {
        const { status } = await ask(route, path, { ...headers, ...visitor });
        t.equal(
          status,
          403,
          `${title(route)} ${JSON.stringify({ ...headers, signedIn: 'cookie' in visitor })}`,
        );
      }
    }
  }
});

t.test('one route takes a form from anywhere, and does nothing with a session', async (t) => {
  const any = routes.filter(({ takesAnyForm }) => takesAnyForm);
  t.same(any.map(title), ['POST /newsletter/end/:token']);
  t.same(
    any.map(({ access }) => access),
    ['anyone'],
  );
});

t.test('a guest is asked to sign in, and nothing else happens', async (t) => {
  const owner = await population.person(north, 'owner');
  for (const route of forOthers) {
    const path = await pathTo(route, { organisationId: north, ownerId: owner.id });
    const { status, headers, text } = await ask(route, path, { 'sec-fetch-site': 'same-origin' });
    if (route.method === 'GET') {
      t.equal(status, 303, title(route));
      t.match(headers.location, /^\/sign-in\?to=%2F/, title(route));
      t.equal(text, '');
    } else t.equal(status, 401, title(route));
  }
});

t.test('what is for anyone answers anyone, without a fault of ours', async (t) => {
  const visitors = [null, ...(await Promise.all(roles.map((role) => population.person(north, role))))];
  const stranger = await population.person(north, 'member');
  for (const route of routes.filter(({ access }) => access === 'anyone')) {
    for (const visitor of visitors) {
      const path = await pathTo(route, { organisationId: north, ownerId: (visitor ?? stranger).id });
      const { status } = await ask(route, path, visitor?.headers ?? { 'sec-fetch-site': 'same-origin' });
      // Without an SFU a room says that it will be back.
      t.ok(status < 500 || status === 503, `${title(route)} as ${visitor?.role ?? 'guest'}: ${status}`);
    }
  }
});

t.test('programs come in by a token alone, and to their own organisation’s', async (t) => {
  t.ok(forPrograms.length >= 12, `${forPrograms.length} routes`);
  const owner = await population.person(north, 'owner');
  const own = { authorization: `Bearer ${(await population.serviceToken(north)).token}` };
  const foreign = { authorization: `Bearer ${(await population.serviceToken(south)).token}` };
  const json = { 'content-type': 'application/fhir+json' };
  const status = async ({ method }: RouteEntry, path: string, headers: Readonly<Record<string, string>>) => {
    const asked = { method: method as 'GET' | 'POST' | 'PUT', headers: { ...headers } };
    const body = method === 'GET' ? asked : { ...asked, headers: { ...json, ...headers }, body: '{}' };
    return (await app.ask(path, body)).status;
  };
  for (const route of forPrograms) {
    const path = await pathTo(route, { organisationId: north, ownerId: owner.id });
    for (const headers of [{}, owner.headers, { authorization: 'Bearer x' }, { authorization: 'Basic eDp5' }])
      t.equal(
        await status(route, path, headers),
        401,
        `${title(route)} ${JSON.stringify(Object.keys(headers))}`,
      );
    const answered = await status(route, path, own);
    if (route.method === 'GET') t.equal(answered, 200, title(route));
    else t.equal(answered, 400, `${title(route)}: the body is none`);
    if (route.method !== 'GET' || !route.url.includes(':')) continue;
    const [theirs, never] = await Promise.all(
      [path, neverThere(route.url)].map((each) => app.ask(each, { headers: foreign })),
    );
    t.equal(theirs?.status, 404, title(route));
    t.equal(theirs?.text, never?.text, `${title(route)}: as if it was not there`);
  }
});

for (const role of roles) {
  t.test(`as ${role}`, async (t) => {
    const actor = await population.person(north, role);
    const absent = essence(await ask({ method: 'GET' }, ABSENT, actor.headers));
    const absentPost = essence(await ask({ method: 'POST' }, ABSENT, actor.headers));
    const isAsAbsent = async (route: RouteEntry, path: string, why: string) => {
      const answer = essence(await ask(route, path, actor.headers));
      t.strictSame(answer, route.method === 'GET' ? absent : absentPost, `${title(route)}: ${why}`);
    };
    for (const route of forOthers) {
      const reach = route.access === 'signed in' ? 'own' : reachOf(role, route.access as never);
      if (reach === null) {
        await isAsAbsent(
          route,
          await pathTo(route, { organisationId: north, ownerId: actor.id }),
          'not for them',
        );
        continue;
      }
      const parameters = parametersOf(route.url);
      for (const [why, place] of parameters?.isThere ? await placesBeyond(reach, actor) : []) {
        const path = await pathTo(route, place);
        if (!parameters?.isLikeNever) await isAsAbsent(route, path, why);
        else {
          const never = essence(await ask(route, neverThere(route.url), actor.headers));
          t.strictSame(essence(await ask(route, path, actor.headers)), never, `${title(route)}: ${why}`);
        }
      }
      await isAnswered(t, route, role, reach);
    }
  });
}

t.test('nobody but owners did or saw anything in the other organisation', async (t) => {
  const strangers: unknown[] = await population
    .database('audit')
    .join('people', 'people.id', 'audit.actor_id')
    .where({ 'audit.organisation_id': south, 'people.organisation_id': north })
    .whereIn('people.role', ['administrator', 'member'])
    .select('audit.action');
  t.strictSame(strangers, []);
});

t.test('what could do harm asks again who it is, once the confirmation is old', async (t) => {
  const dangerous = routes.filter(({ needsConfirmation }) => needsConfirmation);
  // The register of processing is about no one, and statistics name nobody.
  const harmful =
    /((people|organisations)\/:id\/delete|(?<!processing|statistics\/:part)\.csv|\/export|\/role)$/;
  t.strictSame(
    forOthers.filter(({ url, needsConfirmation }) => harmful.test(url) && !needsConfirmation),
    [],
    'what deletes, exports or gives a role is among them',
  );
  for (const route of dangerous) {
    const owner = await population.person(north, 'owner');
    await population.database('sessions').where({ person_id: owner.id }).update({ confirmed_at: 1 });
    const path = await pathTo(route, { organisationId: await population.organisation(), ownerId: owner.id });
    const { status, headers } = await ask(route, path, owner.headers);
    if (route.method === 'POST') t.equal(status, 403, title(route));
    else t.match(headers.location, /^\/confirm\?to=%2F(?:console|my-data)%2F/, title(route));
  }
});

/** Whose things somebody does not reach. */
async function placesBeyond(
  reach: Reach,
  actor: Inhabitant,
): Promise<readonly (readonly [string, Omit<Place, 'population'>])[]> {
  if (reach === 'all') return [];
  const stranger = await population.person(south, 'member');
  const beyond = [['of another organisation', { organisationId: south, ownerId: stranger.id }]] as const;
  if (reach === 'organisation') return beyond;
  const colleague = await population.person(actor.organisationId, 'member');
  return [...beyond, ['of a colleague', { organisationId: actor.organisationId, ownerId: colleague.id }]];
}

/** By somebody of their own for each, as some of them end a session or delete an account. */
async function isAnswered(t: Test, route: RouteEntry, role: Role, reach: Reach): Promise<void> {
  if (parametersOf(route.url)?.isThere === false) return;
  const isOfAnyone = reach === 'all';
  const organisationId = isOfAnyone ? await population.organisation() : north;
  const actor = await population.person(isOfAnyone ? south : organisationId, role);
  const path = await pathTo(route, { organisationId, ownerId: actor.id });
  const { status } = await ask(route, path, actor.headers);
  // Whatever is no socket is not meant.
  if (route.isSocket) return void t.equal(status, 404, title(route));
  // 503 is what needs the SFU: there is none.
  const isDone = route.method === 'GET' ? [200, 303] : [200, 303, 400, 409, 503];
  t.ok(isDone.includes(status), `${title(route)}: ${status}`);
}
