import t from 'tap';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../app/kernel/clock.ts';
import { newId } from '../../app/kernel/ids.ts';
import { load, send, textOf } from '../app/form.ts';
import { signedIn } from '../app/signed-in.ts';
import { AppointmentWard } from './appointment-ward.ts';
import appointmentExample from './fhir/appointment-example.json' with { type: 'json' };
import slotExample from './fhir/slot-example.json' with { type: 'json' };
import { FhirClient, faultsOf } from './fhir-client.ts';

/** HL7 FHIR R4 for a hospital's own system, with the examples of the standard. Every answer is held to HL7's schema. */

const ward = await AppointmentWard.open();
t.teardown(() => ward.close());
const area = await ward.area({ name: 'Cardiology' });
const clara = await ward.staff('Clara Clinician', area.id, 'clinician');
const administrator = await signedIn(ward.app, 'administrator');

async function tokenOf(by = administrator): Promise<string> {
  const page = await send(ward.app, by, '/console/service-tokens/new', { name: `System ${newId()}` });
  return /value="([\w-]{43})"/.exec(page.text)?.[1] ?? 'no token was shown';
}
const hospital = new FhirClient(ward.app, await tokenOf());
const foreign = new FhirClient(
  ward.app,
  await tokenOf(await signedIn(ward.app, 'administrator', { organisation: 'Clinic South' })),
);

const iso = (at: number) => new Date(at).toISOString();
let hours = 0;
/** The standard's example, at a time to come and in our area. */
function example(changes: Record<string, unknown> = {}, actors: readonly unknown[] = []) {
  hours += 1;
  const startsAt = ward.now + 2 * DAY_MS + hours * HOUR_MS;
  const { id: _id, ...rest } = appointmentExample;
  const [patient] = appointmentExample.participant;
  return {
    ...rest,
    start: iso(startsAt),
    end: iso(startsAt + 20 * MINUTE_MS),
    participant: [
      patient,
      { actor: { reference: `HealthcareService/${area.id}` }, status: 'accepted' },
      ...actors,
    ],
    ...changes,
  };
}
const contained = (email: string) => ({
  contained: [
    {
      resourceType: 'Patient',
      id: 'p',
      name: [{ use: 'official', family: 'Zola', given: ['Émilie', 'Anne'] }],
      telecom: [
        { system: 'phone', value: '+33 1 00 00 00 00' },
        { system: 'email', value: email },
      ],
      communication: [{ language: { coding: [{ system: 'urn:ietf:bcp:47', code: 'fr-FR' }] } }],
    },
  ],
  participant: [
    { actor: { reference: '#p' }, status: 'needs-action' },
    { actor: { reference: `HealthcareService/${area.id}` }, status: 'accepted' },
    { actor: { type: 'Practitioner', identifier: { value: clara.email } }, status: 'accepted' },
  ],
});

t.test('the examples are the standard’s, and the schema tells them from others', async (t) => {
  t.same(faultsOf(appointmentExample), []);
  t.same(faultsOf(slotExample), []);
  t.not(faultsOf({ ...appointmentExample, start: 'soon' }).length, 0);
});

t.test('what is spoken here is said to everybody', async (t) => {
  const { status, body } = await new FhirClient(ward.app, null).get('/metadata');
  t.equal(status, 200);
  t.match(body, { resourceType: 'CapabilityStatement', fhirVersion: '4.0.1' });
});

