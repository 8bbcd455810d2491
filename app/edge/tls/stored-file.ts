import { randomBytes } from 'node:crypto';
import { link, open, readFile, rename, unlink } from 'node:fs/promises';

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
    await unlink(draft);
  }
}

/** Puts a file in the place of another: whoever reads it gets the old or the new text, nothing between. */
export async function replaceStoredFile(path: string, text: string, mode: number): Promise<void> {
  await rename(await writeDraft(path, text, mode), path);
}

async function writeDraft(path: string, text: string, mode: number): Promise<string> {
  const draft = `${path}.${randomBytes(6).toString('hex')}.draft`;
  const file = await open(draft, 'wx', mode);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  return draft;
}
