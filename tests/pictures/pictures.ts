import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { takePictures } from './album.ts';
import { takeAppointmentPictures } from './appointment-album.ts';
import { Camera } from './camera.ts';
import { takeClinicPictures } from './clinic-album.ts';

const albums: Readonly<Record<string, (camera: Camera) => Promise<void>>> = {
  calls: takePictures,
  clinic: takeClinicPictures,
  appointments: takeAppointmentPictures,
};

/** `linkello pictures FOLDER [ALBUM]`: screenshots of every page, for looking at and for the documentation. */
export async function run(args: readonly string[]): Promise<number> {
  const [folder, album, ...rest] = args;
  if (folder === undefined || rest.length > 0 || (album !== undefined && !(album in albums))) {
    process.stderr.write(`Usage: linkello pictures FOLDER [${Object.keys(albums).join('|')}]\n`);
    return 2;
  }
  const path = resolve(folder);
  await mkdir(path, { recursive: true });
  const camera = new Camera(path, (name) => void process.stdout.write(`${name}\n`));
  for (const [name, take] of Object.entries(albums))
    if (album === undefined || album === name) await take(camera);
  process.stdout.write(`${camera.count} pictures are in ${path}\n`);
  return 0;
}
