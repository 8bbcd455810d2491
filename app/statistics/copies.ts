import type { Database } from '../database/open.ts';

/**
 * Takes out of a copy of the database what could lead from its facts back to organisations: the key of the month, and
 * the pseudonyms and days. A backup outlives the month, and nobody destroys keys in it. After it was put back, a new
 * key is made; the figures themselves are whole.
 */
export async function stripCopy(database: Database, file: string): Promise<void> {
  await database.raw('ATTACH ? AS copy', [file]);
  try {
    // The setting of the database that it is attached to holds for it too: what is deleted is overwritten.
    await database.raw('DELETE FROM copy.call_keys');
    await database.raw("UPDATE copy.call_facts SET organisation = NULL, day = substr(day, 1, 7) || '-01'");
  } finally {
    await database.raw('DETACH copy');
  }
}
