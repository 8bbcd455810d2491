import t from 'tap';
import { system } from '../../app/audit/audit-log.ts';
import { verifyChain } from '../../app/audit/verification.ts';
import { categories } from '../../app/categories.ts';
import { DAY_MS, HOUR_MS } from '../../app/kernel/clock.ts';
import { verifyCertificates } from '../../app/privacy/retention/certificates.ts';
import { Archive, KEY } from './archive.ts';

/** So much earlier than the last moment things are erased, as the next run may be so much later. */
const LEAD_MS = DAY_MS + 2 * HOUR_MS;

t.test('what is promised in at most 30 days is gone by then, whatever hour runs begin at', async (t) => {
  const archive = await Archive.make(t);
  const organisationId = await archive.organisation('Clinic North', { endedAt: archive.now });
  await archive.person(organisationId, 'Ada Lovelace');
  const limit = archive.now + 30 * DAY_MS;
  // The runs of every night, the longest one of the year among them.
  for (let at = archive.now + 90 * 60_000; at <= limit; at += 25 * HOUR_MS) {
    archive.now = at;
    await archive.retention().run(system);
  }
  t.strictSame(await archive.ids('people'), []);
  t.strictSame(await archive.ids('organisations'), []);
});

t.test('every rule at its boundary', async (t) => {
  const archive = await Archive.make(t);
  const { now } = archive;
  const end = now - 30 * DAY_MS + LEAD_MS;
  const cases = [
    ['at the boundary', end, true],
    ['a millisecond after it', end + 1, false],
  ] as const;
  const staying = await archive.organisation('Clinic that stays');
  const checks: (() => Promise<void>)[] = [];
  for (const [name, at, isOver] of cases) {
    const organisationId = await archive.organisation(`Clinic ${name}`, { endedAt: at });
    const person = await archive.person(organisationId, `Person ${name}`);
    const room = await archive.room(organisationId, person.id, `Room ${name}`);
    const invitation = await archive.invitation(room, `Guest ${name}`);
    const letter = await archive.letter('guest@example.org', { organisationId });
    const own = await archive.letter(person.email, { personId: person.id });
    const stayingRoom = await archive.room(staying, null, 'Room that stays');
    const oneOff = await archive.room(staying, null, `One-off room ${name}`, { expiresAt: at });
    const expired = await archive.invitation(stayingRoom, 'Expired', { expiresAt: at });
    const revoked = await archive.invitation(stayingRoom, 'Revoked', { revokedAt: at });
    const sent = await archive.letter('reader@example.org', { doneAt: at });
    const upload = `import-${isOver}`;
    await archive.database('imports').insert({
      id: upload,
      organisation_id: staying,
      person_id: (await archive.person(staying, `Uploader ${name}`)).id,
      content: 'name,email',
      created_at: isOver ? now - HOUR_MS : now - HOUR_MS + 1,
    });
    const link = `link-${isOver}`;
    await archive.database('sign_ins').insert({
      id: link,
      purpose: 'sign_in',
      wrong_codes: 0,
      wrong_codes_elsewhere: 0,
      return_path: '/',
      created_at: now - 2 * DAY_MS,
      expires_at: isOver ? now - DAY_MS : now - DAY_MS + 1,
    });
    checks.push(async () => {
      const gone: [string, string][] = [
        ['organisations', organisationId],
        ['people', person.id],
        ['rooms', room],
        ['invitations', invitation],
        ['letters', letter],
        ['letters', own],
        ['rooms', oneOff],
        ['invitations', expired],
        ['invitations', revoked],
        ['letters', sent],
        ['imports', upload],
        ['sign_ins', link],
      ];
      for (const [table, id] of gone) {
        t.equal((await archive.ids(table)).includes(id), !isOver, `${table} ${name}`);
      }
    });
  }
  const before = await archive.retention().preview(now);
  const { erased, failed } = await archive.retention().run(system);
  t.strictSame(failed, []);
  t.strictSame(archive.faults, []);
  for (const { category, due } of before) {
    t.equal(erased.get(category) ?? 0, due, `${category}: as many as were foretold`);
  }
  t.ok(before.filter(({ due }) => due > 0).length >= 7, 'most categories had something');
  for (const check of checks) await check();
  const after = await archive.retention().preview(now);
  t.strictSame(
    after.filter(({ due }) => due > 0),
    [],
    'nothing is left to do',
  );
  t.same((await verifyChain({ database: archive.database, key: KEY })).faults, []);
});