t.test('nobody comes in without a token that counts, whatever else they bring', async (t) => {
  const nobody = new FhirClient(ward.app, null);
  for (const [client, headers] of [
    [nobody, {}],
    [nobody, administrator.headers],
    [new FhirClient(ward.app, 'x'.repeat(43)), {}],
    [new FhirClient(ward.app, 'short'), {}],
  ] as const) {
    const answer = await client.get('/Appointment', { ...headers });
    t.equal(answer.status, 401);
    t.equal(answer.headers['www-authenticate'], 'Bearer');
    t.match(answer.body, { resourceType: 'OperationOutcome', issue: [{ code: 'login' }] });
    t.equal((await client.post('/Appointment', example(), { ...headers })).status, 401);
  }
  const token = await tokenOf();
  const client = new FhirClient(ward.app, token);
  t.equal((await client.get('/Schedule')).status, 200);
  const stored: { token_hash: string }[] = await ward.database('service_tokens').select('token_hash');
  t.notOk(
    stored.some(({ token_hash }) => token_hash === token),
    'it is stored as a hash',
  );
  const { id } = await ward.database('service_tokens').orderByRaw('rowid DESC').first();
  t.equal((await send(ward.app, administrator, `/console/service-tokens/${id}/revoke`)).status, 303);
  t.equal((await client.get('/Schedule')).status, 401, 'nor with one that was revoked');
  t.notMatch((await load(ward.app, administrator, '/console/service-tokens')).text, token, 'nor read again');
});

t.test('the standard’s example becomes an appointment; nothing medical of it is kept', async (t) => {
  const made = await hospital.post(
    '/Appointment',
    example({ identifier: [{ system: 'urn:h', value: 'A-1' }] }),
  );
  t.equal(made.status, 201, JSON.stringify(made.body));
  const { id } = made.body;
  t.match(made.headers.location, new RegExp(`/fhir/Appointment/${id}$`));
  t.equal(made.headers.etag, 'W/"1"');
  const read = await hospital.get(`/Appointment/${id}`);
  t.strictSame(read.body, made.body);
  t.match(read.body, {
    status: 'booked',
    identifier: [{ system: 'urn:h', value: 'A-1' }],
    minutesDuration: 20,
    participant: [{ actor: { display: 'Peter James Chalmers' }, status: 'needs-action' }],
  });
  const row = JSON.stringify(await ward.row(id));
  t.notMatch(row, /MRI|burn|FOLLOWUP/);
  const link = read.body.extension[0].extension[0].valueUrl;
  t.equal((await ward.page(new URL(link).pathname)).status, 200, 'the hospital can pass the link on');
});

t.test('a contained patient gets a letter; their answer is read back', async (t) => {
  const made = await hospital.post('/Appointment', example(contained('zola@example.org')));
  t.equal(made.status, 201, JSON.stringify(made.body));
  const letter = await ward.lastLetter('zola@example.org');
  t.match(letter.text, 'Émilie Anne Zola');
  t.match(letter.subject, 'Votre rendez-vous');
  t.match(letter.text, 'Clara Clinician');
  await ward.press(`${ward.linkIn(letter)}/confirm`);
  const { body, headers } = await hospital.get(`/Appointment/${made.body.id}`);
  t.equal(body.participant[0].status, 'accepted');
  t.equal(body.participant[1].actor.reference, `Practitioner/${clara.id}`);
  t.equal(headers.etag, 'W/"2"');
});

t.test('updated and cancelled, by the version that was read', async (t) => {
  const { body } = await hospital.post('/Appointment', example(contained('change@example.org')));
  const path = `/Appointment/${body.id}`;
  const later = { ...body, start: iso(ward.now + 9 * DAY_MS), end: iso(ward.now + 9 * DAY_MS + HOUR_MS) };
  const moved = await hospital.put(path, later, { 'if-match': 'W/"1"' });
  t.equal(moved.status, 200, JSON.stringify(moved.body));
  t.match(moved.body, { minutesDuration: 60, meta: { versionId: '2' } });
  const late = await hospital.put(path, later, { 'if-match': 'W/"1"' });
  t.equal(late.status, 412);
  t.match(late.body.issue[0], { code: 'conflict' });
  t.equal((await hospital.put(path, { ...later, id: 'another' })).status, 400);

  const cancelled = await hospital.put(path, { ...moved.body, status: 'cancelled' });
  t.match(cancelled, { status: 200, body: { status: 'cancelled', meta: { versionId: '3' } } });
  t.equal((await hospital.put(path, { ...moved.body, status: 'cancelled' })).body.meta.versionId, '3');
  t.equal((await hospital.put(path, { ...moved.body, status: 'booked' })).status, 422);
  t.same(
    (await ward.letters('change@example.org')).map(({ kind }) => kind),
    ['appointment', 'appointment', 'appointment_cancelled'],
    'what moved was told as if for the first time, as nobody had the first letter yet',
  );
});

