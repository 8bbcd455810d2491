import { createWriteStream } from 'node:fs';
import { link, lstat, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AuditLog, command } from '../../app/audit/audit-log.ts';
import { type Database, openDatabase } from '../../app/database/open.ts';
import { openToRead } from '../../app/database/open-to-read.ts';
import { systemClock } from '../../app/kernel/clock.ts';
import { StartFault } from '../../app/kernel/start-fault.ts';
import { dataFolders } from '../../config/data-folder.ts';
import { loadConfig } from '../../config/load.ts';
import { readSecret } from '../../config/secrets.ts';
import { packBackup } from '../backup/backup.ts';

/**
 * `linkello backup FILE`: one file, of mode 0600, with everything that the app owns; `-` for standard output. The app
 * may run. Never overwrites. Exit 0, 1 if something is in the way, 2 for a wrong use or configuration.
 */
export async function run(args: readonly string[]): Promise<number> {
  const [file, ...others] = args;
  if (file === undefined || file === '' || others.length > 0 || /^-./.test(file)) {
    process.stderr.write('Usage: linkello backup FILE\n\n  FILE  must not be there; - for standard output\n');
    return 2;
  }
  const config = await loadConfig();
  const folders = dataFolders(config.dataFolder);
  if (file !== '-') await refuseExisting(file);
  // Tells what is wrong with it; opening it to write would make one, or change another version's.
  await (await openToRead(folders.database)).destroy();
  const database = await openDatabase(folders.database);
  try {
    const audit = new AuditLog({ database, key: await readSecret(config, 'audit'), clock: systemClock });
    const bytes = await noted(database, audit, async () => {
      const { archive, clear } = await packBackup(database, folders, systemClock());
      try {
        return await (file === '-' ? toStandardOutput(archive) : toNewFile(archive, file));
      } finally {
        await clear();
      }
    });
    const size = `${(bytes / 1e6).toFixed(1)} MB`;
    process.stderr.write(
      `${file === '-' ? 'Backup' : file}: ${size}. It holds keys and personal data: keep it where only you can read it.\n`,
    );
    return 0;
  } finally {
    await database.destroy();
  }
}

/** Does the work, and writes for the console when it began and how it went. */
async function noted<Result>(
  database: Database,
  audit: AuditLog,
  work: () => Promise<Result>,
): Promise<Result> {
  const job = { name: 'backup', started_at: systemClock(), ended_at: null, outcome: null };
  await database('jobs').insert(job).onConflict('name').merge();
  const end = (outcome: 'done' | 'failed') => ({ ended_at: systemClock(), outcome });
  try {
    const result = await work();
    await database.transaction(async (transaction) => {
      await transaction('jobs').where({ name: job.name }).update(end('done'));
      await audit.record(command, { action: 'backup.made' }, transaction);
    });
    return result;
  } catch (fault) {
    await database('jobs').where({ name: job.name }).update(end('failed'));
    throw fault;
  }
}

async function toStandardOutput(archive: Readable): Promise<number> {
  let bytes = 0;
  archive.on('data', (part: Buffer) => {
    bytes += part.length;
  });
  await pipeline(archive, process.stdout, { end: false });
  return bytes;
}

/** The file is there when all of it is on the disk, and not before. */
async function toNewFile(archive: Readable, file: string): Promise<number> {
  const partial = `${file}.partial`;
  await rm(partial, { force: true });
  try {
    const written = createWriteStream(partial, { flags: 'wx', mode: 0o600, flush: true });
    await pipeline(archive, written);
    await name(partial, file);
    return written.bytesWritten;
  } finally {
    await rm(partial, { force: true });
  }
}

/** Unlike a renamed file, a linked one never takes the place of another; but not every file system knows links. */
async function name(partial: string, file: string): Promise<void> {
  try {
    await link(partial, file);
  } catch {
    await refuseExisting(file);
    await rename(partial, file);
  }
  const folder = await open(dirname(file));
  await folder.sync();
  await folder.close();
}

async function refuseExisting(file: string): Promise<void> {
  const isThere = await lstat(file).then(
    () => true,
    () => false,
  );
  if (isThere) throw new StartFault(`${file} is there already and is not overwritten.`);
}
