import t from 'tap';
import { usualFields } from '../../app/clinic/area.ts';
import { hashToken } from '../../app/kernel/single-use-token.ts';
import { textOf } from '../app/form.ts';
import { until } from '../deadline.ts';
import { Ward } from './ward.ts';

const MINUTE_MS = 60_000;

const ward = await Ward.open();
t.teardown(() => ward.close());

const visits = (areaId: string) => ward.database('visits').where({ area_id: areaId });

t.test('a second tab, a second click and a closed page are the same patient', async (t) => {
  const area = await ward.area({ name: 'Dermatology' });
  const patient = ward.patient(area.slug);
  await patient.load();
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => patient.send(`/w/${area.slug}`, { name: 'Paul Petit' })),
  );
  t.same(
    answers.map(({ status }) => status),
    Array(5).fill(303),
  );
  t.equal((await visits(area.id)).length, 1);
  const again = await patient.load();
  t.equal(again.status, 303);
  t.equal(again.headers.location, `/w/${area.slug}/wait`);
  const two = [await patient.wait(), await patient.wait()];
  for (const page of two) await page.until('the hold view', ({ hold }) => hold.place === 1);
  two[0]?.cut();
  await until(
    'the other page to be all that is left',
    async () => (await visits(area.id).first()).lost_at,
    (at) => at === null,
  );
});

t.test(
  'patients learn nothing of each other, and their number only where the department wants it',
  async (t) => {
    const open = await ward.area({ name: 'Open numbers', shows: 'wait', minutesPerVisit: 7 });
    const quiet = await ward.area({ name: 'No numbers', shows: 'nothing', showsNumber: false });
    const one = await ward.arrived(open.slug, 'Quetzal First');
    const two = await ward.arrived(open.slug, 'Other Second');
    t.match(await one.hold(), { number: 1, place: null, waitMinutes: 7 });
    t.match(await two.hold(), { number: 2, place: null, waitMinutes: 15 });
    const page = await two.load(`/w/${open.slug}/wait`);
    t.equal(page.status, 200);
    t.notMatch(page.text, /Quetzal/);
    t.notMatch(JSON.stringify(await two.hold()), /Quetzal/);
    const third = await ward.arrived(quiet.slug, 'Third');
    t.match(await third.hold(), { number: null, place: null, waitMinutes: null });
    t.equal(
      (await ward.patient(open.slug).load(`/w/${open.slug}/wait`)).status,
      303,
      'nobody else sees a place',
    );
  },
);

t.test('a place is kept for five minutes after the network is lost, and no longer', async (t) => {
  const area = await ward.area({ name: 'Network' });
  const ada = await ward.colleague('Dr Ada', [area.id, 'clinician']);
  const patient = await ward.arrived(area.slug, 'Lost Louise');
  const later = await ward.arrived(area.slug, 'Later Leon');
  const page = await patient.wait();
  const there = await later.wait();
  await there.until('the place', ({ hold }) => hold.place === 2);
  await until(
    'both to be there',
    async () => (await visits(area.id).whereNull('lost_at')).length,
    (n) => n === 2,
  );
  page.cut();
  await until(
    'the loss',
    async () => (await visits(area.id).whereNotNull('lost_at')).length,
    (n) => n === 1,
  );
  await ward.pass(5 * MINUTE_MS - 1);
  t.equal((await ada.view()).visits[0]?.state, 'waiting');

  const back = await patient.wait();
  await back.until('the place', ({ hold }) => hold.place === 1);
  await until(
    'her coming back',
    async () => (await visits(area.id).whereNull('lost_at')).length,
    (n) => n === 2,
  );
  await ward.pass(60 * MINUTE_MS);
  t.match((await ada.view()).visits[0], { state: 'waiting', name: 'Lost Louise' }, 'who is there stays');

  back.cut();
  await until(
    'the loss',
    async () => (await visits(area.id).whereNotNull('lost_at')).length,
    (n) => n === 1,
  );
  await ward.pass(5 * MINUTE_MS);
  t.match(
    (await ada.view()).visits.find(({ name }) => name === 'Lost Louise'),
    { state: 'left', outcome: 'lost' },
  );
  await there.until('the better place', ({ hold }) => hold.place === 1);
  t.equal((await patient.send(`/w/${area.slug}/return`)).status, 303);
  t.match(await patient.hold(), { state: 'waiting', place: 2 }, 'who comes back later stands at the end');
});

t.test('without script a page that is loaded again keeps its place', async (t) => {
  const area = await ward.area({ name: 'No script' });
  const patient = await ward.arrived(area.slug, 'Plain Paula');
  for (let minute = 0; minute < 12; minute += 1) {
    const page = await patient.load(`/w/${area.slug}/wait`);
    t.match(page.text, /http-equiv="refresh"/);
    await ward.pass(MINUTE_MS);
  }
  t.equal((await patient.hold()).state, 'waiting');
});

t.test(
  'a text that has to be read is accepted or nobody comes in, and the ledger knows its version',
  async (t) => {
    const pleaseRead = { en: 'This is no emergency service.', fr: 'Ceci n’est pas un service d’urgence.' };
    const area = await ward.area({ name: 'Please read', pleaseRead });
    const patient = ward.patient(area.slug);
    const refused = await patient.comeIn({ name: 'Rita Rose' });
    t.equal(refused.status, 400);
    t.match(textOf(refused), 'This is no emergency service.');
    t.match(refused.text, /value="Rita Rose"/, 'what was typed is still there');
    t.equal((await visits(area.id)).length, 0);
    t.equal((await patient.comeIn({ name: 'Rita Rose', accepted: 'yes' })).status, 303);
    const visit = await visits(area.id).first();
    const consent = await ward
      .database('consents')
      .where({ browser_hash: hashToken(patient.cookie ?? '') })
      .first();
    t.match(consent, { purpose: 'clinic_please_read', is_given: 1, text_version: visit.read_version });
    const text = await ward.database('consent_texts').where({ version: visit.read_version }).first();
    t.same(JSON.parse(text.text), pleaseRead);
  },
);

