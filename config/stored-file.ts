import { randomBytes } from 'node:crypto';
import { link, open, readFile, rename, rm } from 'node:fs/promises';

const isMissing = (thrown: unknown) => (thrown as NodeJS.ErrnoException).code === 'ENOENT';
const isThere = (thrown: unknown) => (thrown as NodeJS.ErrnoException).code === 'EEXIST';

/** The text of a file, or null where there is none. */
export async function readStoredFile(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (thrown) {
    if (isMissing(thrown)) return null;
    throw thrown;
  }
}

/**
 * Makes a file unless it is there, and answers what it holds then. Of several processes that do this at once exactly
 * one wins, and none ever reads half a file: the text is written elsewhere and then linked to its name, which fails
 * where the name is taken.
 */
export async function createStoredFile(path: string, text: string, mode: number): Promise<string> {
  const draft = await writeDraft(path, text, mode);
  try {
    await link(draft, path);
    return text;
  } catch (thrown) {
    if (!isThere(thrown)) throw thrown;
    return await readFile(path, 'utf8');
  } finally {
    await rm(draft, { force: true });
  }
}

/** Puts a file in the place of another: whoever reads it gets the old or the new text, nothing between. */
export async function replaceStoredFile(path: string, text: string, mode: number): Promise<void> {
  const draft = await writeDraft(path, text, mode);
  try {
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
}

/**
 * As {@link replaceStoredFile}, if the file holds anything else by now.
 *
 * @returns whether it was written.
 */
export async function keepStoredFile(path: string, text: string, mode: number): Promise<boolean> {
  if ((await readStoredFile(path)) === text) return false;
  await replaceStoredFile(path, text, mode);
  return true;
}

async function writeDraft(path: string, text: string, mode: number): Promise<string> {
  const draft = `${path}.${randomBytes(6).toString('hex')}.draft`;
  const file = await open(draft, 'wx', mode);
  try {
    // Whatever the umask is.
    await file.chmod(mode);
    await file.writeFile(text);
    await file.sync();
    return draft;
  } catch (thrown) {
    // A full volume is to hold no half file besides.
    await rm(draft, { force: true });
    throw thrown;
  } finally {
    await file.close();
  }
}
