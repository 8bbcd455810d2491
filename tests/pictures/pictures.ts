import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { takePictures } from './album.ts';
import { Camera } from './camera.ts';
import { takeClinicPictures } from './clinic-album.ts';

/** `linkello pictures FOLDER [clinic]`: screenshots of every page, or of waiting rooms alone, for looking at and for the documentation. */
export async function run(args: readonly string[]): Promise<number> {
  const [folder, album, ...rest] = args;
  if (folder === undefined || rest.length > 0 || !(album === undefined || album === 'clinic')) {
    process.stderr.write('Usage: linkello pictures FOLDER [clinic]\n');
    return 2;
  }
  const path = resolve(folder);
  await mkdir(path, { recursive: true });
  const say = (name: string) => void process.stdout.write(`${name}\n`);
  const clinic = new Camera(path, say);
  const others = album === undefined ? await takePictures(path, say) : 0;
  await takeClinicPictures(clinic);
  process.stdout.write(`${others + clinic.count} pictures are in ${path}\n`);
  return 0;
}
