import { access, mkdir, mkdtemp, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar';
import { AuditLog, command } from '../../app/audit/audit-log.ts';
import { type Verification, verifyChain } from '../../app/audit/verification.ts';
import { categories } from '../../app/categories.ts';
import { type Database, openDatabase } from '../../app/database/open.ts';
import { systemClock } from '../../app/kernel/clock.ts';
import { StartFault } from '../../app/kernel/start-fault.ts';
import { ErasureLedger, LEDGER_FILE, type LedgerEntry } from '../../app/privacy/erasure/ledger.ts';
import { replayErasures } from '../../app/privacy/erasure/replay.ts';
import type { DataFolders } from '../../config/data-folder.ts';
import { readOwnSecret } from '../../config/secrets.ts';
import { MANIFEST, type Manifest } from './backup.ts';

export interface Restored {
  readonly manifest: Manifest;
  /** Of the audit log in the backup. */
  readonly verification: Verification;
  readonly people: number;
  readonly rooms: number;
  /** How many people, addresses and organisations were erased again, as they had been since the backup was made. */
  readonly erasedAgain: number;
}

const STAGING = '.restore-';

/**
 * Puts a backup into a data folder without a database. Nothing is in its place before all of it was read and checked.
 * Everybody signs in anew: a session that was ended since, or a link that was used, would be good again. Whoever was
 * erased since the backup was made is erased again, by the ledger that lies in the data folder
 * (app/privacy/erasure/ledger.ts).
 *
 * @throws {StartFault} when there is a database, or the backup cannot be used.
 */
export async function restoreBackup(
  archive: AsyncIterable<Uint8Array>,
  { app, database: databaseFile }: Pick<DataFolders, 'app' | 'database'>,
): Promise<Restored> {
  if (await isThere(databaseFile)) {
    throw new StartFault(
      `There is a database already, ${databaseFile}, and nothing was restored. Stop the appliance and move that file away first; leave what else is there: by ${LEDGER_FILE}, whoever was erased since the backup is erased again.`,
    );
  }
  await mkdir(app, { recursive: true, mode: 0o700 });
  for (const name of await readdir(app)) {
    if (name.startsWith(STAGING)) await rm(join(app, name), { recursive: true });
  }
  const staging = await mkdtemp(join(app, STAGING));
  try {
    await unpack(archive, staging);
    const manifest = await readManifest(staging);
    const files = { database: join(staging, basename(databaseFile)), key: join(staging, 'audit-key') };
    for (const file of Object.values(files)) {
      if (!(await isThere(file))) throw new StartFault(`The backup lacks ${basename(file)}.`);
    }
    const key = await readOwnSecret(files.key);
    const ledger = new ErasureLedger({ key, file: join(staging, LEDGER_FILE) });
    const entries = [...(await ledger.read()), ...(await ledger.read(join(app, LEDGER_FILE)))];
    const found = await prepare(files.database, { key, ledger, entries });
    if (entries.length > 0) await ledger.write(entries);
    await rm(join(staging, MANIFEST));
    await putInPlace(staging, app, basename(databaseFile));
    return { manifest, ...found };
  } finally {
    // Files of a broken archive are still being written for a moment.
    await rm(staging, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

/** Files and folders only, below the folder only, owned by whoever restores. */
async function unpack(archive: AsyncIterable<Uint8Array>, cwd: string): Promise<void> {
  const unpacked = extract({
    cwd,
    strict: true,
    preserveOwner: false,
    filter: (_path, entry) => 'type' in entry && (entry.type === 'File' || entry.type === 'Directory'),
  });
  try {
    await pipeline(archive, unpacked);
  } catch (cause) {
    throw new StartFault('The backup is damaged, cut off, or none at all.', { cause });
  }
}

async function readManifest(folder: string): Promise<Manifest> {
  const text = await readFile(join(folder, MANIFEST), 'utf8').catch(() => '{}');
  const manifest: Partial<Manifest> = JSON.parse(text);
  if (manifest.kind !== 'linkello backup') throw new StartFault('This is no backup of Linkello.');
  if (manifest.format !== 1) {
    throw new StartFault(`The backup was made by a newer version of Linkello (${manifest.version}).`);
  }
  return manifest as Manifest;
}

/** Looks whether the database is whole, and ends what must not come back to life. */
async function prepare(
  file: string,
  {
    key,
    ledger,
    entries,
  }: { readonly key: string; readonly ledger: ErasureLedger; readonly entries: readonly LedgerEntry[] },
): Promise<Omit<Restored, 'manifest'>> {
  const database = await openDatabase(file);
  try {
    const [integrity]: { integrity_check: string }[] = await database.raw('PRAGMA integrity_check(1)');
    const strays: unknown[] = await database.raw('PRAGMA foreign_key_check');
    if (integrity?.integrity_check !== 'ok' || strays.length > 0) {
      throw new StartFault('The database in the backup is damaged.');
    }
    const verification = await verifyChain({ database, key });
    const audit = new AuditLog({ database, key, clock: systemClock });
    await database.transaction(async (transaction) => {
      const sessions = await transaction('sessions').delete();
      await transaction('sign_ins').delete();
      await audit.record(command, { action: 'backup.restored', details: { sessions } }, transaction);
    });
    const clock = systemClock;
    const erasedAgain = await replayErasures({
      database,
      file,
      clock,
      audit,
      key,
      categories,
      ledger,
      entries,
    });
    const found = {
      verification,
      erasedAgain,
      people: await count(database, 'people'),
      rooms: await count(database, 'rooms'),
    };
    // Renamed alone: without what stands in its journal it would not be whole.
    await database.raw('PRAGMA wal_checkpoint(TRUNCATE)');
    return found;
  } finally {
    await database.destroy();
  }
}

async function count(database: Database, table: string): Promise<number> {
  const [found]: { rows: number }[] = await database(table).count({ rows: '*' });
  return found?.rows ?? 0;
}

/** The database last: a folder without one counts as empty. */
async function putInPlace(staging: string, app: string, databaseName: string): Promise<void> {
  const names = (await readdir(staging)).filter((name) => !name.startsWith(databaseName));
  // What is left of a database that was moved away would be taken for a part of this one.
  for (const end of ['-wal', '-shm', '-journal']) await rm(join(app, databaseName + end), { force: true });
  for (const name of [...names, databaseName]) {
    await rm(join(app, name), { recursive: true, force: true });
    await rename(join(staging, name), join(app, name));
  }
  const folder = await open(app);
  await folder.sync();
  await folder.close();
}

function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