t.test('what is in use stays, however late it is', async (t) => {
  const archive = await Archive.make(t);
  const active = await archive.organisation('Clinic North');
  const person = await archive.person(active, 'Ada Lovelace');
  await archive.room(active, person.id, 'Weekly review');
  const ended = await archive.organisation('House', { endedAt: archive.now });
  await archive.person(ended, 'Olive Owner', { role: 'owner' });
  await archive.person(ended, 'Mel Member');
  archive.now += 4000 * DAY_MS;
  await archive.retention().run(system);
  t.same(await archive.database('people').orderBy('name').pluck('name'), ['Ada Lovelace', 'Olive Owner']);
  t.equal((await archive.ids('rooms')).length, 1);
  t.same((await archive.ids('organisations')).length, 2, 'also the one whose owner runs the appliance');
});

t.test('a category that fails does not stop the others, and the run has failed', async (t) => {
  const archive = await Archive.make(t);
  const organisationId = await archive.organisation('Clinic North', { endedAt: archive.now - 40 * DAY_MS });
  const person = await archive.person(organisationId, 'Ada Lovelace');
  await archive.room(organisationId, person.id, 'Weekly review');
  await archive.database.raw(
    "CREATE TRIGGER broken BEFORE DELETE ON rooms BEGIN SELECT RAISE(ABORT, 'broken'); END",
  );
  const { failed, certificate } = await archive.retention().run(system);
  t.strictSame(failed, ['rooms']);
  t.match(archive.faults, [/^rooms: /]);
  t.strictSame(await archive.ids('people'), []);
  t.equal((await archive.ids('rooms')).length, 1);
  t.equal((await archive.ids('organisations')).length, 1, 'with the name that its room belongs to');
  t.match(await archive.database('jobs').first(), { name: 'retention', outcome: 'failed' });
  t.match(await archive.database('retention_runs').where({ number: certificate }).first(), {
    failed: '["rooms"]',
  });
  await archive.database.raw('DROP TRIGGER broken');
  t.strictSame((await archive.retention().run(system)).failed, []);
  t.strictSame(await archive.ids('organisations'), []);
  t.match(await archive.database('jobs').first(), { outcome: 'done' });
});

t.test('certificates: one a run, chained, and a changed one is found', async (t) => {
  const archive = await Archive.make(t);
  const { database } = archive;
  for (let run = 0; run < 3; run += 1) {
    await archive.letter('reader@example.org', { doneAt: archive.now - 40 * DAY_MS });
    await archive.retention().run(system);
    archive.now += DAY_MS;
  }
  t.strictSame(await verifyCertificates(database, KEY), { certificates: 3, faults: [] });
  const [row] = await database('retention_runs').where({ number: 2 });
  const counts: { category: string; records: number }[] = JSON.parse(row.counts);
  t.equal(counts.find(({ category }) => category === 'letters')?.records, 1);
  t.same(
    counts.map(({ category }) => category).sort(),
    categories.flatMap(({ name, store }) => (store ? [name] : [])).sort(),
    'every category is named',
  );

  const faultsAfter = async (statement: string, ...undo: string[]) => {
    await database.raw(statement);
    const { faults } = await verifyCertificates(database, KEY);
    for (const each of undo) await database.raw(each);
    return faults;
  };
  t.strictSame(
    await faultsAfter(
      'UPDATE retention_runs SET counts = replace(counts, \'"records":1\', \'"records":9\') WHERE number = 2',
      `UPDATE retention_runs SET counts = '${row.counts}' WHERE number = 2`,
    ),
    [{ kind: 'changed', number: 2 }],
  );
  await database.raw('CREATE TABLE aside AS SELECT * FROM retention_runs WHERE number = 3');
  t.strictSame(
    await faultsAfter(
      'DELETE FROM retention_runs WHERE number = 3',
      'INSERT INTO retention_runs SELECT * FROM aside',
    ),
    [{ kind: 'end_missing', number: 3 }],
  );
  t.match(await faultsAfter('DELETE FROM retention_runs WHERE number = 2'), [{ kind: 'missing', number: 2 }]);
  t.match((await verifyCertificates(database, 'another-key-of-thirty-two-characters')).faults, [
    { kind: 'changed', number: 1 },
  ]);
});

t.test('an erasure before its time is refused', async (t) => {
  const archive = await Archive.make(t);
  await t.rejects(archive.retention().run(system, archive.now + 1), RangeError);
});
