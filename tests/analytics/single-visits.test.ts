import { unzipSync } from 'fflate';
import t, { type Test } from 'tap';
import { type Database, openDatabase } from '../../app/database/open.ts';
import { newId } from '../../app/kernel/ids.ts';
import type { RequestRow } from '../../app/privacy/requests/request-rows.ts';
import { send } from '../app/form.ts';
import type { RunningApp } from '../app/running-app.ts';
import { type SignedIn, signedIn } from '../app/signed-in.ts';
import { visitsAt } from './kept-visits.ts';
import type { MatomoStandIn } from './matomo-stand-in.ts';
import { measuredApp } from './measured-app.ts';

/** Rights over single visits, and their retention: what the app brings about in Matomo, by Matomo's API. */

const DAY_MS = 86_400_000;
const HOUR_MS = DAY_MS / 24;

interface Office {
  readonly app: RunningApp;
  readonly matomo: MatomoStandIn;
  readonly database: Database;
  readonly officer: SignedIn;
}

async function open(t: Test, settings: Record<string, unknown> = {}): Promise<Office> {
  const { app, matomo } = await measuredApp(t, { privacy: { two_person_erasure: false }, ...settings });
  const database = await openDatabase(app.databaseFile);
  t.teardown(() => database.destroy());
  await signedIn(app, 'owner');
  return { app, matomo, database, officer: await signedIn(app, 'dpo') };
}

/** A request of which the identity was seen. It names nobody who is known. */
async function request({ database }: Office, kind: RequestRow['kind'], own: Partial<RequestRow> = {}) {
  const last: { number: number } | undefined = await database('requests').orderBy('number', 'desc').first();
  const row = {
    id: newId(),
    number: (last?.number ?? 0) + 1,
    kind,
    channel: 'letter',
    email: null,
    name: 'Gaston Tungsten',
    language: 'fr',
    received_at: Date.now(),
    due_at: Date.now() + 20 * DAY_MS,
    identity_checked_at: Date.now(),
    state: 'open',
    ...own,
  };
  await database('requests').insert(row);
  return { ...row, path: `/console/requests/${row.id}` };
}

/** The middle of an hour, yesterday, so that no day of any time zone ends near it. */
const noon = Math.floor(Date.now() / DAY_MS) * DAY_MS - DAY_MS / 2 + HOUR_MS / 2;
const two = (part: number) => String(part).padStart(2, '0');
const day = new Date(noon).toLocaleDateString('sv-SE');
const clockOf = (at: number) => `${two(new Date(at).getHours())}:${two(new Date(at).getMinutes())}`;
const trace = (minutes: number, own: Record<string, string> = {}) => ({
  day,
  from: clockOf(noon - minutes * 60_000),
  until: clockOf(noon + minutes * 60_000),
  ...own,
});
const numbersOn = (page: string) =>
  [...page.matchAll(/name="visit-(\d+)"/g)].map(([, number]) => Number(number));
const auditOf = async (database: Database, action: string) =>
  (await database('audit').where({ action })).map(({ details }) => JSON.parse(details));

t.test('visits are found by when they were and where from', async (t) => {
  const office = await open(t, { sites: [{ host: 'localhost' }, { host: '127.0.0.1' }] });
  const { app, matomo, officer, database } = office;
  matomo.kept.visits = [
    ...visitsAt(noon, 1, { first: 1 }),
    ...visitsAt(noon + 10 * 60_000, 1, { first: 2, network: '203.0.0.0' }),
    ...visitsAt(noon - 3 * HOUR_MS, 1, { first: 3 }),
    ...visitsAt(noon, 1, { first: 4, site: 2 }),
  ];
  const { path } = await request(office, 'access');
  t.match((await app.ask(path, { headers: officer.headers })).text, `${path}/visits`, 'there is a way to it');
  t.match((await app.ask(`${path}/visits`, { headers: officer.headers })).text, /name="day"/);

  const find = async (fields: Record<string, string>) => send(app, officer, `${path}/visits`, fields);
  t.same(numbersOn((await find(trace(5))).text), [1]);
  t.same(numbersOn((await find(trace(20))).text), [2, 1], 'the latest first');
  t.same(numbersOn((await find(trace(5, { host: '127.0.0.1' }))).text), [4], 'of another site');
  const whole = { day, from: '00:00', until: '23:59' };
  t.same(numbersOn((await find(whole)).text), [2, 1, 3]);
  t.same(numbersOn((await find({ ...whole, address: '203.0.113.99' })).text), [2], 'by the network alone');
  t.same(numbersOn((await find({ ...whole, address: '192.0.2.1' })).text), []);
  t.notOk(matomo.heard.includes('203.0.113.99'), 'the address itself is told to nobody');

  matomo.kept.visits = visitsAt(noon, 401);
  t.match((await find(whole)).text, /More than 400 visits/);
  t.same(numbersOn((await find(whole)).text), []);
  const audited = await auditOf(database, 'request.visits_searched');
  t.ok(audited.length >= 8);
  t.notMatch(JSON.stringify(audited), /203\.|192\./, 'not what was looked for');
});

