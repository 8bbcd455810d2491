import { createHash } from 'node:crypto';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { StartFault } from '../../kernel/start-fault.ts';

/** Lists every other file with its SHA-256, as sha256sum(1) writes and checks it. */
const MANIFEST = 'SHA256SUMS';

/**
 * Writes files into a folder, which is made if it is not there, and their manifest beside them.
 *
 * @param files by their path in the folder, with slashes.
 * @returns how many files there are, the manifest included.
 * @throws {StartFault} when there is something in the folder already, or it cannot be written.
 */
export async function writeEvidence(folder: string, files: ReadonlyMap<string, string>): Promise<number> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    if ((await readdir(folder)).length > 0) {
      throw new StartFault(`The folder ${folder} is not empty, and nothing in it is overwritten.`);
    }
    for (const [path, content] of files) {
      await mkdir(join(folder, dirname(path)), { recursive: true });
      await writeFile(join(folder, path), content, { flag: 'wx' });
    }
    const lines = [...files]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([path, content]) => `${createHash('sha256').update(content).digest('hex')}  ${path}\n`);
    await writeFile(join(folder, MANIFEST), lines.join(''), { flag: 'wx' });
    return files.size + 1;
  } catch (cause) {
    if (cause instanceof StartFault) throw cause;
    const { code = 'unknown error' } = cause as NodeJS.ErrnoException;
    throw new StartFault(`The folder ${folder} cannot be written (${code}).`, { cause });
  }
}
