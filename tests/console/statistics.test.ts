import t from 'tap';
import { openDatabase } from '../../app/database/open.ts';
import { dayOf, monthOf } from '../../app/statistics/calendar.ts';
import { CallStatistics } from '../../app/statistics/call-statistics.ts';
import { RunningApp } from '../app/running-app.ts';
import { signedIn } from '../app/signed-in.ts';
import { endedMeeting } from '../statistics/meetings-for-tests.ts';

const app = await RunningApp.start();
const owner = await signedIn(app, 'owner', { organisation: 'Clinic North' });
const south = await signedIn(app, 'administrator', { organisation: 'Clinic South' });
const technical = await signedIn(app, 'technical', { organisation: 'Clinic North' });
const database = await openDatabase(app.databaseFile);
t.teardown(async () => {
  await database.destroy();
  await app.stop();
});
const now = Date.now();
const statistics = new CallStatistics({ database, clock: () => now });
await statistics.record([
  endedMeeting(now, { people: 17, organisationId: owner.organisationId }),
  endedMeeting(now, { people: 1234, organisationId: south.organisationId }),
]);
const page = (who: typeof owner, query = '') =>
  app.ask(`/console/statistics${query}`, { headers: who.headers });

t.test('an owner sees all organisations, and each of them', async (t) => {
  const { status, text } = await page(owner);
  t.equal(status, 200);
  t.match(text, '1,251');
  t.match(text, 'Clinic South');
  t.match(text, /<rect class="chart-bar"/);
  t.notMatch(text, / style="/);
  const one = await page(owner, `?organisation=${south.organisationId}`);
  t.match(one.text, '1,234');
  t.notMatch(one.text, '1,251');
  const french = await page(owner, '?lang=fr&by=month&show=people');
  t.match(french.text, 'Participants par mois');
});

t.test('an administrator sees their own figures and nobody else’s', async (t) => {
  const { text } = await page(south);
  t.match(text, '1,234');
  t.notMatch(text, '1,251');
  t.notMatch(text, 'Clinic North');
  t.equal((await page(south, `?organisation=${owner.organisationId}`)).status, 404);
  t.equal((await page(south, `?organisation=${south.organisationId}`)).status, 200);
});

t.test('who may not know organisations sees totals only', async (t) => {
  const { text } = await page(technical);
  t.match(text, '1,251');
  t.notMatch(text, 'Clinic South');
  t.equal((await page(technical, `?organisation=${south.organisationId}`)).status, 404);
  t.equal(
    (await app.ask('/console/statistics/organisations.csv', { headers: technical.headers })).status,
    404,
  );
});

t.test('each table is there as CSV, and taking it is noted', async (t) => {
  const month = monthOf(dayOf(now));
  const csv = await app.ask('/console/statistics/organisations.csv', { headers: owner.headers });
  t.equal(csv.headers['content-type'], 'text/csv; charset=utf-8');
  t.match(csv.headers['content-disposition'], `statistics-organisations-${month}.csv`);
  t.equal(
    csv.text,
    '\ufeffOrganisation,Meetings,Participants,Hours in meetings\r\nClinic South,1,1234,617\r\nClinic North,1,17,8.5\r\n',
  );
  const { text } = await page(owner);
  for (const [, path] of text.matchAll(/href="([^"]+\.csv[^"]*)"/g)) {
    const found = await app.ask((path ?? '').replaceAll('&amp;', '&'), { headers: owner.headers });
    t.equal(found.status, 200, `${path}`);
  }
  t.equal((await app.ask('/console/statistics/nothing.csv', { headers: owner.headers })).status, 404);
  const noted = await database('audit').where({ action: 'statistics.exported' });
  t.ok(noted.length > 3);
});

t.test('questions that nobody can ask are answered by the plain page', async (t) => {
  for (const query of ['?by=century&until=2026-13&show=names', '?until=1999-01', '?by[]=day&until[]=x'])
    t.equal((await page(owner, query)).status, 200, query);
  t.equal((await page(owner, '?organisation=nobody')).status, 404);
});
