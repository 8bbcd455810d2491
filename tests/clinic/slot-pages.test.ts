import { DateTime } from 'luxon';
import t from 'tap';
import { DAY_MS } from '../../app/kernel/clock.ts';
import { load, send, textOf } from '../app/form.ts';
import type { SignedIn } from '../app/signed-in.ts';
import { AppointmentWard } from './appointment-ward.ts';

/** Free times in the console: made by the series, given to one patient each, deleted. */

const ward = await AppointmentWard.open();
t.teardown(() => ward.close());
const area = await ward.area({ name: 'Cardiology' });
const other = await ward.area({ name: 'Dermatology' });
const secretary = await ward.staff('Sam Secretary', area.id, 'secretary');
const clinician = await ward.staff('Clara Clinician', area.id, 'clinician');
const interpreter = await ward.staff('Ines Interpreter', area.id, 'interpreter');
const stranger = await ward.staff('Otto Other', other.id, 'secretary');

const slots = '/console/appointments/slots';
const day = (inDays: number) =>
  DateTime.fromMillis(ward.now, { zone: 'Europe/Paris' }).plus({ days: inDays }).toISODate() ?? '';
const everyDay = Object.fromEntries(
  ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'].map((each) => [each, 'yes']),
);
const series = (fields: Record<string, string> = {}) => ({
  first_day: day(1),
  last_day: day(2),
  ...everyDay,
  from: '09:00',
  to: '10:10',
  duration: '20',
  clinician: clinician.id,
  ...fields,
});
const make = (fields: Record<string, string> = {}, by: SignedIn = secretary) =>
  send(ward.app, by, `${slots}/new?area=${area.id}`, series(fields));
const rows = () =>
  ward.database('slots').where({ area_id: area.id }).orderBy('starts_at').orderBy('clinician_id', 'desc');
const patient = (name: string) => ({ name, email: '', language: 'en' });

t.test('a series is made by the clocks of the area, all of it or nothing', async (t) => {
  t.equal((await load(ward.app, secretary, `${slots}/new`)).status, 200);
  const made = await make();
  t.equal(made.status, 303, textOf(made));
  const clocks = (await rows()).map(({ starts_at, ends_at, state, clinician_id }) => {
    const at = (ms: number) => DateTime.fromMillis(ms, { zone: 'Europe/Paris' }).toFormat('yyyy-MM-dd HH:mm');
    return [at(starts_at), at(ends_at).slice(-5), state, clinician_id === clinician.id];
  });
  t.same(
    clocks,
    [day(1), day(2)].flatMap((each) =>
      [
        ['09:00', '09:20'],
        ['09:20', '09:40'],
        ['09:40', '10:00'],
      ].map(([from, to]) => [`${each} ${from}`, to, 'free', true]),
    ),
    'what is left of the hours is no time',
  );
  const overlapping = await make({ first_day: day(2), last_day: day(5), from: '09:50', to: '12:00' });
  t.equal(overlapping.status, 409);
  t.match(textOf(overlapping), /Another time lies within these: .*09:40/);
  t.equal((await rows()).length, 6, 'none of it was made');
  t.equal((await make({ clinician: '' })).status, 303, 'others see patients at the same time');
  const audited = await ward.database('audit').where({ action: 'slots.made' }).pluck('details');
  t.same(
    audited.map((each) => JSON.parse(each).count),
    [6, 6],
  );
});

t.test('what cannot be is said beside its field', async (t) => {
  for (const [fields, sentence] of [
    [{ first_day: day(-1) }, 'today or later'],
    [{ last_day: day(0) }, 'not before the first'],
    [{ last_day: day(400) }, 'within the next 366 days'],
    [{ to: '08:00' }, 'a time after the first'],
    [{ duration: '3' }, 'from 5 to 480'],
    [{ duration: '90' }, 'no time to come'],
    [{ last_day: day(300), to: '23:50' }, 'more than 500 times'],
    [{ clinician: stranger.id }, 'somebody who sees patients'],
    [Object.fromEntries(Object.keys(everyDay).map((each) => [each, ''])), 'at least one day'],
  ] as const) {
    const answer = await make(fields);
    t.equal(answer.status, 400, sentence);
    t.match(textOf(answer), sentence);
  }
});

t.test('no time on a day on which the area is closed', async (t) => {
  const closed = await ward.area({ name: 'Closed at times', closedDays: [day(1)] });
  const sam = await ward.staff('Sue Secretary', closed.id, 'secretary');
  await send(ward.app, sam, `${slots}/new`, series({ clinician: '' }));
  const days = await ward.database('slots').where({ area_id: closed.id }).pluck('starts_at');
  t.same(
    [...new Set(days.map((at) => DateTime.fromMillis(at, { zone: 'Europe/Paris' }).toISODate()))],
    [day(2)],
  );
});

t.test('the list: by area, day, clinician and state, with who has a time', async (t) => {
  const [first] = await rows();
  const list = async (query: string, by = secretary) => textOf(await load(ward.app, by, `${slots}?${query}`));
  t.match(await list(`day=${day(1)}&clinician=${clinician.id}`), /Clara Clinician Free/);
  t.notMatch(await list(`day=${day(4)}`), 'Clara Clinician Free');
  t.notMatch(await list('from=coming', stranger), 'Clara Clinician');
  t.notMatch(await list('from=coming', interpreter), 'Clara Clinician');
  t.equal((await load(ward.app, stranger, `${slots}/${first.id}`)).status, 404);
  t.equal((await make({}, stranger)).status, 404);
  t.equal((await send(ward.app, stranger, `${slots}/${first.id}/delete`, { version: '1' })).status, 404);
});

