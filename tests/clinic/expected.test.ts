import t from 'tap';
import { MINUTE_MS } from '../../app/kernel/clock.ts';
import { send, textOf } from '../app/form.ts';
import { asBrowser } from '../app/running-app.ts';
import { inParis } from './appointment-ward.ts';
import { type Colleague, Ward } from './ward.ts';

/** Today's appointments beside the queue: who is expected, late, or did not come, live and without script. */

const ward = await Ward.open({ rooms: { time_zone: 'Europe/Paris' } }, { appointmentLookMs: 3_600_000 });
t.teardown(() => ward.close());
const area = await ward.area({ name: 'Cardiology' });
const other = await ward.area({ name: 'Dermatology' });
const clara = await ward.colleague('Clara Clinician', [area.id, 'clinician']);
const otto = await ward.colleague('Otto Other', [other.id, 'clinician']);
const ines = await ward.colleague('Ines Interpreter', [area.id, 'interpreter']);

async function made(name: string, startsAt: number, by: Colleague = clara): Promise<string> {
  const answer = await send(ward.app, by.person, '/console/appointments/new', {
    name,
    email: '',
    language: 'en',
    clinician: clara.id,
    starts: inParis(startsAt),
    duration: '20',
  });
  const id = /\/console\/appointments\/([0-9a-f]{24})/.exec(String(answer.headers.location))?.[1];
  if (id === undefined) throw new Error(textOf(answer));
  return id;
}

const page = async (who: Colleague) => textOf(await who.load('/clinic'));
const expectedOf = async (who: Colleague) => (await who.view()).expected;

t.test('those of today, and of one’s own areas alone', async (t) => {
  ward.at('09:00');
  const id = await made('Early Bird', ward.now + 60 * MINUTE_MS);
  await made('Of Tomorrow', ward.now + 24 * 60 * MINUTE_MS);
  t.match(await expectedOf(clara), [
    { id, name: 'Early Bird', areaId: area.id, state: 'booked', clinicianName: 'Clara Clinician' },
  ]);
  t.equal((await expectedOf(clara)).length, 1, 'nobody of tomorrow');
  t.same(await expectedOf(otto), [], 'nobody of another area');
  t.same(await expectedOf(ines), [], 'interpreters see calls alone');
  const text = await page(clara);
  t.match(text, /Appointments today 1 10:00 Early Bird .*Expected/);
  t.notMatch(await page(otto), 'Early Bird');
  t.notMatch(await page(ines), 'Early Bird');
  ward.at('23:59');
  await ward.app.app.clinic.timekeeper.look();
  const live = await clara.watch();
  await live.until('the view', ({ type }) => type === 'view');
  ward.now += 2 * MINUTE_MS;
  await ward.database('sessions').update({ seen_at: ward.now });
  await ward.app.app.clinic.timekeeper.look();
  const next = await live.until('the next day', (each) => each.type === 'expected');
  t.match(next, { areaId: area.id, expected: [{ name: 'Of Tomorrow' }] });
  live.cut();
});

t.test('a patient who is late is marked, expected after all, and live to those who may see it', async (t) => {
  ward.at('13:00');
  const id = await made('Late Larry', ward.now + 5 * MINUTE_MS);
  const [claras, ottos, iness] = [await clara.watch(), await otto.watch(), await ines.watch()];
  for (const each of [claras, ottos, iness]) await each.until('the view', ({ type }) => type === 'view');
  t.notMatch(
    (await clara.load('/clinic')).text,
    `/clinic/appointments/${id}/miss" data-expected-act="miss">`,
  );
  ward.now += 8 * MINUTE_MS;
  const html = (await clara.load('/clinic')).text;
  t.match(await page(clara), /13:05 Late Larry .*3 minutes late/);
  t.ok(html.includes(`/clinic/appointments/${id}/miss" data-expected-act="miss">`), 'it can be said');
  const { version } = (await expectedOf(clara)).find((each) => each.id === id) ?? {};
  const path = `/clinic/appointments/${id}`;
  for (const nobody of [otto, ines])
    t.equal((await nobody.act(`${path}/miss`, { version: String(version) })).status, 404);
  t.equal((await clara.act(`${path}/miss`, {})).status, 400);
  t.equal((await clara.act(`${path}/miss`, { version: String(version) })).status, 200);
  t.equal((await clara.act(`${path}/miss`, { version: String(version) })).status, 409, 'not twice');
  await claras.until(
    'that nobody came',
    (each) =>
      each.type === 'expected' && each.expected.some((one) => one.id === id && one.state === 'noshow'),
  );
  t.match(await page(clara), /Late Larry .*Did not come/);
  const byForm = await send(ward.app, clara.person, `${path}/expect`, {
    version: String(Number(version) + 1),
  });
  t.equal(byForm.headers.location, '/clinic', 'without script');
  await claras.until(
    'that they may still come',
    (each) => each.type === 'expected' && each.expected.some((one) => one.id === id && one.version === 3),
  );
  const actions = await ward.database('audit').where({ object_id: id }).pluck('action');
  t.same(actions, ['appointment.made', 'appointment.changed', 'appointment.changed']);
  for (const each of [ottos, iness])
    t.equal(
      each.messages.some(({ type }) => type === 'expected'),
      false,
      'those of others hear nothing of it',
    );
  for (const each of [claras, ottos, iness]) each.cut();
});

t.test('a patient in the queue shows the time of their appointment, and how early they came', async (t) => {
  ward.at('15:00');
  const id = await made('Punctual Paula', ward.now + 12 * MINUTE_MS);
  const appointment = await ward.database('appointments').where({ id }).first();
  const { links } = ward.app.app.clinicAppointments;
  const link = `/appointment/${links.tokenOf({ id, linkGeneration: appointment.link_generation })}`;
  const live = await clara.watch();
  const entered = await ward.app.ask(`${link}/enter`, {
    method: 'POST',
    headers: {
      ...asBrowser,
      'sec-fetch-site': 'same-origin',
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: '',
  });
  t.equal(entered.status, 303);
  await live.until('that she came', (each) => each.type === 'visit' && each.visit.name === 'Punctual Paula');
  await live.until(
    'that she is expected no more',
    (each) => each.type === 'expected' && each.expected.some((one) => one.state === 'arrived'),
  );
  const text = await page(clara);
  t.match(text, 'Appointment at 15:12, came 12 minutes early');
  t.match(text, /15:12 Punctual Paula .*Arrived/);
  live.cut();
});
