import ICAL from 'ical.js';
import t from 'tap';
import { DAY_MS } from '../../app/kernel/clock.ts';
import { load, send, textOf } from '../app/form.ts';
import type { SignedIn } from '../app/signed-in.ts';
import { AppointmentWard, inParis } from './appointment-ward.ts';

/** Calendars that staff follow by a secret address: what they show, to whom, and for how long. */

const ward = await AppointmentWard.open();
t.teardown(() => ward.close());
const area = await ward.area({ name: 'Cardiology' });
const secretary = await ward.staff('Sam Secretary', area.id, 'secretary');
const clara = await ward.staff('Clara Clinician', area.id, 'clinician');
const carl = await ward.staff('Carl Clinician', area.id, 'clinician');
const manager = await ward.staff('Mona Manager', area.id, 'manager');
const stranger = await ward.staff('Otto Other', (await ward.area({ name: 'Dermatology' })).id, 'secretary');

async function appointment(name: string, clinician: string) {
  const answer = await send(ward.app, secretary, '/console/appointments/new', {
    name,
    language: 'en',
    clinician,
    starts: inParis(ward.now + 2 * DAY_MS),
    duration: '30',
  });
  // No assertion out here: the test would take itself for done.
  if (answer.status !== 303) throw new Error(textOf(answer));
  return /([0-9a-f]{24})/.exec(String(answer.headers.location))?.[1] ?? '';
}
const [withClara, withCarl, withAnybody] = [
  await appointment('Zoë Quux', clara.id),
  await appointment('Yan Quux', carl.id),
  await appointment('Xavier Quux', ''),
];

async function feedOf(person: SignedIn): Promise<string> {
  await send(ward.app, person, '/console/appointments/feeds', { area: area.id });
  const page = await load(ward.app, person, '/console/appointments/feeds');
  const urls = page.text.match(/\/calendar\/[\w-]{38}\/appointments\.ics/g) ?? [];
  return urls.at(-1) ?? '';
}

async function eventsAt(path: string) {
  const answer = await ward.app.ask(path);
  if (answer.status !== 200) throw new Error(`${answer.status}`);
  const calendar = new ICAL.Component(ICAL.parse(answer.text) as unknown[]);
  return {
    method: calendar.getFirstPropertyValue('method'),
    text: answer.text,
    uids: calendar
      .getAllSubcomponents('vevent')
      .map((each) => String(each.getFirstPropertyValue('uid')).replace('@linkello', ''))
      .sort(),
  };
}

t.test('a clinician’s own and whoever is free; all for a secretary; no names', async (t) => {
  const own = await eventsAt(await feedOf(clara));
  t.equal(own.method, 'PUBLISH');
  t.same(own.uids, [withClara, withAnybody].sort());
  t.notMatch(own.text, /Quux/);
  t.notMatch(own.text, /\/appointment\//, 'nor a patient’s link');
  const all = await eventsAt(await feedOf(secretary));
  t.same(all.uids, [withClara, withCarl, withAnybody].sort());
});

t.test('names once the area wants them, which its manager alone says', async (t) => {
  const path = await feedOf(clara);
  const names = `/console/appointments/feeds/names/${area.id}`;
  for (const person of [clara, secretary, stranger])
    t.equal((await send(ward.app, person, names, { names: 'yes' })).status, 404);
  t.notMatch((await eventsAt(path)).text, /Quux/);
  t.equal((await send(ward.app, manager, names, { names: 'yes' })).status, 303);
  t.match((await eventsAt(path)).text, /Zoë Quux/);
  t.notMatch((await eventsAt(path)).text, /Yan Quux/);
  t.equal((await send(ward.app, manager, names)).status, 303);
  t.notMatch((await eventsAt(path)).text, /Quux/);
});

t.test('the address dies when it is revoked, when its owner leaves, and was never guessed', async (t) => {
  t.equal((await send(ward.app, stranger, '/console/appointments/feeds', { area: area.id })).status, 404);
  const path = await feedOf(carl);
  t.equal((await ward.app.ask(path)).status, 200);
  const other = path.replace(/.(?=\/appointments)/, (last) => (last === 'A' ? 'B' : 'A'));
  t.equal((await ward.app.ask(other)).status, 404);
  const { id } = await ward.database('calendar_feeds').where({ person_id: carl.id }).first();
  t.equal((await send(ward.app, clara, `/console/appointments/feeds/${id}/revoke`)).status, 404);
  t.equal((await send(ward.app, carl, `/console/appointments/feeds/${id}/revoke`)).status, 303);
  t.equal((await ward.app.ask(path)).status, 404);

  const second = await feedOf(carl);
  await ward.database('area_members').where({ area_id: area.id, person_id: carl.id }).delete();
  t.equal((await ward.app.ask(second)).status, 404);
});

t.test('a cancelled appointment is in no calendar; a person has so many addresses', async (t) => {
  const path = await feedOf(secretary);
  await send(ward.app, secretary, `/console/appointments/${withCarl}/cancel`);
  t.same((await eventsAt(path)).uids, [withClara, withAnybody].sort());
  const fill = async () =>
    (await send(ward.app, secretary, '/console/appointments/feeds', { area: area.id })).status;
  const statuses = new Set<number>();
  for (let more = 0; more < 20; more += 1) statuses.add(await fill());
  t.same([...statuses], [303, 409]);
  t.match(textOf(await load(ward.app, secretary, '/console/appointments/feeds')), 'Cardiology');
});