t.test('free times: made by the standard’s example, taken by one alone, free again', async (t) => {
  const startsAt = ward.now + 20 * DAY_MS;
  const times = { start: iso(startsAt), end: iso(startsAt + 15 * MINUTE_MS) };
  const { id: _id, ...rest } = slotExample;
  const slot = await hospital.post('/Slot', {
    ...rest,
    ...times,
    schedule: { reference: `Schedule/${area.id}-${clara.id}` },
  });
  t.equal(slot.status, 201, JSON.stringify(slot.body));
  const wanted = () =>
    example({ slot: [{ reference: `Slot/${slot.body.id}` }], start: undefined, end: undefined });
  const answers = await Promise.all([
    hospital.post('/Appointment', wanted()),
    hospital.post('/Appointment', wanted()),
    hospital.post('/Appointment', wanted()),
  ]);
  t.same(answers.map(({ status }) => status).sort(), [201, 409, 409]);
  const made = answers.find(({ status }) => status === 201)?.body;
  t.match(made, { ...times, participant: [{}, { actor: { reference: `Practitioner/${clara.id}` } }] });
  const read = async () => (await hospital.get(`/Slot/${slot.body.id}`)).body;
  t.equal((await read()).status, 'busy');
  t.equal((await hospital.put(`/Slot/${slot.body.id}`, { ...(await read()), status: 'free' })).status, 409);
  await hospital.put(`/Appointment/${made.id}`, { ...made, status: 'cancelled' });
  t.equal((await read()).status, 'free');
  const away = await hospital.put(`/Slot/${slot.body.id}`, { ...(await read()), status: 'busy-unavailable' });
  t.match(away, { status: 200, body: { status: 'busy-unavailable' } });
  t.equal((await hospital.post('/Appointment', wanted())).status, 409);
  const search = `/Slot?schedule=Schedule/${area.id}&start=ge${times.start.slice(0, 10)}&status=busy-unavailable`;
  t.same(
    (await hospital.all(search)).map(({ id }) => id),
    [slot.body.id],
  );
});

t.test('asked twice for the same it is made once', async (t) => {
  const identifier = [{ system: 'urn:h', value: `E-${newId()}` }];
  const once = { 'if-none-exist': `identifier=urn:h|${identifier[0]?.value}` };
  const first = await hospital.post('/Appointment', example({ identifier }), once);
  const second = await hospital.post('/Appointment', example({ identifier }), once);
  t.same([first.status, second.status], [201, 200]);
  t.equal(first.body.id, second.body.id);
  const third = await hospital.post('/Appointment', example({ identifier }));
  t.match(third, { status: 409, body: { issue: [{ code: 'duplicate' }] } });
});

t.test('searched page by page, by day, status, identifier and place', async (t) => {
  const day = ward.now + 40 * DAY_MS;
  const ids: string[] = [];
  for (let each = 0; each < 5; each += 1) {
    const times = { start: iso(day + each * HOUR_MS), end: iso(day + each * HOUR_MS + 15 * MINUTE_MS) };
    ids.push((await hospital.post('/Appointment', example(times))).body.id);
  }
  const from = `date=ge${iso(day)}&date=lt${iso(day + DAY_MS)}`;
  const found = async (query: string) => (await hospital.all(`/Appointment?${query}`)).map(({ id }) => id);
  t.same(await found(`${from}&_count=2`), ids);
  t.same(await found(`${from}&actor=HealthcareService/${area.id}`), ids);
  t.same(await found(`${from}&actor=HealthcareService/${newId()}`), []);
  t.same(await found(`${from}&status=cancelled`), []);
  t.equal((await found('identifier=urn:h|A-1')).length, 1);
  t.equal((await hospital.get('/Appointment?date=yesterday')).status, 400);
  t.equal((await hospital.get('/Appointment?colour=red')).status, 200);
  t.equal((await hospital.get('/Appointment?colour=red', { prefer: 'handling=strict' })).status, 400);
});