t.test('two who give the same time: one patient has it', async (t) => {
  const [first, second] = await rows();
  const page = await load(ward.app, secretary, `${slots}/${first.id}`);
  const book =
    /\/console\/appointments\/new\?[^"]+/
      .exec(page.text)?.[0]
      .replaceAll('&amp;', '&')
      .replaceAll('&#x3D;', '=') ?? '';
  const form = await load(ward.app, secretary, book);
  t.match(textOf(form), /Free time: .*09:00, Clara Clinician/);
  t.notMatch(form.text, 'name="starts"', 'the time is not asked for again');
  const answers = await Promise.all(
    ['Anna One', 'Berta Two'].map((name) => send(ward.app, secretary, book, patient(name))),
  );
  t.same(answers.map(({ status }) => status).sort(), [303, 409]);
  const lost = answers.find(({ status }) => status === 409);
  t.match(lost && textOf(lost), 'given to somebody else');
  t.match(lost?.text, /value="(Anna One|Berta Two)"/, 'what was typed stays');
  t.match(lost?.text, `value="${second.id}"`, 'and other times are offered');
  const taken = await ward.database('appointments').where({ slot_id: first.id });
  t.equal(taken.length, 1);
  t.equal(taken[0].starts_at, first.starts_at);
  const text = textOf(await load(ward.app, secretary, `${slots}?state=taken`));
  t.match(text, new RegExp(`Taken ${taken[0].patient_name}`));
  const refused = await send(ward.app, secretary, `${slots}/${first.id}/delete`, { version: '2' });
  t.equal(refused.status, 409, 'what is taken is not deleted');
  t.match(textOf(refused), 'given to somebody else');
  t.ok(await ward.database('slots').where({ id: first.id }).first());
});

t.test('a free one is deleted as it was read', async (t) => {
  const free = (await rows()).find(({ state }) => state === 'free');
  t.equal((await send(ward.app, secretary, `${slots}/${free.id}/delete`, { version: '7' })).status, 409);
  t.equal((await send(ward.app, secretary, `${slots}/${free.id}/delete`, {})).status, 400);
  t.equal(
    (await send(ward.app, secretary, `${slots}/${free.id}/delete`, { version: String(free.version) })).status,
    303,
  );
  t.equal(await ward.database('slots').where({ id: free.id }).first(), undefined);
  t.ok(await ward.database('audit').where({ action: 'slot.deleted', object_id: free.id }).first());
});

t.test('a time that is far down the list can be given too', async (t) => {
  await make({ clinician: '', first_day: day(10), last_day: day(30), from: '14:00', to: '17:00' });
  const last = (await rows()).at(-1);
  const book = `/console/appointments/new?area=${area.id}&slot=${last.id}`;
  t.equal((await send(ward.app, secretary, book, patient('Zoé Last'))).status, 303);
  t.equal((await ward.database('appointments').where({ slot_id: last.id })).length, 1);
});

t.test('those of a period are counted, and deleted as they were counted', async (t) => {
  const period = { clinician: 'everyone', first_day: day(40), last_day: day(41) };
  const remove = (fields: Record<string, string>, by = secretary) =>
    send(ward.app, by, `${slots}/delete?area=${area.id}`, { ...period, ...fields });
  const within = () =>
    ward
      .database('slots')
      .where({ area_id: area.id })
      .where('starts_at', '>', ward.now + 39 * DAY_MS);
  for (const [who, last] of [
    [clinician.id, 41],
    ['', 41],
    ['', 42],
  ] as const)
    await make({ clinician: who, first_day: day(last === 42 ? 42 : 40), last_day: day(last) });
  t.equal((await within()).length, 15);
  const [taken] = await within().where({ clinician_id: clinician.id }).orderBy('starts_at');
  await send(
    ward.app,
    secretary,
    `/console/appointments/new?area=${area.id}&slot=${taken.id}`,
    patient('Tom Taken'),
  );

  t.match(textOf(await load(ward.app, secretary, `${slots}/delete`)), 'Delete free times');
  t.match(textOf(await remove({})), /11 free times .*Delete 11 free times/);
  t.match(textOf(await remove({ clinician: '' })), '6 free times');
  t.match(textOf(await remove({ clinician: clinician.id })), '5 free times');
  t.match(textOf(await remove({ first_day: day(50), last_day: day(51) })), 'No free time begins');
  t.equal((await within()).length, 15, 'so far nothing is gone');

  for (const [fields, sentence] of [
    [{ first_day: day(-1) }, 'today or later'],
    [{ last_day: day(39) }, 'not before the first'],
    [{ last_day: 'never' }, 'not before the first'],
    [{ last_day: day(400) }, 'within the next 366 days'],
  ] as const) {
    const answer = await remove(fields);
    t.equal(answer.status, 400, sentence);
    t.match(textOf(answer), sentence);
  }
  t.equal((await remove({ counted: 'all' })).status, 400);
  const changed = await remove({ counted: '10' });
  t.equal(changed.status, 409, 'one was made meanwhile');
  t.match(textOf(changed), '11 free times');
  t.equal((await remove({ counted: '11' }, stranger)).status, 404);
  t.equal((await remove({ counted: '11' }, interpreter)).status, 404);
  t.equal((await within()).length, 15, 'all of it or nothing');

  t.equal((await remove({ counted: '11' })).status, 303);
  const left = await within().orderBy('starts_at');
  t.same(left[0].id, taken.id, 'what a patient has stays');
  t.equal(left.length, 4, 'and the day after');
  const [entry] = await ward.database('audit').where({ action: 'slots.deleted' }).pluck('details');
  t.equal(JSON.parse(entry).count, 11);
});

t.test('they go a week after their time', async (t) => {
  ward.now += 60 * DAY_MS;
  await ward.runRetention();
  t.same(await rows(), []);
});
