import t from 'tap';
import { attestationOf, sealOf } from '../../app/attestations/attestation.ts';
import { attestationStore } from '../../app/attestations/attestation-data.ts';
import { addAttestation } from '../../app/attestations/store.ts';
import { Archive } from '../privacy/archive.ts';
import { endedMeeting } from '../statistics/meetings-for-tests.ts';

const DAY_MS = 86_400_000;

t.test('attestations are found, erased, held, and gone when their time is over', async (t) => {
  const archive = await Archive.make(t);
  const { database, now } = archive;
  const north = await archive.organisation('Clinic North');
  const grace = await archive.person(north, 'Grace');
  const henry = await archive.person(north, 'Henry');
  const attest = async (organisationId: string, personId: string, daysAgo: number) => {
    const ended = endedMeeting(now - daysAgo * DAY_MS - 1_800_000, {
      people: 2,
      minutes: 30,
      organisationId,
    });
    const place = ended.place && { ...ended.place, personId };
    const attestation = attestationOf({ ...ended, place }, 'all');
    if (attestation === null) throw new Error('two people met');
    await addAttestation(database, attestation, sealOf(attestation, 'key'));
  };
  const terms = {
    now,
    serviceDays: 30,
    relationshipDays: 1095,
    invitationDays: 30,
    attestationDays: 365,
    letterDays: 30,
    heldIds: new Set<string>(),
  };
  await attest(north, grace.id, 10);
  await attest(north, grace.id, 363);
  await attest(north, grace.id, 365);
  await attest(north, henry.id, 400);
  await attest('an organisation that is gone', grace.id, 10);
  const count = async () => Number((await database('attestations').count({ count: '*' }))[0]?.count);
  t.equal(await count(), 4, 'nothing is written down for an organisation that is gone');
  await attest(north, 'somebody who is gone', 5);
  t.match(await database('attestations').whereNull('person_id'), [{ organisation_id: north }]);

  const person = { kind: 'person', ...grace } as const;
  const collected = await attestationStore.collect(database, person);
  t.match(collected, [{ people: 2, togetherSeconds: 1800 }, {}, {}]);
  t.equal((await attestationStore.collect(database, { kind: 'organisation', id: north })).length, 5);
  t.equal((await attestationStore.collect(database, { kind: 'address', email: henry.email })).length, 1);

  t.same(await attestationStore.count(database, terms), { total: 5, due: 2 });
  const held = { ...terms, heldIds: new Set([henry.id]) };
  const expire = (by: typeof terms) =>
    database.transaction((transaction) => attestationStore.expire(transaction, by, 100));
  t.equal(await expire(held), 1, 'what is held stays');
  t.equal(await expire(terms), 1);
  t.equal(await expire(terms), 0);
  t.equal(await count(), 3);

  t.equal(await database.transaction((transaction) => attestationStore.erase(transaction, person)), 2);
  t.equal(await count(), 1);
  await database('organisations')
    .where({ id: north })
    .update({ status: 'ended', ended_at: now - 31 * DAY_MS });
  t.equal(await expire(terms), 1, 'with the organisation everything of it goes');
});
