import t from 'tap';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../app/kernel/clock.ts';
import { load, send, textOf } from '../app/form.ts';
import type { SignedIn } from '../app/signed-in.ts';
import { AppointmentWard, inParis } from './appointment-ward.ts';

/** Appointments by the console and by the letters that follow from them: made, moved, answered, kept and missed. */

const ward = await AppointmentWard.open();
t.teardown(() => ward.close());
const area = await ward.area({ name: 'Cardiology' });
const other = await ward.area({ name: 'Dermatology' });
const secretary = await ward.staff('Sam Secretary', area.id, 'secretary');
const clinician = await ward.staff('Clara Clinician', area.id, 'clinician');
const interpreter = await ward.staff('Ines Interpreter', area.id, 'interpreter');
const stranger = await ward.staff('Otto Other', other.id, 'secretary');

const form = (startsAt: number, fields: Record<string, string> = {}) => ({
  name: 'Émilie Zola',
  email: 'emilie@example.org',
  language: 'fr',
  clinician: clinician.id,
  starts: inParis(startsAt),
  duration: '20',
  ...fields,
});

async function made(startsAt: number, fields: Record<string, string> = {}, by: SignedIn = secretary) {
  const answer = await send(ward.app, by, '/console/appointments/new', form(startsAt, fields));
  const id = /\/console\/appointments\/([0-9a-f]{24})/.exec(String(answer.headers.location))?.[1] ?? '';
  if (answer.status !== 303) throw new Error(textOf(answer));
  return id;
}

t.test('made by a secretary, with a letter, a link and a calendar', async (t) => {
  const id = await made(ward.now + 2 * DAY_MS);
  const letter = await ward.lastLetter('emilie@example.org');
  t.match(letter, { kind: 'appointment', sensitive: 1 });
  t.match(letter.subject, /^Votre rendez-vous en vidéo\u00a0: jeudi .* 12:00$/);
  t.match(letter.text, 'Clara Clinician');
  t.match(letter.attachments[0]?.contentType, 'method=REQUEST');
  t.match(letter.attachments[0]?.content.replaceAll(/\r\n /g, ''), `UID:${id}@linkello`);
  const page = await ward.page(ward.linkIn(letter));
  t.equal(page.status, 200);
  t.match(textOf(page), 'You can come in from 11:30 on that day');
  t.notMatch(page.text, /action="[^"]*\/enter"/, 'the door is not open yet');
  const shown = await load(ward.app, secretary, `/console/appointments/${id}`);
  t.match(textOf(shown), 'Émilie Zola');
  t.match(textOf(shown), 'No answer yet');
});

t.test('nobody else sees it: not an interpreter, not another area, not without an account', async (t) => {
  const id = await made(ward.now + 3 * DAY_MS);
  for (const visitor of [interpreter, stranger]) {
    t.equal((await load(ward.app, visitor, `/console/appointments/${id}`)).status, 404);
    t.equal((await send(ward.app, visitor, `/console/appointments/${id}/cancel`)).status, 404);
    const list = await load(ward.app, visitor, '/console/appointments?from=coming');
    t.notMatch(textOf(list), 'Émilie');
  }
  const foreign = await send(
    ward.app,
    stranger,
    `/console/appointments/new?area=${area.id}`,
    form(ward.now + DAY_MS),
  );
  t.equal(foreign.status, 404, 'nor makes one there');
  t.equal((await ward.page('/appointment/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA')).status, 404);
});

t.test('opening addresses changes nothing; buttons confirm, cancel and ask for another time', async (t) => {
  const id = await made(ward.now + 4 * DAY_MS);
  const link = ward.linkIn(await ward.lastLetter('emilie@example.org'));
  for (const path of [link, `${link}/cancel`, `${link}/other-time`, `${link}/appointment.ics`])
    t.equal((await ward.page(path)).status, 200, path.replace(link, ''));
  t.match(await ward.row(id), { state: 'booked', reply: 'none', version: 1 });

  t.equal((await ward.press(`${link}/confirm`)).status, 303);
  t.match(await ward.row(id), { state: 'booked', reply: 'confirmed' });
  t.match(textOf(await ward.page(link)), 'You told us that you will come');

  t.equal((await ward.press(`${link}/other-time`, { wish: '' })).status, 400);
  t.equal((await ward.press(`${link}/other-time`, { wish: 'x'.repeat(301) })).status, 400);
  t.equal((await ward.press(`${link}/other-time`, { wish: 'Jeudi matin' })).status, 303);
  t.match(await ward.row(id), { reply: 'other_time', wish: 'Jeudi matin' });
  const told = await ward.lastLetter(clinician.email);
  t.match(told, { kind: 'appointment_answer', subject: 'A patient asks for another time' });
  t.notMatch(told.text + told.html, /Zola|Jeudi/, 'who it is stands in no letter to staff');
  t.match(textOf(await load(ward.app, clinician, `/console/appointments/${id}`)), 'Jeudi matin');

  t.equal((await ward.press(`${link}/cancel`)).status, 303);
  t.match(await ward.row(id), { state: 'cancelled', reply: 'cancelled' });
  t.match(await ward.lastLetter(clinician.email), { subject: 'A patient cancelled an appointment' });
  t.match((await ward.lastLetter('emilie@example.org')).attachments[0]?.contentType, 'method=CANCEL');
  t.match(textOf(await ward.page(link)), 'This appointment is cancelled');
  t.equal((await ward.press(`${link}/confirm`)).status, 303, 'once more does no harm');
  t.match(await ward.row(id), { state: 'cancelled' });
});

