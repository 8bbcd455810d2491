import { DatabaseSync } from 'node:sqlite';
import { openDatabase } from '../../app/database/open.ts';
import { type FilledPerson, RowWriter } from './row-writer.ts';

/** How many rows of each kind. Half of everything belongs to the first organisation, the rest to all. */
export interface Amounts {
  readonly organisations: number;
  readonly people: number;
  readonly rooms: number;
  readonly letters: number;
  readonly entries: number;
  /** Facts of meetings, half of them older than they may be. None by default. */
  readonly facts?: number;
}

export interface Filled {
  readonly organisations: readonly string[];
  readonly people: readonly FilledPerson[];
  readonly rooms: readonly string[];
  readonly invitations: readonly string[];
  readonly letters: readonly string[];
}

/**
 * Fills a new database by plain SQL, without waiting for the disk: a hundred thousand accounts take seconds. The audit
 * log is a valid chain.
 *
 * @param key seals the audit log.
 */
export async function fillDatabase(file: string, key: string, amounts: Amounts): Promise<Filled> {
  // The schema is the app's own.
  await (await openDatabase(file)).destroy();
  const database = new DatabaseSync(file);
  try {
    database.exec('PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA cache_size = -400000');
    const indexes = database
      .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql LIKE 'CREATE INDEX%'")
      .all() as { name: string; sql: string }[];
    const writer = new RowWriter(database);
    database.exec('BEGIN');
    // Made once all rows are there, an index takes a fraction of the time.
    for (const { name } of indexes) database.exec(`DROP INDEX ${name}`);
    const organisations = writer.organisations(amounts.organisations);
    const people = writer.people(amounts.people, organisations);
    const { rooms, invitations } = writer.rooms(amounts.rooms, people);
    const letters = writer.letters(amounts.letters, people);
    writer.entries(amounts.entries, { key, people, rooms });
    writer.facts(amounts.facts ?? 0);
    for (const { sql } of indexes) database.exec(sql);
    database.exec('COMMIT');
    database.exec('PRAGMA journal_mode = WAL');
    return { organisations, people, rooms, invitations, letters };
  } finally {
    database.close();
  }
}
