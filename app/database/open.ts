import { chmod, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import knex, { type Knex } from 'knex';
import { StartFault } from '../kernel/start-fault.ts';
import { migrate } from './migrate.ts';

/** Everything that runs a statement: the database, or a transaction in it. */
export type Database = Knex;
export type Transaction = Knex.Transaction;

/** How long a statement waits for another process that writes, in milliseconds. */
const BUSY_MS = 10_000;

/**
 * - WAL: readers do not wait for the one who writes; `synchronous=FULL`: what was answered survives a power cut.
 * - `secure_delete`: what is deleted is overwritten with zeros, also in pages that are free.
 * - `trusted_schema=OFF`: a changed schema runs no function that could do harm.
 */
const PRAGMAS = `
  PRAGMA busy_timeout = ${BUSY_MS};
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA foreign_keys = ON;
  PRAGMA secure_delete = ON;
  PRAGMA trusted_schema = OFF;
  PRAGMA temp_store = MEMORY;
  PRAGMA cache_size = -32768;
`;

/** Knex would print to standard output what it throws anyway. */
export const silence = { warn() {}, error() {}, deprecate() {}, debug() {} };

interface Connection {
  exec(sql: string, done: (fault: Error | null) => void): void;
}

/**
 * Opens the database, made anew where there is none, and brings its schema up to date. One connection: SQLite writes
 * one at a time anyway. `destroy()` closes it.
 *
 * @throws {StartFault} when the file cannot be opened, is none of ours or comes from a newer version.
 */
export async function openDatabase(file: string): Promise<Database> {
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    // SQLite gives its other files (WAL, index) the mode of this one.
    await (await open(file, 'a', 0o600)).close();
    await chmod(file, 0o600);
  } catch (cause) {
    throw new StartFault(`The database ${file} cannot be made or written (${codeOf(cause)}).`, { cause });
  }
  const database = knex({
    client: 'sqlite3',
    connection: { filename: file },
    useNullAsDefault: true,
    // A fault's message goes into the log, and values are what people typed.
    compileSqlOnError: false,
    log: silence,
    pool: {
      min: 1,
      max: 1,
      afterCreate: (connection: Connection, done: (fault: Error | null, connection: Connection) => void) =>
        connection.exec(PRAGMAS, (fault) => done(fault, connection)),
    },
  });
  lockFirst(database.client);
  try {
    await migrate(database);
    return database;
  } catch (cause) {
    await database.destroy();
    if (cause instanceof StartFault) throw cause;
    throw new StartFault(`The database ${file} cannot be opened (${codeOf(cause)}).`, { cause });
  }
}

/** The parts of knex's client and its transactions that are changed here; they have no types. */
interface Client {
  transaction(...args: readonly unknown[]): {
    begin(connection: unknown): unknown;
    query(connection: unknown, sql: string): unknown;
  };
}

/**
 * Lets transactions take the write lock when they begin. By SQLite's own default they take it at their first write,
 * and where another process (the command line) wrote since their first read, that write fails for good instead of
 * waiting (SQLITE_BUSY_SNAPSHOT).
 */
function lockFirst(client: Client): void {
  const begun = client.transaction.bind(client);
  client.transaction = (...args) => {
    const transaction = begun(...args);
    transaction.begin = (connection) => transaction.query(connection, 'BEGIN IMMEDIATE;');
    return transaction;
  };
}

function codeOf(thrown: unknown): string {
  const { code } = Object(thrown) as { code?: unknown };
  return typeof code === 'string' ? code : 'unknown error';
}
