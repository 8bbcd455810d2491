import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { takePictures } from './album.ts';

/** `linkello pictures FOLDER`: screenshots of every page, for looking at and for the documentation. */
export async function run(args: readonly string[]): Promise<number> {
  const [folder, ...rest] = args;
  if (folder === undefined || rest.length > 0) {
    process.stderr.write('Usage: linkello pictures FOLDER\n');
    return 2;
  }
  const path = resolve(folder);
  await mkdir(path, { recursive: true });
  const count = await takePictures(path, (name) => process.stdout.write(`${name}\n`));
  process.stdout.write(`${count} pictures are in ${path}\n`);
  return 0;
}
