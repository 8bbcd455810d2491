import t, { type Test } from 'tap';
import { type ChainFault, readHead, writeHead } from '../../app/audit/verification.ts';
import { KeptLog } from './kept-log.ts';

/** A log of more rows than are read at once, and what is found after somebody was at it. */
async function found(t: Test, statements: readonly string[], entries = 20): Promise<readonly ChainFault[]> {
  const kept = await KeptLog.make(entries);
  t.teardown(() => kept.remove());
  await kept.tamper(...statements);
  const { faults, faultCount } = await kept.verify();
  t.equal(faultCount, faults.length, 'all are listed');
  return faults;
}

t.test('a log as it was written is whole', async (t) => {
  const kept = await KeptLog.make(1203);
  t.teardown(() => kept.remove());
  const verification = await kept.verify();
  const { number, hash } = await kept.row(1203);
  t.strictSame(verification, { rows: 1203, head: { number, hash }, faults: [], faultCount: 0 });
  await t.rejects(
    kept.database('audit').where({ number: 3 }).update({ action: 'room.deleted' }),
    /append-only/,
  );
  await t.rejects(kept.database('audit').where({ number: 3 }).delete(), /append-only/);
});

t.test('nothing was ever written', async (t) => {
  const kept = await KeptLog.make(0);
  t.teardown(() => kept.remove());
  t.strictSame(await kept.verify(), { rows: 0, head: null, faults: [], faultCount: 0 });
});

t.test('a changed row is named, whatever was changed in it', async (t) => {
  const changes: Readonly<Record<string, string>> = {
    at: 'at + 1',
    action: "'room.deleted'",
    actor_kind: "'system'",
    actor_id: 'NULL',
    organisation_id: "'bbb'",
    object_kind: "'person'",
    object_id: "'room-8'",
    details: `'{"x":1}'`,
    request_id: "''",
    previous_hash: `'${'1'.repeat(64)}'`,
    hash: `'${'1'.repeat(64)}'`,
  };
  const kept = await KeptLog.make(20);
  t.teardown(() => kept.remove());
  await kept.tamper();
  const right = await kept.row(7);
  t.strictSame([...Object.keys(changes), 'number'].sort(), Object.keys(right).sort(), 'every column');
  for (const [column, value] of Object.entries(changes)) {
    await kept.database.raw(`UPDATE audit SET ${column} = ${value} WHERE number = 7`);
    t.strictSame((await kept.verify()).faults, [{ kind: 'changed', number: 7 }], column);
    await kept.database('audit').where({ number: 7 }).update(right);
  }
  t.strictSame((await kept.verify()).faults, []);
});

t.test('the first and the last row changed', async (t) => {
  t.strictSame(await found(t, ["UPDATE audit SET object_id = 'x' WHERE number IN (1, 20)"]), [
    { kind: 'changed', number: 1 },
    { kind: 'changed', number: 20 },
  ]);
});

t.test('missing rows are named', async (t) => {
  t.strictSame(await found(t, ['DELETE FROM audit WHERE number = 7']), [{ kind: 'missing', number: 7 }]);
  t.strictSame(await found(t, ['DELETE FROM audit WHERE number <= 3']), [
    { kind: 'missing_range', number: 1, to: 3 },
  ]);
  // Around the rows that are read at once.
  t.strictSame(await found(t, ['DELETE FROM audit WHERE number BETWEEN 499 AND 502'], 600), [
    { kind: 'missing_range', number: 499, to: 502 },
  ]);
});

t.test('a shortened tail is named, though what is left hangs together', async (t) => {
  t.strictSame(await found(t, ['DELETE FROM audit WHERE number > 17']), [
    { kind: 'shortened', number: 18, to: 20 },
  ]);
  const sealFits =
    'UPDATE audit_head SET number = 17, hash = (SELECT hash FROM audit WHERE number = 17) WHERE only = 1';
  t.strictSame(await found(t, ['DELETE FROM audit WHERE number > 17', sealFits]), [{ kind: 'seal_changed' }]);
  t.strictSame(await found(t, ['DELETE FROM audit WHERE number > 17', 'DELETE FROM audit_head']), [
    { kind: 'seal_missing' },
  ]);
});

t.test('rows in another order are named, with where they come from', async (t) => {
  const swap = [
    'UPDATE audit SET number = -1 WHERE number = 5',
    'UPDATE audit SET number = 5 WHERE number = 9',
    'UPDATE audit SET number = 9 WHERE number = -1',
  ];
  t.strictSame(await found(t, swap), [
    { kind: 'moved', number: 5, from: 9 },
    { kind: 'moved', number: 9, from: 5 },
  ]);
  const closeGap = [
    'DELETE FROM audit WHERE number = 17',
    ...[18, 19, 20].map((number) => `UPDATE audit SET number = ${number - 1} WHERE number = ${number}`),
  ];
  t.strictSame(await found(t, closeGap), [
    { kind: 'moved', number: 17, from: 18 },
    { kind: 'moved', number: 18, from: 19 },
    { kind: 'moved', number: 19, from: 20 },
    { kind: 'shortened', number: 20, to: 20 },
  ]);
});

