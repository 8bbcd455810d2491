import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { verifyChain } from '../../app/audit/verification.ts';
import { type Database, openDatabase } from '../../app/database/open.ts';
import { KeptLog } from '../audit/kept-log.ts';
import { insertOwner } from './owner.ts';

/** "Killed with -9 fifty times during writes: nothing acknowledged is lost, nothing half-written is seen." */
const KILLS = 50;

/** Accounts that a writer makes at least before it is killed, and how long it goes on at most, in milliseconds. */
const FEWEST = 3;
const LONGEST_MS = 40;

const program = fileURLToPath(new URL('./writer.ts', import.meta.url));

/** Lets a writer write, kills it somewhere within, and answers what it had acknowledged. */
async function killedWriter(kept: KeptLog): Promise<readonly string[]> {
  const child = spawn(process.execPath, [program, kept.databaseFile, kept.key, 'owner', 'clinic'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const enough = new Promise<void>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.split('\n').length > FEWEST) resolve();
    });
  });
  const closed = once(child, 'close');
  await Promise.race([enough, closed]);
  // At any moment of a write.
  await new Promise((resolve) => setTimeout(resolve, randomInt(LONGEST_MS)));
  child.kill('SIGKILL');
  const [, signal] = await closed;
  if (signal !== 'SIGKILL') throw new Error(`the writer ended by itself:\n${complaint}`);
  return said.split('\n').slice(0, -1);
}

/** What is there of every account but the owner's. */
async function accounts(database: Database) {
  const people: string[] = await database('people').where({ role: 'member' }).pluck('id');
  const words: { person_id: string; words: number }[] = await database('people_words')
    .groupBy('person_id')
    .select('person_id', database.raw('count(*) AS words'));
  const letters: string[] = await database('letters').pluck('person_id');
  const entries: string[] = await database('audit').where({ action: 'person.made' }).pluck('object_id');
  return { people, words, letters, entries };
}

t.test('killed fifty times while it writes, it has all or nothing of each account', async (t) => {
  const kept = await KeptLog.make(0);
  t.teardown(() => kept.remove());
  await insertOwner(kept.database);
  await kept.database.destroy();

  const acknowledged: string[] = [];
  for (let kill = 1; kill <= KILLS; kill += 1) {
    acknowledged.push(...(await killedWriter(kept)));
    const database = await openDatabase(kept.databaseFile);
    try {
      t.strictSame(await database.raw('PRAGMA integrity_check'), [{ integrity_check: 'ok' }]);
      t.strictSame(await database.raw('PRAGMA foreign_key_check'), []);
      const { people, words, letters, entries } = await accounts(database);
      const there = new Set(people);
      t.strictSame(
        acknowledged.filter((id) => !there.has(id)),
        [],
        `after kill ${kill} all of ${acknowledged.length} that were acknowledged are there`,
      );
      const sorted = [...people].sort();
      t.strictSame([...letters].sort(), sorted, 'each with its letter');
      t.strictSame([...entries].sort(), sorted, 'and its entry of the log');
      t.strictSame(words.map(({ person_id }) => person_id).sort(), sorted, 'and its words');
      t.ok(
        words.every((each) => each.words === 6),
        'all of them',
      );
      t.strictSame((await verifyChain({ database, key: kept.key })).faults, []);
    } finally {
      await database.destroy();
    }
  }
  t.ok(acknowledged.length >= KILLS * FEWEST);
});
