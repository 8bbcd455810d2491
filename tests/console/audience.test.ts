import t from 'tap';
import { openDatabase } from '../../app/database/open.ts';
import { visitsAt } from '../analytics/kept-visits.ts';
import { READER_PASSWORD } from '../analytics/matomo-stand-in.ts';
import { browser, measuredApp } from '../analytics/measured-app.ts';
import { signedIn } from '../app/signed-in.ts';
import { until } from '../deadline.ts';

const DAY_MS = 86_400_000;
const clock = { now: Date.now() };
const { app, matomo } = await measuredApp(t, { analytics: { keep_days: 100 } }, { clock: () => clock.now });
const owner = await signedIn(app, 'owner');

const load = async (headers: Record<string, string> = owner.headers) =>
  (await app.ask('/console/audience', { headers: { ...browser, ...headers } })).text.replaceAll(/\s+/g, ' ');
/** The row of the checklist that names a setting. */
const rowOf = (page: string, name: string) =>
  [...page.matchAll(/<tr>.*?<\/tr>/g)].map(([row]) => row).find((row) => row.includes(name)) ?? '';
/** Loads until Matomo was asked anew and the page says so. */
const loadUntil = (what: string, holds: (page: string) => boolean) => {
  clock.now += 31_000;
  return until(what, () => load(), holds);
};

t.test('the checklist: what is wanted, what was found, red when it was changed by hand', async (t) => {
  matomo.settings = [
    { name: 'PrivacyManager.doNotTrackEnabled', wanted: true, found: true },
    { name: 'PrivacyManager.ipAddressMaskLength', wanted: 2, found: 2 },
    { name: 'Somebody.elses', wanted: false, found: false },
  ];
  const right = await loadUntil('all is right', (page) => /privacy settings are as they must be/.test(page));
  t.match(
    rowOf(right, 'PrivacyManager.doNotTrackEnabled'),
    /do not want to be tracked.*is-good.*As wanted.*yes.*yes/,
  );
  t.match(rowOf(right, 'Somebody.elses'), /is-good/, 'one without words of its own');
  t.notMatch(right, /is-bad/);

  matomo.settings[1] = { name: 'PrivacyManager.ipAddressMaskLength', wanted: 2, found: 0 };
  const wrong = await loadUntil('one is wrong', (page) => /is-bad/.test(page));
  t.match(rowOf(wrong, 'ipAddressMaskLength'), /is-bad.*Otherwise.*<td>2<\/td> <td>0<\/td>/);
  t.match(rowOf(wrong, 'doNotTrackEnabled'), /is-good/);
  t.ok(wrong.indexOf('ipAddressMaskLength') < wrong.indexOf('doNotTrackEnabled'), 'it stands first');
  matomo.settings[1] = { name: 'PrivacyManager.ipAddressMaskLength', wanted: 2, found: 2 };
});

t.test('that old visits go is seen by what is there', async (t) => {
  const at = (days: number) => clock.now - days * DAY_MS;
  matomo.kept.visits = visitsAt(at(100), 12);
  const right = await loadUntil('they are counted', (page) => /12 visits in all/.test(page));
  t.match(rowOf(right, 'oldest single visit'), /is-good.*at most 100 days old/);
  matomo.kept.visits = visitsAt(at(102), 13);
  const wrong = await loadUntil('they are counted anew', (page) => /13 visits in all/.test(page));
  t.match(rowOf(wrong, 'oldest single visit'), /is-bad.*Otherwise/);
  matomo.kept.visits = [];
});

t.test('the figures of the counting', async (t) => {
  matomo.mood = 'refuses';
  await app.ask('/privacy', { headers: browser });
  await until(
    'it is refused',
    () => app.app.audience?.state().fault,
    (fault) => fault === 'refused',
  );
  const page = await loadUntil('that is said', (page) =>
    /does not take what is counted: 1 opened page waits/.test(page),
  );
  t.match(page, /Waiting for Matomo<\/dt> <dd>1<\/dd>/);
  matomo.mood = 'answers';
  await until(
    'it arrives',
    () => matomo.hits.length,
    (count) => count === 1,
  );
});

t.test('who may look, and who may open Matomo', async (t) => {
  for (const [role, status, opens] of [
    ['owner', 200, true],
    ['marketing', 200, true],
    ['technical', 200, false],
    ['dpo', 200, false],
    ['administrator', 404, false],
    ['member', 404, false],
    ['sales', 404, false],
  ] as const) {
    const { headers } = await signedIn(app, role);
    const page = await app.ask('/console/audience', { headers: { ...browser, ...headers } });
    t.equal(page.status, status, role);
    t.equal(page.text.includes('href="/analytics/"'), opens, role);
    const way = await app.ask('/console/audience/sign-in', { headers: { ...browser, ...headers } });
    t.equal(way.status, opens ? 200 : 404, role);
    t.equal(way.text.includes(READER_PASSWORD), opens, role);
  }
  const database = await openDatabase(app.databaseFile);
  t.teardown(() => database.destroy());
  const looked = await database('audit').where({ action: 'audience.password_viewed' });
  t.equal(looked.length, 2, 'who looked is in the audit log');
  t.notMatch(JSON.stringify(looked), READER_PASSWORD);
});

t.test('without a confirmation the login is not shown', async (t) => {
  const database = await openDatabase(app.databaseFile);
  t.teardown(() => database.destroy());
  const late = await signedIn(app, 'owner');
  await database('sessions').where({ person_id: late.id }).update({ confirmed_at: 1 });
  const { status, headers } = await app.ask('/console/audience/sign-in', {
    headers: { ...browser, ...late.headers },
  });
  t.equal(status, 303);
  t.match(headers.location, /^\/confirm\?to=/);
});

t.test('without Matomo the page says so', async (t) => {
  const { app } = await measuredApp(t, { analytics: { enabled: false } });
  const { headers } = await signedIn(app, 'owner');
  const { status, text } = await app.ask('/console/audience', { headers: { ...browser, ...headers } });
  t.equal(status, 200);
  t.match(text, /Switched off \(analytics\.enabled\)/);
  t.notMatch(text, /\/analytics\//);
});