t.test('moved: another time asks anew; what was changed meanwhile is not written over', async (t) => {
  const id = await made(ward.now + 5 * DAY_MS);
  await ward.sendLetters();
  const link = ward.linkIn(await ward.lastLetter('emilie@example.org'));
  await ward.press(`${link}/confirm`);
  const { version } = await ward.row(id);
  const later = form(ward.now + 6 * DAY_MS, { version: String(version) });
  t.equal((await send(ward.app, secretary, `/console/appointments/${id}/edit`, later)).status, 303);
  t.match(await ward.row(id), { reply: 'none', sequence: 1, starts_at: ward.now + 6 * DAY_MS });
  t.match(await ward.lastLetter('emilie@example.org'), { kind: 'appointment_changed' });
  t.equal((await send(ward.app, secretary, `/console/appointments/${id}/edit`, later)).status, 409);
  t.equal((await ward.page(link)).status, 200, 'the link stays');
  const renewed = await send(ward.app, secretary, `/console/appointments/${id}/renew`, {
    version: String((await ward.row(id)).version),
  });
  t.equal(renewed.status, 303);
  t.equal((await ward.page(link)).status, 404, 'until another one is given');
});

t.test('the link opens half an hour before, lets in once for all pages, and dies after', async (t) => {
  const startsAt = ward.now + DAY_MS;
  const id = await made(startsAt, { email: 'door@example.org' });
  const link = ward.linkIn(await ward.lastLetter('door@example.org'));
  ward.now = startsAt - 30 * MINUTE_MS - 1;
  t.equal((await ward.press(`${link}/enter`)).status, 409, 'too early');
  ward.now = startsAt - 30 * MINUTE_MS;
  const entered = await ward.press(`${link}/enter`);
  t.equal(entered.status, 303);
  t.match(entered.headers.location, `/w/${area.slug}/wait`);
  t.match(await ward.row(id), { state: 'arrived' });
  const [visit, ...others] = await ward.visits(id);
  t.match(visit, { name: 'Émilie Zola', meant_for: clinician.id, queue_at: startsAt });
  t.equal(others.length, 0);

  const cookie = String(entered.headers['set-cookie']).split(';')[0] ?? '';
  await ward.press(`${link}/enter`, {}, { cookie });
  t.equal((await ward.visits(id)).length, 1, 'another page of the same browser is the same patient');
  const phone = await ward.press(`${link}/enter`);
  t.equal((await ward.visits(id)).length, 1, 'another device takes the place over');
  t.not(String(phone.headers['set-cookie']).split(';')[0], cookie);

  await ward.database('visits').where({ appointment_id: id }).update({ state: 'ended', outcome: 'seen' });
  await ward.look();
  t.match(await ward.row(id), { state: 'fulfilled' });
  ward.now = startsAt + 20 * MINUTE_MS;
  t.equal((await ward.press(`${link}/enter`)).status, 409, 'too late');
  t.match(textOf(await ward.page(link)), 'This appointment is over');
});

t.test('late and missed are seen', async (t) => {
  const startsAt = ward.now + DAY_MS;
  const id = await made(startsAt, { name: 'Nobody Came' });
  const list = async () => textOf(await load(ward.app, secretary, '/console/appointments?sort=-starts'));
  ward.now = startsAt - HOUR_MS;
  t.match(await list(), /Nobody Came Cardiology Clara Clinician (?:\S+ )?Expected/);
  ward.now = startsAt + MINUTE_MS;
  t.match(await list(), /Nobody Came Cardiology Clara Clinician (?:\S+ )?Late/);
  ward.now = startsAt + 20 * MINUTE_MS;
  await ward.look();
  t.match(await ward.row(id), { state: 'noshow' });
  t.match(await list(), /Nobody Came Cardiology Clara Clinician (?:\S+ )?Did not come/);
  const again = await send(ward.app, secretary, `/console/appointments/${id}/mark`, {
    act: 'arrive',
    version: '2',
  });
  t.equal(again.status, 303, 'and can be put right by hand');
  t.match(await ward.row(id), { state: 'arrived' });
});

t.test('wrong input gets a sentence at its field', async (t) => {
  for (const [fields, sentence] of [
    [{ name: ' ' }, 'Type a name of at most 60 characters.'],
    [{ email: 'nobody' }, 'This is no address that letters can be sent to.'],
    [{ starts: 'soon' }, 'Say on which day and at what time.'],
    [{ starts: '2001-01-01T10:00' }, 'This is over already.'],
    [{ duration: '4' }, 'Type a number of minutes from 5 to 480.'],
    [{ clinician: stranger.id }, 'Nobody who sees patients in this area is called so.'],
    [{ slot: 'f'.repeat(24) }, 'Choose one of the list.'],
  ] as const) {
    const answer = await send(
      ward.app,
      secretary,
      '/console/appointments/new',
      form(ward.now + DAY_MS, fields),
    );
    if ('slot' in fields) t.equal(answer.status, 400);
    else t.match(textOf(answer), sentence);
    t.equal(answer.status, 400);
  }
});

t.test('gone a week after their time, and at once for whoever asks', async (t) => {
  const startsAt = ward.now + DAY_MS;
  const id = await made(startsAt, { email: 'gone@example.org' });
  const erased = await made(ward.now + 20 * DAY_MS, { email: 'erase@example.org' });
  ward.now = startsAt + 5 * DAY_MS;
  await ward.runRetention();
  t.ok(await ward.row(id), 'kept for a week');
  ward.now = startsAt + 7 * DAY_MS;
  await ward.runRetention();
  t.notOk(await ward.row(id), 'and no longer');
  t.ok(await ward.row(erased), 'nor another one');
  await ward.erase('erase@example.org');
  t.notOk(await ward.row(erased));
  const left: unknown[] = await ward.database('letters').where({ recipient: 'erase@example.org' });
  t.equal(left.length, 0, 'with the letters about it');
});
