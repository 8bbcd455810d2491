import t from 'tap';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../app/kernel/clock.ts';
import { send } from '../app/form.ts';
import { RunningApp } from '../app/running-app.ts';
import { until } from '../deadline.ts';
import { AppointmentWard, inParis } from './appointment-ward.ts';

/** Reminders: a day and an hour before, each once, whatever happens to the appointment and to the app. */

const ward = await AppointmentWard.open();
t.teardown(() => ward.close());
const area = await ward.area();
const secretary = await ward.staff('Sam Secretary', area.id, 'secretary');

let count = 0;
async function made(startsAt: number) {
  count += 1;
  await ward.keepSignedIn();
  const email = `patient-${count}@example.org`;
  const answer = await send(ward.app, secretary, '/console/appointments/new', {
    name: 'Guy Patient',
    email,
    language: 'en',
    starts: inParis(startsAt),
    duration: '20',
  });
  const id = /([0-9a-f]{24})/.exec(String(answer.headers.location))?.[1] ?? '';
  const kinds = async () => (await ward.letters(email)).map(({ kind }) => kind);
  const subject = async () => (await ward.lastLetter(email)).subject;
  return { id, email, kinds, subject };
}
const [booked, reminder] = ['appointment', 'appointment_reminder'];

t.test('a day and an hour before, each once', async (t) => {
  const startsAt = ward.now + 3 * DAY_MS;
  const { kinds, subject } = await made(startsAt);
  ward.now = startsAt - DAY_MS - 1;
  await ward.look();
  t.same(await kinds(), [booked]);
  ward.now = startsAt - DAY_MS;
  t.equal(await ward.look(), 1);
  t.equal(await ward.look(), 0);
  t.same(await kinds(), [booked, reminder]);
  t.match(await subject(), /^Reminder of your appointment: /);
  ward.now = startsAt - HOUR_MS;
  t.equal(await ward.look(), 1);
  t.equal(await ward.look(), 0);
  t.same(await kinds(), [booked, reminder, reminder]);
  t.match(await subject(), /^Your appointment begins soon: /);
});

t.test('who was told their time later than a reminder gets that one not', async (t) => {
  const sameDay = await made(ward.now + 10 * HOUR_MS);
  const soon = await made(ward.now + 30 * MINUTE_MS);
  t.equal(await ward.look(), 0);
  ward.now += 9 * HOUR_MS;
  t.equal(await ward.look(), 1);
  t.same(await sameDay.kinds(), [booked, reminder]);
  t.same(await soon.kinds(), [booked]);
});

t.test('after a rest of the server the last one goes out alone; none for what began', async (t) => {
  const startsAt = ward.now + 2 * DAY_MS;
  const late = await made(startsAt);
  ward.now = startsAt - 20 * MINUTE_MS;
  t.equal(await ward.look(), 1);
  t.match(await late.subject(), /begins soon/);
  const over = await made(ward.now + 2 * DAY_MS);
  ward.now += 2 * DAY_MS;
  t.equal(await ward.look(), 0);
  t.same(await over.kinds(), [booked]);
});

t.test('a cancelled one is left alone, a moved one reminds anew', async (t) => {
  const cancelled = await made(ward.now + 2 * DAY_MS);
  await send(ward.app, secretary, `/console/appointments/${cancelled.id}/cancel`);
  const moved = await made(ward.now + 2 * DAY_MS);
  await ward.sendLetters();
  ward.now += DAY_MS + HOUR_MS;
  t.equal(await ward.look(), 1);
  const { version } = await ward.row(moved.id);
  await ward.keepSignedIn();
  await send(ward.app, secretary, `/console/appointments/${moved.id}/edit`, {
    name: 'Guy Patient',
    email: moved.email,
    language: 'en',
    starts: inParis(ward.now + 3 * DAY_MS),
    duration: '20',
    version: String(version),
  });
  ward.now += 2 * DAY_MS + HOUR_MS;
  t.equal(await ward.look(), 1);
  t.same(await moved.kinds(), [booked, reminder, 'appointment_changed', reminder]);
  t.notOk((await cancelled.kinds()).includes(reminder));
});

t.test('of two looks at once one reminds', async (t) => {
  const startsAt = ward.now + 2 * DAY_MS;
  const { kinds } = await made(startsAt);
  ward.now = startsAt - HOUR_MS;
  const sent = await Promise.all([ward.look(), ward.look(), ward.look()]);
  t.equal(
    sent.reduce((sum, each) => sum + each, 0),
    1,
  );
  t.same(await kinds(), [booked, reminder]);
});

t.test('an app that starts makes up for what was missed', async (t) => {
  const { database } = ward;
  const { id, email } = await made(ward.now + 2 * DAY_MS);
  const row = await ward.row(id);
  const areaRow = await database('areas').where({ id: area.id }).first();
  const organisation = await database('organisations').where({ id: areaRow.organisation_id }).first();
  const startsAt = Date.now() + HOUR_MS / 2;
  const next = await RunningApp.start(
    { sites: [{ host: 'localhost', name: 'Clinic North', edition: 'med' }] },
    {},
    async (config) => {
      const { openDatabase } = await import('../../app/database/open.ts');
      const { dataFolders } = await import('../../config/data-folder.ts');
      const prepared = await openDatabase(dataFolders(config.dataFolder).database);
      await prepared('organisations').insert(organisation);
      await prepared('areas').insert(areaRow);
      const times = { starts_at: startsAt, ends_at: startsAt + 1_200_000, told_at: startsAt - 3 * DAY_MS };
      await prepared('appointments').insert({ ...row, ...times, letter_id: null, made_by: null });
      await prepared.destroy();
    },
  );
  t.teardown(() => next.stop());
  const { openDatabase } = await import('../../app/database/open.ts');
  const beside = await openDatabase(next.databaseFile);
  t.teardown(() => beside.destroy());
  await until(
    'the reminder',
    async () => (await beside('letters').where({ recipient: email, kind: reminder })).length === 1,
  );
  t.match(await beside('appointments').where({ id }).first(), { reminded: 'hour' });
});
