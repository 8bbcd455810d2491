import { once } from 'node:events';
import { Agent, request } from 'node:https';
import { buffer } from 'node:stream/consumers';
import t from 'tap';
import { attestationOf, isSealed, sealOf, togetherOf } from '../../app/attestations/attestation.ts';
import type { AttestationRow } from '../../app/attestations/store.ts';
import { openDatabase } from '../../app/database/open.ts';
import { roomOf } from '../app/room-row.ts';
import { asBrowser } from '../app/running-app.ts';
import { type SignedIn, signedIn } from '../app/signed-in.ts';
import { Appliance } from '../appliance.ts';
import { until } from '../deadline.ts';
import { SignallingClient } from '../signalling-client.ts';
import { endedMeeting } from '../statistics/meetings-for-tests.ts';

const minute = 60_000;

t.test('how long at least two were there', async (t) => {
  const stay = (from: number, to: number) => ({ joinedAt: from * minute, leftAt: to * minute });
  for (const [why, stays, minutes] of [
    ['nobody', [], 0],
    ['one alone', [stay(0, 30)], 0],
    ['two', [stay(0, 30), stay(5, 20)], 15],
    ['one after the other', [stay(0, 10), stay(10, 20)], 0],
    ['two pairs with a gap', [stay(0, 10), stay(0, 10), stay(20, 25), stay(21, 25)], 14],
    ['three count once', [stay(0, 30), stay(0, 30), stay(0, 30)], 30],
  ] as const)
    t.equal(togetherOf(stays), minutes * minute, why);
});

t.test('which meetings are attested, and that of them nothing is kept that names anybody', async (t) => {
  const meeting = (edition: 'pro' | 'med', people = 2) => {
    const ended = endedMeeting(1_000_000, { people, minutes: 20, organisationId: 'north' }, { edition });
    return { ...ended, place: ended.place && { ...ended.place, personId: 'dr' } };
  };
  t.equal(attestationOf(meeting('med'), 'off'), null);
  t.equal(attestationOf(meeting('pro'), 'med'), null);
  t.equal(attestationOf(meeting('med', 1), 'all'), null, 'nobody met');
  t.equal(attestationOf({ ...meeting('med'), place: null }, 'all'), null, 'a room of nobody');
  const attestation = attestationOf(meeting('med'), 'med');
  t.match(attestation, { personId: 'dr', people: 2, togetherSeconds: 1200, stays: [{ path: null }, {}] });
  t.match(attestationOf(meeting('pro'), 'all'), { edition: 'pro' });
  t.equal(attestationOf(meeting('med', 51), 'med')?.stays.length, 0, 'of many there is only the sum');
  if (attestation === null) throw new Error('there is one');
  const seal = sealOf(attestation, 'key');
  t.ok(isSealed(attestation, seal, 'key'));
  t.ok(isSealed({ ...attestation, personId: null }, seal, 'key'), 'it holds when the account is gone');
  t.notOk(isSealed(attestation, seal, 'other key'));
  t.notOk(isSealed({ ...attestation, togetherSeconds: 1201 }, seal, 'key'));
  t.notOk(isSealed({ ...attestation, stays: [] }, seal, 'key'));
  t.notOk(isSealed(attestation, '', 'key'));
});

t.test('a meeting on a real appliance, from its end to the document', async (t) => {
  const appliance = await Appliance.start({
    sites: [{ host: 'med.example.org', edition: 'med' }],
    rooms: { anyone_can_open: true },
  });
  t.teardown(() => appliance.stop());
  const database = await openDatabase(appliance.databaseFile);
  t.teardown(() => database.destroy());
  const agent = new Agent({ ca: await appliance.authority() });
  t.teardown(() => agent.destroy());
  const get = async (path: string, { headers }: Pick<SignedIn, 'headers'>) => {
    const asked = request(appliance.url(path), {
      agent,
      servername: 'med.example.org',
      headers: { ...asBrowser, ...headers, host: 'med.example.org', 'accept-language': 'en' },
    });
    asked.end();
    const [answer] = await once(asked, 'response');
    return { status: answer.statusCode, headers: answer.headers, body: await buffer(answer) };
  };

  const doctor = await signedIn(appliance, 'member', { name: 'Dr Grace' });
  await roomOf(appliance.databaseFile, doctor, { slug: 'practice' });
  const enter = (cookie?: string) => SignallingClient.open(appliance, cookie === undefined ? {} : { cookie });
  const host = await enter(doctor.headers.cookie);
  await host.join(appliance, { room: 'practice', name: 'Dr Grace' });
  const patient = await enter();
  await patient.join(appliance, { room: 'practice', name: 'Patient Nobody-Knows' });
  await host.notified('participantJoined');
  patient.socket.close(1000);
  await host.notified('participantLeft');
  host.socket.close(1000);

  const [row] = await until(
    'it is written down',
    (): Promise<AttestationRow[]> => database('attestations'),
    (rows) => rows.length === 1,
  );
  if (!row) throw new Error('there is one');
  t.match(row, { person_id: doctor.id, organisation_id: doctor.organisationId, edition: 'med', people: 2 });
  t.notMatch(JSON.stringify(row), /practice|Nobody-Knows|127\.0\.0\.1/);

  const list = await get('/console/attestations', doctor);
  t.equal(list.status, 200);
  t.match(list.body.toString(), `/console/attestations/${row.id}.pdf`);
  const document = await get(`/console/attestations/${row.id}.pdf`, doctor);
  t.equal(document.status, 200);
  t.equal(document.headers['content-type'], 'application/pdf');
  t.equal(document.headers['cache-control'], 'no-store');
  t.equal(document.body.subarray(0, 5).toString(), '%PDF-');
  const issued = await database('audit').where({ action: 'attestation.issued', object_id: row.id });
  t.equal(issued.length, 1);

  const colleague = await signedIn(appliance, 'member', { name: 'Colleague' });
  const administrator = await signedIn(appliance, 'administrator', { name: 'Administrator' });
  const elsewhere = await signedIn(appliance, 'administrator', { organisation: 'Clinic South' });
  for (const [who, person, status] of [
    ['a colleague', colleague, 404],
    ['their administrator', administrator, 200],
    ['another organisation', elsewhere, 404],
  ] as const) {
    t.equal((await get(`/console/attestations/${row.id}.pdf`, person)).status, status, who);
    t.equal(
      (await get('/console/attestations', person)).body.toString().includes(row.id),
      status === 200,
      who,
    );
  }

  await database('attestations').where({ id: row.id }).update({ together_seconds: 3600 });
  t.equal(
    (await get(`/console/attestations/${row.id}.pdf`, doctor)).status,
    409,
    'one that was changed is not issued',
  );
});