t.test('what is typed wrongly is said at its field, and nothing more than was asked is kept', async (t) => {
  const area = await ward.area({
    name: 'All fields',
    fields: {
      ...usualFields,
      birth_date: { asked: 'required', keepDays: 0 },
      case_number: { asked: 'optional', keepDays: 0 },
      reason: { asked: 'no', keepDays: 0 },
    },
  });
  const patient = ward.patient(area.slug);
  const refused = await patient.comeIn({ name: '\u202eevil', birth_date: '31.2.1980', email: 'no address' });
  t.equal(refused.status, 400);
  for (const field of ['name', 'birth_date', 'email'])
    t.match(refused.text, new RegExp(`id="${field}-error"`), field);
  const let_in = await patient.comeIn({
    name: 'Paul Petit',
    birth_date: '30/07/1961',
    case_number: 'A-77',
    reason: 'not asked',
    email: 'Paul@Home.Example',
  });
  t.equal(let_in.status, 303);
  t.match(await visits(area.id).first(), {
    birth_date: '1961-07-30',
    case_number: 'A-77',
    reason: null,
    email: 'paul@home.example',
    phone: null,
  });
});

t.test('a door that is closed says when it opens, and lets nobody in', async (t) => {
  const hours = { from: 9 * 60, to: 12 * 60 + 30 };
  const area = await ward.area({
    name: 'Mornings',
    openingHours: [hours, hours, null, hours, hours, null, null],
  });
  // Until half past twelve on this Tuesday.
  ward.at('12:00');
  const before = await ward.arrived(area.slug, 'Early Emma');
  await before.wait();
  await until(
    'her being there',
    async () => (await visits(area.id).first()).lost_at,
    (at) => at === null,
  );
  ward.at('13:00');
  const late = ward.patient(area.slug);
  const page = await late.load();
  t.equal(page.status, 200);
  t.match(textOf(page), /Thursday/);
  t.notMatch(page.text, /<form[^>]*action="\/w\//);
  t.equal((await late.comeIn({ name: 'Late Luc' })).status, 409);
  await ward.pass(0);
  t.match(await before.hold(), { state: 'waiting', isOpen: false }, 'who came in time is still seen');
});

t.test('where the department wants it, closing time sends home who waits and is in no call', async (t) => {
  const hours = { from: 9 * 60, to: 12 * 60 + 30 };
  const area = await ward.area({
    name: 'Sharp end',
    openingHours: [hours, hours, hours, hours, hours, hours, hours],
    afterClosing: 'dismiss',
  });
  ward.at('12:00');
  const ada = await ward.colleague('Dr Ada', [area.id, 'clinician']);
  const waiting = await ward.arrived(area.slug, 'Waiting Walter');
  const called = await ward.arrived(area.slug, 'Called Carla');
  const page = await waiting.wait();
  await page.until('the place', ({ hold }) => hold.place === 1);
  await until(
    'his being there',
    async () => (await visits(area.id).whereNull('lost_at')).length,
    (n) => n === 1,
  );
  await ada.act(`/clinic/visits/${await ada.idOf('Called Carla')}/take`);
  ward.at('12:30');
  await ward.pass(0);
  const told = await page.until('the end', ({ hold }) => hold.state === 'ended');
  t.equal(told.hold.outcome, 'closed');
  t.equal((await called.hold()).state, 'called');
});

t.test('on a site that is no clinic there is no door', async (t) => {
  const area = await ward.area({ name: 'Only here' });
  const pro = await Ward.open({ sites: [{ host: 'localhost', edition: 'pro' }] });
  t.teardown(() => pro.close());
  const there = await pro.area({ name: 'Nowhere' });
  t.equal((await pro.patient(there.slug).load()).status, 404);
  t.equal((await ward.patient('no-such-door').load()).status, 404);
  t.equal((await ward.patient(area.slug).load()).status, 200);
});

t.test('members who want it get one letter about those who wait too long', async (t) => {
  const area = await ward.area({ name: 'Slow', letterMinutes: 30 });
  const sam = await ward.colleague('Sam Secretary');
  await ward.setRole(sam, area.id, 'secretary', true);
  await ward.colleague('Dr Ada', [area.id, 'clinician']);
  for (const name of ['Patient Pat', 'Patient Pit']) {
    const page = await (await ward.arrived(area.slug, name)).wait();
    await page.until('the place', ({ hold }) => hold.place !== null);
  }
  await until(
    'both to be there',
    async () => (await visits(area.id).whereNull('lost_at')).length,
    (n) => n === 2,
  );
  await ward.pass(29 * MINUTE_MS);
  const letters = () => ward.database('letters').where({ kind: 'waits_too_long' });
  t.equal((await letters()).length, 0);
  await ward.pass(MINUTE_MS);
  await ward.pass(MINUTE_MS);
  const [letter, ...more] = await letters();
  t.equal(more.length, 0);
  t.match(letter, { recipient: sam.person.email });
  t.match(letter.text, /2 people have been waiting for more than 30 minutes/);
  t.notMatch(letter.text, /Pat|Pit/);
});
