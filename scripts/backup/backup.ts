import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { create } from 'tar';
import type { Database } from '../../app/database/open.ts';
import { stripCopy } from '../../app/statistics/copies.ts';
import type { DataFolders } from '../../config/data-folder.ts';
import project from '../../package.json' with { type: 'json' };

/** What is in a backup besides the data: `manifest.json`. */
export interface Manifest {
  /** Which of our archives it is. */
  readonly kind: 'linkello backup';
  /** Rises when older versions could not read it any more. */
  readonly format: 1;
  /** The version of Linkello that made it. */
  readonly version: string;
  /** RFC 3339, UTC. */
  readonly madeAt: string;
}

export const MANIFEST = 'manifest.json';

/** Where a backup is put together; one that was broken off leaves it. */
const STAGING = '.backup-';

/**
 * Makes an archive (tar, gzip) of everything that is the app's own: a consistent copy of the database, also while the
 * app writes to it, and the files beside it, which are its secrets, its authority and its account at an ACME
 * authority. Answers the archive as a stream, and what takes the copies away once it is written.
 */
export async function packBackup(
  database: Database,
  { app, database: databaseFile }: Pick<DataFolders, 'app' | 'database'>,
  now: number,
): Promise<{ readonly archive: Readable; readonly clear: () => Promise<void> }> {
  for (const name of await readdir(app)) {
    if (name.startsWith(STAGING)) await rm(join(app, name), { recursive: true });
  }
  const staging = await mkdtemp(join(app, STAGING));
  const clear = () => rm(staging, { recursive: true, force: true });
  try {
    const copy = join(staging, basename(databaseFile));
    // SQLite takes an empty file as it is, with its mode.
    await writeFile(copy, '', { mode: 0o600 });
    await database.raw('VACUUM INTO ?', [copy]);
    await stripCopy(database, copy);
    for (const name of await readdir(app)) {
      if (name.startsWith('.') || name.startsWith(basename(databaseFile))) continue;
      await cp(join(app, name), join(staging, name), { recursive: true, preserveTimestamps: true });
    }
    const manifest: Manifest = {
      kind: 'linkello backup',
      format: 1,
      version: project.version,
      madeAt: new Date(now).toISOString(),
    };
    await writeFile(join(staging, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 });
    const names = (await readdir(staging)).filter((name) => name !== MANIFEST);
    // Told apart from other archives by what comes first. `portable`: without names and numbers of accounts.
    const archive = create({ cwd: staging, gzip: true, portable: true }, [MANIFEST, ...names]);
    return { archive: Readable.from(archive), clear };
  } catch (fault) {
    await clear();
    throw fault;
  }
}