t.test('added rows are named', async (t) => {
  const copyAs = (number: number | string) =>
    `INSERT INTO audit SELECT ${number}, at, action, actor_kind, actor_id, organisation_id, object_kind, object_id,
      details, request_id, previous_hash, hash FROM audit WHERE number = 20`;
  t.strictSame(await found(t, [copyAs(21)]), [{ kind: 'added', number: 21 }]);
  t.strictSame(await found(t, [copyAs(0)]), [{ kind: 'added', number: 0 }]);
  t.strictSame(await found(t, [copyAs(-3)]), [{ kind: 'added', number: -3 }]);
  const far = '9007199254740993';
  t.match(await found(t, [copyAs(far)]), [{ kind: 'added' }], 'beyond what numbers are exact to');
});

t.test('a log that was emptied is not taken for a new one', async (t) => {
  const people = [
    "INSERT INTO organisations VALUES ('o', 'O', 'o', 'active', 1, NULL, NULL, 1)",
    "INSERT INTO people VALUES ('p', 'o', 'a@b.example', 'A', 'a', 'en', 'owner', 'active', 1, NULL)",
  ];
  t.strictSame(await found(t, [...people, 'DELETE FROM audit', 'DELETE FROM audit_head']), [
    { kind: 'emptied' },
  ]);
  t.strictSame(await found(t, ['DELETE FROM audit']), [{ kind: 'shortened', number: 1, to: 20 }]);
});

t.test('another key is told from twenty changed rows', async (t) => {
  const kept = await KeptLog.make(20);
  const other = await KeptLog.make(0);
  t.teardown(() => Promise.all([kept.remove(), other.remove()]));
  await other.database.raw('ATTACH ? AS kept', [kept.databaseFile]);
  await other.tamper(
    'INSERT INTO main.audit SELECT * FROM kept.audit',
    'INSERT INTO main.audit_head SELECT * FROM kept.audit_head',
  );
  t.strictSame((await other.verify()).faults, [{ kind: 'other_key' }]);
});

t.test('whoever has the key cannot splice two histories', async (t) => {
  const kept = await KeptLog.make(20);
  t.teardown(() => kept.remove());
  await kept.tamper();
  // Row 10 as it might have been, rightly sealed, and the rest left as it is.
  const row = { ...(await kept.row(10)), object_id: 'another' };
  await kept
    .database('audit')
    .where({ number: 10 })
    .update({ ...row, hash: kept.hash(row) });
  t.strictSame((await kept.verify()).faults, [{ kind: 'detached', number: 11 }]);
  const last = { ...(await kept.row(20)), object_id: 'another' };
  await kept
    .database('audit')
    .where({ number: 20 })
    .update({ ...last, hash: kept.hash(last) });
  t.strictSame((await kept.verify()).faults, [
    { kind: 'detached', number: 11 },
    { kind: 'other_end', number: 20 },
  ]);
});

t.test('a note of an earlier end shows what was put back or rewritten since', async (t) => {
  const kept = await KeptLog.make(20);
  t.teardown(() => kept.remove());
  const note = (await kept.verify()).head;
  if (note === null) throw new Error('there is an end');
  t.strictSame(readHead(writeHead(note)), note);
  await kept.log.record({ kind: 'system', id: null, requestId: null }, { action: 'backup.made' });
  t.strictSame((await kept.verify(note)).faults, [], 'the log went on');

  const older = await kept.row(15);
  const head = { number: 15, hash: older.hash };
  await kept.tamper('DELETE FROM audit WHERE number > 15');
  await kept.database('audit_head').update({ ...head, seal: kept.seal(head) });
  t.strictSame((await kept.verify()).faults, [], 'an older copy with its seal is whole by itself');
  t.strictSame((await kept.verify(note)).faults, [{ kind: 'noted_missing', number: 20 }]);
  for (let count = 0; count < 5; count += 1) {
    await kept.log.record({ kind: 'system', id: null, requestId: null }, { action: 'backup.made' });
  }
  t.strictSame((await kept.verify()).faults, [], 'and so is what was written after it');
  t.strictSame((await kept.verify(note)).faults, [{ kind: 'other_than_noted', number: 20 }]);
});

t.test('a note is read as it is written, and nothing else', async (t) => {
  const hash = 'a'.repeat(64);
  t.strictSame(readHead(` 12:${hash}\n`), { number: 12, hash });
  for (const text of [
    '',
    '12',
    `0:${hash}`,
    `-1:${hash}`,
    `1e3:${hash}`,
    `12:${hash}a`,
    `12:${'g'.repeat(64)}`,
  ]) {
    t.equal(readHead(text), null, text);
  }
});

t.test('many faults are counted, and the first hundred listed', async (t) => {
  const kept = await KeptLog.make(300);
  t.teardown(() => kept.remove());
  await kept.tamper("UPDATE audit SET details = '[]' WHERE number > 10");
  const { faults, faultCount } = await kept.verify();
  t.equal(faultCount, 290);
  t.equal(faults.length, 100);
  t.strictSame(faults[0], { kind: 'changed', number: 11 });
});
