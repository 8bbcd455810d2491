import t from 'tap';
import { DAY_MS, MINUTE_MS } from '../../app/kernel/clock.ts';
import { send, textOf } from '../app/form.ts';
import { AppointmentWard, inParis } from './appointment-ward.ts';

/** Free times that a patient is offered instead of theirs. */

const ward = await AppointmentWard.open();
t.teardown(() => ward.close());
const area = await ward.area({ name: 'Cardiology' });
const other = await ward.area({ name: 'Dermatology' });
const clara = await ward.staff('Dr Clara Clinician', area.id, 'manager');
const bert = await ward.staff('Dr Bert Clinician', area.id, 'clinician');

let made = 0;
async function slot(startsAt: number, clinicianId: string | null, areaId = area.id): Promise<string> {
  made += 1;
  const id = String(made).padStart(24, '0');
  await ward.database('slots').insert({
    id,
    area_id: areaId,
    clinician_id: clinicianId,
    starts_at: startsAt,
    ends_at: startsAt + 20 * MINUTE_MS,
    state: 'free',
    created_at: ward.now,
    changed_at: ward.now,
  });
  return id;
}

/** An appointment in two days; its link. */
async function appointment(email: string, clinician: string): Promise<string> {
  await send(ward.app, clara, '/console/appointments/new', {
    name: 'Émilie Zola',
    email,
    language: 'en',
    clinician,
    starts: inParis(ward.now + 2 * DAY_MS),
    duration: '20',
  });
  return ward.linkIn(await ward.lastLetter(email));
}

const offered = (page: string) => [...page.matchAll(/name="slot" value="(\w+)"/g)].map(([, id]) => id);

const first = ward.now + 5 * DAY_MS;
const withClara = await slot(first, clara.id);
const withBert = await slot(first, bert.id);
const later = await slot(first + 20 * MINUTE_MS, bert.id);
const nextDay = await slot(first + DAY_MS, null);
const elsewhere = await slot(first, null, other.id);
const gone = await slot(ward.now - DAY_MS, null);

t.test('each time once, below its day', async (t) => {
  const anybody = await ward.page(`${await appointment('any@example.org', '')}/other-time`);
  t.same(offered(anybody.text), [withClara, later, nextDay]);
  t.equal(anybody.text.match(/role="group"/g)?.length, 2, 'two days');
  t.match(textOf(anybody), /\w+day \d+ \w+ \d\d:\d\d \d\d:\d\d \w+day \d+ \w+ \d\d:\d\d/);
  const own = await ward.page(`${await appointment('own@example.org', bert.id)}/other-time`);
  t.same(offered(own.text), [withBert, later, nextDay], 'with whom the appointment is, or with anybody');
});

t.test('what is not offered, or not any more, is not asked for', async (t) => {
  const link = await appointment('late@example.org', bert.id);
  for (const id of [withClara, elsewhere, gone, 'f'.repeat(24)]) {
    const answer = await ward.press(`${link}/other-time`, { slot: id, wish: 'In the morning' });
    t.equal(answer.status, 409);
    t.match(textOf(answer), /given to somebody else.*In the morning/, 'what was written stays');
    t.same(offered(answer.text), [withBert, later, nextDay]);
  }
  t.match(await ward.database('appointments').where({ email: 'late@example.org' }).first(), {
    reply: 'none',
    wished_slot_id: null,
  });
  t.equal((await ward.press(`${link}/other-time`, { slot: later, wish: '' })).status, 303);
  t.match(await ward.database('appointments').where({ email: 'late@example.org' }).first(), {
    reply: 'other_time',
    wished_slot_id: later,
  });
});
