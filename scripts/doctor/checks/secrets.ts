import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { dataFolders } from '../../../config/data-folder.ts';
import { secretNames, secretPlace } from '../../../config/secrets.ts';
import { findingsOf } from '../catalogue.ts';
import type { Check } from '../check.ts';

const found = findingsOf('secrets');

/** Whether keys and secrets are there, and their owner's alone. Their content is the configuration's business. */
export const secrets: Check = {
  name: 'secrets',
  deadlineMs: 5_000,
  async examine({ config }) {
    const folders = dataFolders(config.dataFolder);
    const kept = [
      ...secretNames.map((name) => secretPlace(config, name).file),
      join(folders.authority, 'authority.key'),
      join(folders.tls, 'server.key'),
    ];
    const files = await Promise.all([...kept, join(folders.turn, 'turnserver.conf')].map(about));
    const missing = files.filter(({ file, mode }) => mode === null && kept.includes(file));
    const wrong = files.flatMap(({ file, mode, isForeign }) => {
      if (mode === null) return [];
      if (isForeign) return [found('foreign', { file })];
      if ((mode & 0o077) === 0) return [];
      return [found('open', { file, mode: digits(mode), wanted: digits(mode & 0o700) })];
    });
    if (wrong.length > 0) return wrong;
    if (missing.length > 0) return [found('missing', { files: missing.map(({ file }) => file) })];
    return [found('private', { count: files.filter(({ mode }) => mode !== null).length })];
  },
};

interface About {
  readonly file: string;
  /** Null: it is not there, or in a folder that is not ours to look into. */
  readonly mode: number | null;
  /** Somebody else's, so that we cannot read what is private to them. */
  readonly isForeign: boolean;
}

async function about(file: string): Promise<About> {
  const me = process.getuid?.() ?? 0;
  return stat(file).then(
    ({ mode, uid }) => ({ file, mode: mode & 0o777, isForeign: me !== 0 && uid !== me }),
    () => ({ file, mode: null, isForeign: false }),
  );
}

const digits = (mode: number) => mode.toString(8).padStart(4, '0');
