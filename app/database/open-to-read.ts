import { access } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import knex from 'knex';
import { StartFault } from '../kernel/start-fault.ts';
import { stepsToDo } from './migrate.ts';
import { type Database, silence } from './open.ts';

/**
 * Opens a database that is there, of this version, and changes nothing in it. The app may run or not. `destroy()`
 * closes it.
 *
 * @throws {StartFault} when there is none, it is damaged, or comes from another version.
 */
export async function openToRead(file: string): Promise<Database> {
  const isThere = await access(file).then(
    () => true,
    () => false,
  );
  if (!isThere)
    throw new StartFault(`There is no database ${file}. The appliance makes it at its first start.`);
  const database = knex({
    client: 'sqlite3',
    // Knex always asks to write; the address of a file may say otherwise (sqlite.org/uri.html).
    connection: { filename: `${pathToFileURL(file)}?mode=ro`, flags: ['OPEN_URI'] },
    log: silence,
    useNullAsDefault: true,
    // A fault's message goes into the log, and values are what people typed.
    compileSqlOnError: false,
    pool: { min: 1, max: 1 },
  });
  try {
    await database.raw('PRAGMA busy_timeout = 10000');
    await database.raw('PRAGMA trusted_schema = OFF');
    const [missing] = await stepsToDo(database);
    if (missing !== undefined) {
      throw new StartFault(
        `The database ${file} is of an older version (without step ${missing.name}). Start the appliance once; it brings it up to date.`,
      );
    }
    return database;
  } catch (cause) {
    await database.destroy();
    if (cause instanceof StartFault) throw cause;
    const { code } = Object(cause) as { code?: unknown };
    throw new StartFault(
      `The database ${file} cannot be read (${typeof code === 'string' ? code : 'unknown error'}).`,
      { cause },
    );
  }
}
