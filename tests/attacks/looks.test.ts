import t from 'tap';
import { asBrowser, RunningApp } from '../app/running-app.ts';
import { type Inhabitant, Population } from './population.ts';
import { fillIn, parametersOf } from './route-parameters.ts';

/**
 * Every route that can be read, by whoever may read most: if it shows somebody else's name or address, there is one
 * entry more in the audit log. Nothing is listed here: a new route is in it by itself.
 */

const app = await RunningApp.start(
  {
    sites: [{ host: 'localhost', name: 'Clinic', edition: 'med' }],
    contact: { enabled: true, newsletter: true },
  },
  { rateLimits: { pages: 1e9, misses: 1e9 } },
);
const population = await Population.of(app);
const { database } = population;
t.teardown(async () => {
  await population.close();
  await app.stop();
});
const organisationId = await population.organisation();

/** Columns with a name or an address of somebody. */
const personal: Readonly<Record<string, readonly string[]>> = {
  people: ['name', 'email'],
  invitations: ['name', 'email'],
  letters: ['recipient_name', 'recipient'],
  contacts: ['name', 'email'],
  requests: ['name', 'email'],
  subscriptions: ['email'],
  visits: ['name'],
  appointments: ['patient_name', 'email'],
};
const OTHERS = /Qanary|qanary@/;

/** From now on all but the reader are called as nobody else is. */
async function markOthers(reader: Inhabitant): Promise<void> {
  const address = database.raw("'qanary@' || id || '.example.org'");
  for (const [table, columns] of Object.entries(personal)) {
    const marked = columns.map((column) => [column, /email|recipient$/.test(column) ? address : 'Qanary']);
    await database(table).whereNot({ id: reader.id }).update(Object.fromEntries(marked));
  }
}

/** The entries of the audit log after one, by this reader. */
async function looksAfter(number: number, readerId: string): Promise<readonly string[]> {
  const entries: { actor_id: string | null; action: string; details: string }[] = await database(
    'audit',
  ).where('number', '>', number);
  return entries
    .filter(({ actor_id, details }) => actor_id === readerId || details.includes(readerId))
    .map(({ action }) => action);
}

const lastEntry = async (): Promise<number> =>
  Number((await database('audit').max({ number: 'number' }).first())?.number ?? 0);

/** Asks for a route about something new; answers whether it showed others, and what the log says of that. */
async function look({ url, access }: (typeof routes)[number]) {
  const reader = await population.person(organisationId, 'owner');
  // One's own guests are one's own; patients are seen by who works there.
  const { id: ownerId } = url.startsWith('/console/rooms/')
    ? await population.person(organisationId, 'member')
    : reader;
  const program = access === 'service' ? await population.serviceToken(organisationId) : null;
  const parameters = parametersOf(url);
  const path = parameters ? fillIn(url, await parameters.fill({ population, organisationId, ownerId })) : url;
  await population.clinic.visit(organisationId, reader.id);
  await population.clinic.appointment(organisationId, reader.id);
  await markOthers(reader);
  const before = await lastEntry();
  const headers = program
    ? { authorization: `Bearer ${program.token}` }
    : { ...asBrowser, ...reader.headers };
  let answer = await app.ask(path, { headers });
  const location = String(answer.headers.location);
  // Lists begin with a choice.
  if (location.startsWith(`${path}?`)) answer = await app.ask(location, { headers });
  const { status, text } = answer;
  return {
    status,
    showsOthers: OTHERS.test(text),
    looks: await looksAfter(before, program?.id ?? reader.id),
  };
}

const routes = app.app.routeTable.filter(({ method, access }) => method === 'GET' && access !== 'anyone');

t.test('whoever is shown somebody else’s name or address leaves an entry', async (t) => {
  const read = routes.filter(({ url }) => parametersOf(url)?.isThere !== false);
  // The first time makes one of everything, for the lists.
  for (const route of read) await look(route);
  let shown = 0;
  for (const route of read) {
    const { status, showsOthers, looks } = await look(route);
    t.ok(status < 500, `${route.url}: ${status}`);
    if (!showsOthers) continue;
    shown += 1;
    t.ok(looks.length > 0, `${route.url}: ${looks.join(', ')}`);
  }
  t.ok(shown > 25, `${shown} of ${read.length} show somebody`);
});

t.test('a calendar that names patients leaves an entry, one an hour', async (t) => {
  const { id } = await population.person(organisationId, 'member');
  await population.clinic.calendarFeed(organisationId, id);
  const [feed] = await app.app.clinicAppointments.feeds.of(id);
  if (feed === undefined) throw new Error('there is no calendar');
  const load = async () => (await app.ask(new URL(feed.url).pathname)).status;
  const loaded = () => database('audit').where({ action: 'calendar_feed.viewed', object_id: feed.id });
  t.equal(await load(), 200);
  t.equal((await loaded()).length, 0, 'it names nobody');
  await database('calendar_feed_names').insert({ area_id: feed.areaId });
  t.equal(await load(), 200);
  t.equal(await load(), 200);
  t.equal((await loaded()).length, 1);
});
