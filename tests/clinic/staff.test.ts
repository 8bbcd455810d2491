import t from 'tap';
import { areaRoles } from '../../app/clinic/area.ts';
import { type areaPermissions, mayInArea } from '../../app/clinic/area-permissions.ts';
import { signedIn } from '../app/signed-in.ts';
import { until } from '../deadline.ts';
import { Colleague, Ward } from './ward.ts';

const ward = await Ward.open();
t.teardown(() => ward.close());

t.test('a patient is put back to where they were', async (t) => {
  const area = await ward.area({ name: 'Dermatology' });
  const ada = await ward.colleague('Dr Ada', [area.id, 'clinician']);
  const first = await ward.arrived(area.slug, 'First Patient');
  ward.now += 60_000;
  const second = await ward.arrived(area.slug, 'Second Patient');
  const id = await ada.idOf('First Patient');
  await ada.act(`/clinic/visits/${id}/take`);
  t.equal((await second.hold()).place, 1);
  const slug = (await ada.load(`/clinic/visits/${id}/enter`)).headers.location;
  t.equal((await ada.act(`/clinic/visits/${id}/put-back`)).status, 200);
  t.match(await first.hold(), { state: 'waiting', place: 1, enterPath: null });
  t.equal((await second.hold()).place, 2);
  t.equal((await ada.load(String(slug))).status, 404, 'the room is gone');
});

t.test(
  'a patient is handed over to a colleague in another area, with a note that ends with the visit',
  async (t) => {
    const from = await ward.area({ name: 'General' });
    const to = await ward.area({ name: 'Eyes' });
    const elsewhere = await ward.area({ name: 'Foreign' }, 'Clinic South');
    const ada = await ward.colleague('Dr Ada', [from.id, 'clinician']);
    const eve = await ward.colleague('Dr Eve', [to.id, 'clinician']);
    const ivo = await ward.colleague('Ivo Interpreter', [to.id, 'interpreter']);
    const patient = await ward.arrived(from.slug, 'Greta Green');
    const id = await ada.idOf('Greta Green');
    const [adas, eves] = [await ada.watch(), await eve.watch()];
    await Promise.all([adas, eves].map((each) => each.until('the view', ({ type }) => type === 'view')));

    const path = `/clinic/visits/${id}/hand-over`;
    t.equal(
      (await ada.act(path, { area: elsewhere.id, note: '' })).status,
      404,
      'not to another organisation',
    );
    t.equal((await ada.act(path, { area: to.id, to: ivo.id })).status, 400, 'not to who takes nobody');
    t.equal((await ada.act(path, {})).status, 400, 'not to nobody');
    t.same(
      (await ada.view()).targets.map(({ name }) => name).includes('Eyes'),
      true,
      'the area can be chosen',
    );
    t.equal(
      (await ada.act(path, { area: to.id, to: eve.id, note: 'Please look at the left eye.' })).status,
      200,
    );
    await adas.until('that she is gone', (message) => message.type === 'gone' && message.id === id);
    const handed = await eves.until(
      'her coming',
      (message) => message.type === 'visit' && message.visit.id === id,
    );
    t.match(handed, {
      visit: {
        areaId: to.id,
        state: 'waiting',
        note: 'Please look at the left eye.',
        noteBy: 'Dr Ada',
        meantFor: { id: eve.id, name: 'Dr Eve' },
      },
    });
    t.match(await patient.hold(), { state: 'waiting', isHandedOver: true });
    t.notOk(JSON.stringify(await patient.hold()).includes('eye'), 'the note is not for the patient');

    await eve.act(`/clinic/visits/${id}/take`);
    await eve.act(`/clinic/visits/${id}/end`);
    t.match(await ward.database('visits').where({ id }).first(), {
      note: null,
      note_by: null,
      meant_for: null,
    });
  },
);

