import type { Knex } from 'knex';
import { StartFault } from '../kernel/start-fault.ts';
import type { Migration } from './migration.ts';
import { identity } from './migrations/0001-identity.ts';
import { letters } from './migrations/0002-letters.ts';
import { rooms } from './migrations/0003-rooms.ts';
import { audit } from './migrations/0004-audit.ts';
import { jobs } from './migrations/0005-jobs.ts';
import { privacy } from './migrations/0006-privacy.ts';
import { statistics } from './migrations/0007-statistics.ts';
import { meetingRules } from './migrations/0008-meeting-rules.ts';
import { clinic } from './migrations/0009-clinic.ts';
import { appointments } from './migrations/0010-appointments.ts';
import { audience } from './migrations/0011-audience.ts';
import { requestVisits } from './migrations/0012-request-visits.ts';

const migrations: readonly Migration[] = [
  identity,
  letters,
  rooms,
  audit,
  jobs,
  privacy,
  statistics,
  meetingRules,
  clinic,
  appointments,
  audience,
  requestVisits,
];

/** Brings the schema up to date, each step in a transaction of its own with the note that it was done. */
export async function migrate(database: Knex): Promise<void> {
  await database.raw(
    'CREATE TABLE IF NOT EXISTS schema_steps (name TEXT PRIMARY KEY, done_at INTEGER NOT NULL) STRICT',
  );
  for (const { name, sql } of await stepsToDo(database)) {
    await database.transaction(async (transaction) => {
      for (const statement of statementsOf(sql)) await transaction.raw(statement);
      await transaction('schema_steps').insert({ name, done_at: Date.now() });
    });
  }
}

/**
 * The steps that the schema lacks.
 *
 * @throws {StartFault} when it has one that this version does not know.
 */
export async function stepsToDo(database: Knex): Promise<readonly Migration[]> {
  const done = new Set<string>(await database('schema_steps').pluck('name'));
  const known = new Set(migrations.map(({ name }) => name));
  const newer = [...done].find((name) => !known.has(name));
  if (newer !== undefined) {
    throw new StartFault(
      `The database was written by a newer version of Linkello (step ${newer}). Run that version, or restore a backup.`,
    );
  }
  return migrations.filter(({ name }) => !done.has(name));
}

/** Statements end with a semicolon at the end of a line that is not indented further: triggers hold others within. */
function statementsOf(sql: string): string[] {
  return sql
    .split(/;\n(?! )/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}
