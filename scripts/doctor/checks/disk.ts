import { randomBytes } from 'node:crypto';
import { stat, statfs, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { dataFolders } from '../../../config/data-folder.ts';
import { type Finding, findingsOf } from '../catalogue.ts';
import type { Check } from '../check.ts';

const found = findingsOf('disk');

const GB = 1e9;
const MB = 1e6;
/** Shares and bytes below which there is little left, and next to nothing. */
const LOW = { share: 0.1, bytes: 2 * GB };
const FULL = { share: 0.02, bytes: 200 * MB };

/** As much as a file system hands out at once, so that a full one is noticed. */
const TRIAL_BYTES = 4096;

/** Room and inodes on every file system that the data is on, and whether the app can write where it must. */
export const disk: Check = {
  name: 'disk',
  deadlineMs: 5_000,
  async examine({ config: { dataFolder } }) {
    const { app, media, turn, host, tls } = dataFolders(dataFolder);
    const devices = new Map<number, string>();
    // In containers each folder is a volume of its own.
    for (const folder of [dataFolder, app, media, turn, host, tls]) {
      const device = await deviceOf(folder);
      if (device !== null && !devices.has(device)) devices.set(device, folder);
    }
    const isThere = (await deviceOf(dataFolder)) !== null;
    const folders = isThere ? [...devices.values()] : [await nearest(dataFolder)];
    const measured = await Promise.all(folders.map(measure));
    const written = isThere ? await Promise.all([app, tls].map(tryToWrite)) : [];
    const wrong = [...measured, ...written].flatMap((each) => (each && each.status !== 'green' ? each : []));
    if (wrong.length > 0) return wrong;
    return isThere ? measured.slice(0, 1) : [found('absent', { folder: dataFolder })];
  },
};

async function deviceOf(folder: string): Promise<number | null> {
  return stat(folder).then(
    ({ dev }) => dev,
    () => null,
  );
}

/** The first folder above that is there: what is made will be on its file system. */
async function nearest(folder: string): Promise<string> {
  return (await deviceOf(folder)) === null && dirname(folder) !== folder ? nearest(dirname(folder)) : folder;
}

async function measure(folder: string): Promise<Finding> {
  const { bavail, blocks, bsize, ffree, files } = await statfs(folder);
  const bytes = bavail * bsize;
  const share = blocks === 0 ? 1 : bavail / blocks;
  const about = { folder, free: { bytes }, share: percent(share) };
  if (share < FULL.share || bytes < FULL.bytes) return found('full', about);
  // Some file systems (btrfs) have as many as they need and count none.
  const inodes = files === 0 ? 1 : ffree / files;
  if (inodes < FULL.share) return found('no_inodes', { folder, share: percent(inodes) });
  if (share < LOW.share || bytes < LOW.bytes) return found('low', about);
  if (inodes < LOW.share) return found('few_inodes', { folder, share: percent(inodes) });
  return found('enough', { free: about.free, share: about.share });
}

const percent = (share: number) => Math.floor(share * 100);

async function tryToWrite(folder: string): Promise<Finding | null> {
  if ((await deviceOf(folder)) === null) return null;
  const file = join(folder, `doctor-${randomBytes(6).toString('hex')}`);
  try {
    await writeFile(file, Buffer.alloc(TRIAL_BYTES), { flag: 'wx', mode: 0o600, flush: true });
    return null;
  } catch (error) {
    const { code = 'EIO' } = error as NodeJS.ErrnoException;
    return found('not_writable', { folder, reason: code });
  } finally {
    await unlink(file).catch(() => {});
  }
}