t.test('another organisation’s are as if they were not there', async (t) => {
  const { body } = await hospital.post('/Appointment', example());
  const absent = await foreign.get(`/Appointment/${'f'.repeat(24)}`);
  t.strictSame((await foreign.get(`/Appointment/${body.id}`)).body, absent.body);
  t.equal((await foreign.put(`/Appointment/${body.id}`, body)).status, 404);
  t.equal((await foreign.post('/Appointment', example())).status, 422, 'nor is its area');
  t.same(await foreign.all('/Appointment'), []);
  t.same(await foreign.all('/Slot'), []);
  t.same(await foreign.all('/Schedule'), []);
  t.equal((await hospital.all('/Schedule')).length, 2, 'the area’s, and its clinician’s');
  t.equal((await hospital.get(`/HealthcareService/${area.id}`)).body.name, 'Cardiology');
});

t.test('what is wrong is said, with its place', async (t) => {
  const wrong = async (resource: unknown, headers: Record<string, string> = {}) => {
    const { status, body } = await hospital.post('/Appointment', resource, headers);
    return [status, body.issue[0].code, body.issue[0].expression?.[0]];
  };
  t.same(await wrong(appointmentExample), [422, 'business-rule', 'Appointment.start'], 'over since 2013');
  t.same(await wrong({ resourceType: 'Patient' }), [400, 'structure', undefined]);
  t.same(await wrong('{"resourceType":'), [400, 'structure', undefined]);
  t.same(await wrong('<Appointment/>', { 'content-type': 'application/fhir+xml' }), [
    415,
    'not-supported',
    undefined,
  ]);
  t.same(await wrong(example({ status: 'proposed' })), [422, 'not-supported', 'Appointment.status']);
  t.same(await wrong(example({ status: 'cancelled' })), [422, 'business-rule', 'Appointment.status']);
  t.same(await wrong(example({ start: '2027-01-05' })), [400, 'value', 'Appointment.start']);
  t.same(await wrong(example({ start: '2027-02-31T10:00:00Z' })), [400, 'value', 'Appointment.start']);
  t.same(await wrong(example({ end: undefined })), [422, 'required', 'Appointment.end']);
  t.same(await wrong(example({ participant: undefined })), [422, 'required', 'Appointment.participant']);
  t.same(await wrong(example({ modifierExtension: [{ url: 'urn:x', valueBoolean: true }] })), [
    422,
    'not-supported',
    'Appointment.modifierExtension',
  ]);
  t.same(await wrong(example({ slot: [{ reference: `Slot/${newId()}` }] })), [
    422,
    'business-rule',
    'Appointment.slot[0]',
  ]);
  t.same(await wrong(example({}, [{ actor: { reference: 'Practitioner/nobody' }, status: 'accepted' }])), [
    422,
    'business-rule',
    'Appointment.participant.actor',
  ]);
  t.same(await wrong({ ...example(), description: 'x'.repeat(70_000) }), [413, 'structure', undefined]);
  t.same(await wrong('{"__proto__": {"isOwner": true}}'), [400, 'structure', undefined]);
  t.equal((await hospital.get('/Patient/example')).status, 404);
  t.equal((await hospital.get('/Appointment', { accept: 'application/fhir+xml' })).status, 406);
});

t.test('who did it is in the audit log: a program, by the id of its token', async (t) => {
  const { body } = await hospital.post('/Appointment', example());
  const entry = await ward.database('audit').where({ object_id: body.id }).first();
  t.match(entry, { action: 'appointment.made', actor_kind: 'system' });
  t.match(JSON.parse(entry.details), { serviceToken: /^[0-9a-f]{24}$/ });
  t.notMatch(entry.details, /Chalmers/);
  t.match(textOf(await load(ward.app, clara, `/console/appointments/${body.id}`)), 'Peter James Chalmers');
});