t.test('what is no day, time or address is told beside its field', async (t) => {
  const office = await open(t);
  const { app, matomo, officer } = office;
  const { path } = await request(office, 'access');
  const tomorrow = new Date(Date.now() + 2 * DAY_MS).toLocaleDateString('sv-SE');
  for (const [field, wrong] of [
    ['day', '2026-02-30'],
    ['day', tomorrow],
    ['from', '24:00'],
    ['until', '00:01'],
    ['address', '198.51.100'],
    ['address', 'visitIp>0;siteId==2'],
  ] as const) {
    const { status, text } = await send(app, officer, `${path}/visits`, { ...trace(5), [field]: wrong });
    t.equal(status, 400, `${field}: ${wrong}`);
    t.match(text, new RegExp(`id="${field}"[^>]*aria-invalid="true"`), field);
  }
  t.same(matomo.kept.called, [], 'nobody is asked');
});

t.test('access: the ticked visits as a file, in the language of the request', async (t) => {
  const office = await open(t);
  const { app, matomo, officer, database } = office;
  matomo.kept.visits = visitsAt(noon, 3);
  const { path, number } = await request(office, 'access');
  const file = await app.app.inject({
    method: 'POST',
    url: `${path}/visits/copy`,
    headers: { host: 'localhost', ...officer.headers, 'content-type': 'application/x-www-form-urlencoded' },
    payload: 'host=localhost&visit-2=yes&visit-77=yes',
  });
  t.equal(file.statusCode, 200);
  t.match(file.headers['content-disposition'], `mes-visites-${number}.zip`);
  const files = unzipSync(file.rawPayload);
  const { records } = JSON.parse(Buffer.from(files['json/visits.json'] ?? []).toString());
  t.strictSame(records, [
    {
      number: 2,
      startedAt: new Date(noon - 60_000).toISOString(),
      endedAt: new Date(noon).toISOString(),
      pages: 'https://localhost/ https://localhost/r/:room',
      cameFrom: 'https://intranet.example.org/',
      device: 'Firefox 140.0 GNU/Linux',
      language: 'Français (fr)',
      network: '198.51.0.0',
      visitor: '5484eb1bcd82eefe',
    },
  ]);
  t.match(Buffer.from(files['mes-donnees.html'] ?? []).toString(), /Mesure d’audience[\s\S]*198\.51\.0\.0/);
  t.same(await auditOf(database, 'request.visits_exported'), [{ number, visits: 1 }]);
  t.equal((await send(app, officer, `${path}/visits/erasure`, { 'visit-2': 'yes' })).status, 409);
  t.equal(matomo.kept.visits.length, 3, 'who asks for a copy loses nothing');
});

t.test('erasure: the ticked visits and no others, and the proof of closing says how many', async (t) => {
  const office = await open(t);
  const { app, matomo, officer, database } = office;
  matomo.kept.visits = visitsAt(noon, 4);
  const { path, id, number } = await request(office, 'erasure');
  const ticks = { host: 'localhost', 'visit-1': 'yes', 'visit-3': 'yes' };
  const erased = await send(app, officer, `${path}/visits/erasure`, ticks);
  t.match(erased.headers.location, `${path}?done=request_visits_erased`);
  t.same(
    matomo.kept.visits.map((visit) => visit.number),
    [2, 4],
  );
  t.same(await auditOf(database, 'request.visits_erased'), [{ number, visits: 2 }]);
  t.match((await app.ask(path, { headers: officer.headers })).text, /Visits erased<\/dt><dd>2</);
  t.equal(
    (await send(app, officer, `${path}/visits/erasure`, { host: 'localhost' })).status,
    303,
    'none ticked',
  );

  t.equal((await send(app, officer, `${path}/answer`, { text: 'Done.' })).status, 303);
  const closed: RequestRow = await database('requests').where({ id }).first();
  t.match(JSON.parse(closed.proof ?? ''), { outcome: 'answered', counts: { visits: 2 }, certificate: null });
  t.match((await app.ask(path, { headers: officer.headers })).text, /Audience measurement<\/dt><dd>2</);
  t.equal((await app.ask(`${path}/visits`, { headers: officer.headers })).status, 404, 'it is over');
});

