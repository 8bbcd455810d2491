import { dirname } from 'node:path';
import type { Database } from './open.ts';

/**
 * Writes the whole file anew, without what was deleted. `secure_delete` overwrites rows that are deleted, but not the
 * copies of them that are left within a page when SQLite had moved rows to other pages before.
 *
 * Needs as much free space again as the file has, twice for a moment. Others wait meanwhile.
 *
 * @param file is the database's own; beside it the copy is put together, as memory may not hold it.
 */
export async function compact(database: Database, file: string): Promise<void> {
  await database.raw(`PRAGMA temp_store_directory = '${dirname(file).replaceAll("'", "''")}'`);
  await database.raw('PRAGMA temp_store = FILE');
  try {
    await database.raw('VACUUM');
  } finally {
    await database.raw('PRAGMA temp_store = MEMORY');
  }
  await emptyJournal(database);
}

/**
 * Puts what stands in the journal (WAL) into the file, and empties it: what was deleted still stands there as well.
 *
 * @throws {Error} when somebody else read the database all the while.
 */
async function emptyJournal(database: Database): Promise<void> {
  const [found]: { busy: number }[] = await database.raw('PRAGMA wal_checkpoint(TRUNCATE)');
  if (found?.busy !== 0)
    throw new Error('The journal of the database could not be emptied: it is being read.');
}
