import t from 'tap';
import { usualFields } from '../../app/clinic/area.ts';
import { patientAddresses, patientNames, patientVisits } from '../../app/clinic/data-categories.ts';
import { Ward } from './ward.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const ward = await Ward.open();
t.teardown(() => ward.close());

const everything = {
  name: { asked: 'required', keepDays: 0 },
  birth_date: { asked: 'optional', keepDays: 0 },
  case_number: { asked: 'optional', keepDays: 2 },
  reason: { asked: 'optional', keepDays: 0 },
  email: { asked: 'optional', keepDays: 0 },
  phone: { asked: 'optional', keepDays: 0 },
} as const;

const said = {
  name: 'Zéphyrine Quaxterwyn',
  birth_date: '1961-07-30',
  case_number: 'KX-7741',
  reason: 'Frabjousement',
  email: 'zq@borogovia.example',
  phone: '+33639981753',
};

const terms = (now: number, heldIds: readonly string[] = []) => ({
  now,
  serviceDays: 30,
  relationshipDays: 1095,
  invitationDays: 30,
  letterDays: 30,
  attestationDays: 365,
  heldIds: new Set(heldIds),
});

t.test('each answer is gone at the end of its day, the visit with the last of them', async (t) => {
  const area = await ward.area({ name: 'Forgetting', fields: everything });
  const ada = await ward.colleague('Dr Ada', [area.id, 'clinician']);
  await ward.arrived(area.slug, said.name, said);
  const id = await ada.idOf(said.name);
  await ada.act(`/clinic/visits/${id}/message`, { text: 'In ten minutes.' });
  await ada.act(`/clinic/visits/${id}/call-back`);
  await ada.act(`/clinic/visits/${id}/take`);
  await ada.act(`/clinic/visits/${id}/end`);
  const row = () => ward.database('visits').where({ id }).first();

  // It is noon; the day ends in twelve hours.
  await ward.pass(11 * HOUR_MS);
  t.match(await row(), said, 'everything is there until then');
  await ward.pass(2 * HOUR_MS);
  t.match(await row(), {
    name: null,
    birth_date: null,
    case_number: 'KX-7741',
    reason: null,
    email: null,
    phone: null,
  });
  t.same(
    await ward.database('letters').where({ recipient: said.email }),
    [],
    'nor does the outbox tell of them',
  );
  await ward.pass(2 * DAY_MS);
  t.equal(await row(), undefined);
  t.same(await ward.database('visit_messages'), []);
});

t.test('who still waits at midnight is not forgotten until they are seen', async (t) => {
  const area = await ward.area({ name: 'Night', fields: usualFields });
  const ada = await ward.colleague('Dr Ada', [area.id, 'clinician']);
  ward.at('23:50');
  const patient = await ward.arrived(area.slug, 'Night Nina');
  const page = await patient.wait();
  await page.until('the place', ({ hold }) => hold.place === 1);
  await ward.pass(HOUR_MS);
  t.equal((await ada.view()).visits[0]?.name, 'Night Nina');
  const id = await ada.idOf('Night Nina');
  await ada.act(`/clinic/visits/${id}/end`);
  await ward.pass(HOUR_MS);
  t.equal(await ward.database('visits').where({ id }).first(), undefined);
});

t.test('what nobody ended ends by itself within a day, and goes', async (t) => {
  const area = await ward.area({ name: 'Stale' });
  const ada = await ward.colleague('Dr Ada', [area.id, 'clinician']);
  await ward.arrived(area.slug, 'Stale Stan');
  const id = await ada.idOf('Stale Stan');
  await ada.act(`/clinic/visits/${id}/take`);
  await ward.pass(DAY_MS);
  await ward.pass(HOUR_MS);
  t.equal(await ward.database('visits').where({ id }).first(), undefined);
  t.same(await ward.database('rooms').where({ is_hidden: 1 }), []);
});

t.test('a legal hold keeps what belongs to its organisation', async (t) => {
  const area = await ward.area({ name: 'Held' });
  await ward.arrived(area.slug, 'Held Hanna');
  const { id, organisation_id: held } = await ward.database('visits').where({ area_id: area.id }).first();
  await ward.database('visits').where({ id }).update({ state: 'ended' });
  const later = terms(ward.now + 60 * DAY_MS, [held]);
  const { store } = patientNames;
  await ward.database.transaction(async (transaction) => {
    t.equal(await store?.expire(transaction, later, 100), 0);
    t.equal(await patientVisits.store?.expire(transaction, later, 100), 0);
  });
  await ward.database.transaction(async (transaction) => {
    t.equal(await store?.expire(transaction, terms(later.now), 100), 1);
    t.equal(await patientVisits.store?.expire(transaction, terms(later.now), 100), 1);
  });
});

t.test('who gave an address gets all of it, and is erased by it', async (t) => {
  const area = await ward.area({ name: 'Rights', fields: everything });
  await ward.arrived(area.slug, said.name, said);
  await ward.arrived(area.slug, 'Other Otto', { email: 'otto@home.example' });
  const subject = { kind: 'address', email: said.email } as const;
  t.same(await patientNames.store?.collect(ward.database, subject), [{ name: said.name }]);
  t.same(await patientAddresses.store?.collect(ward.database, subject), [
    { phone: said.phone, email: said.email },
  ]);
  await ward.database.transaction(async (transaction) => {
    for (const category of [patientNames, patientVisits, patientAddresses])
      await category.store?.erase(transaction, subject);
  });
  const left = await ward.database('visits').where({ area_id: area.id });
  t.same(
    left.map(({ name }) => name),
    ['Other Otto'],
  );
});