t.test('an interpreter sees the calls that they were brought into, and nothing else', async (t) => {
  const area = await ward.area({ name: 'Maternity' });
  const ada = await ward.colleague('Dr Ada', [area.id, 'clinician']);
  const ivo = await ward.colleague('Ivo Interpreter', [area.id, 'interpreter']);
  await ward.arrived(area.slug, 'Fatima Free');
  await ward.arrived(area.slug, 'Other Patient');
  const id = await ada.idOf('Fatima Free');
  t.same((await ivo.view()).visits, [], 'nobody who waits');
  t.equal((await ivo.act(`/clinic/visits/${id}/take`)).status, 404);
  const bringIn = `/clinic/visits/${id}/bring-in`;
  t.equal(
    (await ada.act(bringIn, { kind: 'interpreter', person: ivo.id })).status,
    409,
    'nobody waits in a call',
  );

  const watching = await ivo.watch();
  await watching.until('the view', ({ type }) => type === 'view');
  await ada.act(`/clinic/visits/${id}/take`);
  t.equal((await ivo.load(`/clinic/visits/${id}/enter`)).status, 404);
  t.same(await ada.act(bringIn, { kind: 'interpreter', person: ivo.id }), {
    status: 200,
    said: { link: null },
  });
  await watching.until('the call', (message) => message.type === 'visit' && message.visit.id === id);
  t.same(
    (await ivo.view()).visits.map(({ name }) => name),
    ['Fatima Free'],
  );
  const entered = await ivo.load(`/clinic/visits/${id}/enter`);
  t.match(entered.headers.location, /^\/i\//);

  const family = await ada.act(bringIn, { kind: 'family', name: 'Her sister' });
  t.match(family.said.link, /^https:\/\/localhost:\d+\/i\/[\w-]{38}$/);
  const byLetter = await ada.act(bringIn, {
    kind: 'family',
    name: 'Her brother',
    email: 'brother@family.example',
    language: 'fr',
  });
  t.equal(byLetter.said.link, null);
  const letter = await ward.database('letters').where({ recipient: 'brother@family.example' }).first();
  t.match(letter, { kind: 'consultation', language: 'fr', sensitive: 1 });
  t.notOk(`${letter.subject} ${letter.text}`.includes('Maternity'), 'it does not say where the patient is');
  t.same(
    (await ada.view()).visits.find((each) => each.id === id)?.guests.map(({ kind, name }) => [kind, name]),
    [
      ['interpreter', 'Ivo Interpreter'],
      ['family', 'Her sister'],
      ['family', 'Her brother'],
    ],
  );

  await ada.act(`/clinic/visits/${id}/end`);
  await watching.until('the end', (message) => message.type === 'gone' && message.id === id);
  t.same((await ivo.view()).visits, []);
  t.equal((await ivo.load(`/clinic/visits/${id}/enter`)).status, 404);
});

t.test('an area is suspended, moved into another, and opened again', async (t) => {
  const area = await ward.area({ name: 'Dentist' });
  const to = await ward.area({ name: 'Second dentist' });
  const sam = await ward.colleague('Sam Secretary', [area.id, 'secretary']);
  const eve = await ward.colleague('Dr Eve', [to.id, 'clinician']);
  const patients = [await ward.arrived(area.slug, 'One'), await ward.arrived(area.slug, 'Two')];
  t.equal((await sam.act(`/clinic/areas/${area.id}/message`, { text: 'A little later today.' })).status, 200);
  for (const patient of patients)
    t.same(
      (await patient.hold()).messages.map(({ text }) => text),
      ['A little later today.'],
    );

  t.equal((await sam.act(`/clinic/areas/${area.id}/suspend`)).status, 200);
  t.ok((await sam.view()).areas[0]?.suspendedAt);
  const refused = await ward.patient(area.slug).comeIn({ name: 'Three' });
  t.equal(refused.status, 409);
  t.equal((await patients[0]?.hold())?.state, 'waiting', 'who waits goes on waiting');

  t.equal((await sam.act(`/clinic/areas/${area.id}/transfer`, { to: to.id })).status, 200);
  t.same(
    (await eve.view()).visits.map(({ name }) => name),
    ['One', 'Two'],
  );
  t.same((await sam.view()).visits, []);
  t.equal((await patients[1]?.load(`/w/${area.slug}/wait`))?.headers.location, `/w/${to.slug}/wait`);
  t.equal((await sam.act(`/clinic/areas/${area.id}/resume`)).status, 200);
  t.equal((await ward.patient(area.slug).comeIn({ name: 'Three' })).status, 303);
});

/** What each permission allows, as somebody would try it. */
const attempts = {
  'visits.take': (id: string) => [`/clinic/visits/${id}/take`, {}],
  'visits.put_back': (id: string) => [`/clinic/visits/${id}/put-back`, {}],
  'visits.message': (id: string) => [`/clinic/visits/${id}/message`, { text: 'Soon.' }],
  'visits.bring_in': (id: string) => [`/clinic/visits/${id}/bring-in`, { kind: 'family', name: 'A son' }],
  'visits.call_back': (id: string) => [`/clinic/visits/${id}/call-back`, {}],
  'visits.hand_over': (id: string, areaId: string) => [`/clinic/visits/${id}/hand-over`, { area: areaId }],
  'visits.end': (id: string) => [`/clinic/visits/${id}/end`, {}],
  'area.suspend': (_id: string, areaId: string) => [`/clinic/areas/${areaId}/suspend`, {}],
  'area.transfer': (_id: string, areaId: string) => [`/clinic/areas/${areaId}/transfer`, { to: areaId }],
} as const satisfies Partial<
  Record<
    keyof typeof areaPermissions,
    (id: string, areaId: string) => readonly [string, Record<string, string>]
  >
>;

t.test('each role may what the table says, and to others nothing is there', async (t) => {
  for (const role of [...areaRoles, null]) {
    for (const permission of Object.keys(attempts) as (keyof typeof attempts)[]) {
      const area = await ward.area({ name: `Area of ${role} ${permission}` });
      const doctor = await ward.colleague('Dr Ada', [area.id, 'clinician']);
      const somebody =
        role === null ? await ward.colleague('Stranger') : await ward.colleague('Somebody', [area.id, role]);
      await ward.arrived(area.slug, 'Paul Petit', { email: 'paul@home.example' });
      const id = await doctor.idOf('Paul Petit');
      if (permission !== 'visits.take') await doctor.act(`/clinic/visits/${id}/take`);
      const [path, fields] = attempts[permission](id, area.id);
      const { status } = await somebody.act(path, fields);
      const may = role !== null && mayInArea(role, permission);
      // Into itself nothing is moved: that is not found, too.
      const expected = may && permission !== 'area.transfer' ? 200 : 404;
      t.equal(status, expected, `${role} ${permission}`);
    }
  }
});

t.test('somebody of another organisation sees nothing, whatever their role in the appliance', async (t) => {
  const area = await ward.area({ name: 'Secret' });
  await ward.arrived(area.slug, 'Paul Petit');
  for (const role of ['owner', 'administrator', 'member'] as const) {
    const person = await signedIn(ward.app, role, { organisation: 'Clinic South' });
    const somebody = new Colleague(ward, person);
    t.same((await somebody.view()).visits, [], role);
    t.same((await somebody.view()).areas, [], role);
  }
  // Nor does who leaves the organisation keep a role in its areas.
  const left = await signedIn(ward.app, 'member', { organisation: 'Clinic South' });
  await ward.setRole(left, area.id, 'manager');
  t.same((await new Colleague(ward, left).view()).areas, []);
});

t.test('who loses their role is told nothing more', async (t) => {
  const area = await ward.area({ name: 'Short stay' });
  const ada = await ward.colleague('Dr Ada', [area.id, 'clinician']);
  const watching = await ada.watch();
  await watching.until('the view', ({ type }) => type === 'view');
  await ward.database('area_members').where({ person_id: ada.id }).delete();
  ward.app.app.clinic.feed.publish({ kind: 'area', areaId: area.id });
  await watching.until(
    'the new view',
    (message) => message.type === 'view' && message.view.areas.length === 0,
  );
  const before = watching.messages.length;
  const eve = await ward.colleague('Dr Eve', [area.id, 'clinician']);
  const other = await eve.watch();
  await other.until('the view', ({ type }) => type === 'view');
  await ward.arrived(area.slug, 'Paul Petit');
  // Both are told in the same breath, the earlier socket first.
  await other.until('the arrival', ({ type }) => type === 'visit');
  t.equal(watching.messages.length, before);

  await ward.database('sessions').where({ person_id: eve.id }).delete();
  await ward.pass(0);
  await until('the socket of who is signed out', () => other.closeCode === 4403);
});

t.test('who looks at the waiting patients is in the audit log, once an hour for a session', async (t) => {
  const area = await ward.area({ name: 'Neurology' });
  const later = await ward.area({ name: 'Oncology' });
  const ada = await ward.colleague('Dr Ada', [area.id, 'clinician']);
  const looks = async (person = ada) =>
    (
      await ward.database('audit').where({ action: 'queue.viewed', actor_id: person.id }).orderBy('number')
    ).map((each) => ({ areas: JSON.parse(each.details).areas, organisation: each.organisation_id }));
  const look = { areas: [area.id], organisation: ada.person.organisationId };

  t.same(await looks(), []);
  (await ada.watch()).cut();
  t.same(await looks(), [look], 'by the socket alone');
  await ada.load('/clinic');
  await ada.view();
  t.same(await looks(), [look], 'the page and its socket are one look');

  await ward.database('area_members').insert({
    area_id: later.id,
    person_id: ada.id,
    role: 'clinician',
    gets_letters: 0,
    created_at: ward.now,
  });
  await ada.load('/clinic');
  t.same((await looks())[1]?.areas, [area.id, later.id].sort(), 'another area is another look');

  ward.now += 3_600_000;
  const other = await ward.colleague('Dr Eve', [area.id, 'clinician']);
  await other.load('/clinic');
  await ada.view();
  t.equal((await looks()).length, 3, 'an hour later it is one more');
  t.equal((await looks(other)).length, 1);
});