t.test('where two people decide an erasure, one cannot erase visits alone', async (t) => {
  const office = await open(t, { privacy: { two_person_erasure: true } });
  const { app, matomo, officer } = office;
  const other = await signedIn(app, 'dpo');
  matomo.kept.visits = visitsAt(noon, 2);
  const { path } = await request(office, 'erasure');
  const erase = (by: SignedIn) => send(app, by, `${path}/visits/erasure`, { 'visit-1': 'yes' });
  t.equal((await erase(officer)).status, 409);
  t.match((await send(app, officer, `${path}/visits`, trace(5))).text, /visits\/approval/);
  t.equal((await send(app, officer, `${path}/visits/approval`, {})).status, 303);
  t.equal((await erase(officer)).status, 409, 'not by who asked');
  t.equal(matomo.kept.visits.length, 2);
  t.equal((await erase(other)).status, 303);
  t.equal(matomo.kept.visits.length, 1);
});

t.test('not before identity was seen, nor for rights that are no use here, nor for others', async (t) => {
  const office = await open(t);
  const { app, officer } = office;
  const unseen = await request(office, 'access', { identity_checked_at: null });
  const objection = await request(office, 'objection');
  const access = await request(office, 'access');
  const statusOf = async (path: string, by: SignedIn) =>
    (await app.ask(`${path}/visits`, { headers: by.headers })).status;
  t.equal(await statusOf(unseen.path, officer), 409);
  t.equal(await statusOf(objection.path, officer), 404);
  t.equal(await statusOf('/console/requests/none', officer), 404);
  t.equal(await statusOf(access.path, officer), 200);
  t.equal(await statusOf(access.path, await signedIn(app, 'marketing')), 404);
});

t.test('Matomo is down: it is said, and nothing counts as done', async (t) => {
  const office = await open(t);
  const { app, matomo, officer, database } = office;
  const { path } = await request(office, 'erasure');
  await matomo.down();
  for (const name of ['visits', 'visits/erasure']) {
    const { status, text } = await send(app, officer, `${path}/${name}`, { ...trace(5), 'visit-1': 'yes' });
    t.equal(status, 503, name);
    t.match(text, /audience statistics do not answer/);
    t.match(text, `value="${day}"`, 'what was typed stays');
  }
  t.same(await auditOf(database, 'request.visits_erased'), []);
  await matomo.up();
  t.equal((await send(app, officer, `${path}/visits`, trace(5))).status, 200);
});

t.test('retention: what Matomo left there goes by its API, and a certificate says so', async (t) => {
  const office = await open(t, { analytics: { keep_days: 100 } });
  const { app, matomo, database } = office;
  const owner = await signedIn(app, 'owner');
  const old = Date.now() - 101 * DAY_MS;
  matomo.kept.visits = [
    ...visitsAt(old, 450),
    ...visitsAt(Date.now() - 95 * DAY_MS, 3, { first: 1001 }),
    ...visitsAt(Date.now() - DAY_MS, 2, { first: 2001 }),
  ];
  const page = async () => (await app.ask('/console/retention', { headers: owner.headers })).text;
  const row = async () =>
    (/<th scope="row">Audience measurement<\/th>[\s\S]*?<\/tr>/.exec(await page())?.[0] ?? '')
      .replaceAll(/<[^>]+>|\s+/g, ' ')
      .replaceAll(/ +/g, ' ');
  t.equal((await send(app, owner, '/console/retention/count', {})).status, 303);
  t.match(await row(), / 455 450 3 /, 'all of them, those due, those of the next week');

  t.equal((await send(app, owner, '/console/retention/run', {})).status, 303);
  t.equal(matomo.kept.visits.length, 5, 'in as many calls as it takes');
  t.match(await row(), / 5 0 3 450 In order/);
  const { counts } = await database('retention_runs').orderBy('number', 'desc').first();
  t.match(
    JSON.parse(counts).find(({ category }: { category: string }) => category === 'visits'),
    { records: 450, cutOffAt: Number },
  );

  matomo.kept.isStubborn = true;
  matomo.kept.visits = visitsAt(old);
  const failed = await send(app, owner, '/console/retention/run', {});
  t.match(failed.headers.location, /retention_failed/, 'what stays is no success');
  t.match(await row(), /Failed/);
  t.match(JSON.stringify(app.log), /does not erase what is over/, 'the log says why');
});
