import { X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { dataFolders } from '../../../config/data-folder.ts';
import { secretNames, secretPlace } from '../../../config/secrets.ts';
import { findingsOf } from '../catalogue.ts';
import type { Check } from '../check.ts';
import { isClockKept } from '../kernel-clock.ts';
import type { Patient } from '../patient.ts';

const found = findingsOf('clock');

/** Another machine's clock may have written a file, over a network: so much is no wonder, in milliseconds. */
const TOLERANCE_MS = 60_000;

/**
 * Certificates and the relay's credentials are good for a time. Without internet there is no clock to compare with, but
 * a clock that is behind is told by what has been written already, and the kernel knows whether it is kept right.
 */
export const clock: Check = {
  name: 'clock',
  deadlineMs: 5_000,
  async examine(patient, signal) {
    const now = Date.now();
    const latest = (await evidence(patient)).toSorted((a, b) => b.at - a.at).at(0);
    if (latest && latest.at > now + TOLERANCE_MS) {
      const { file, at } = latest;
      return [found('behind', { now: { instant: now }, file, written: { instant: at } })];
    }
    const isKept = await isClockKept(signal);
    return [isKept === null ? found('not_known') : isKept ? found('kept') : found('not_kept')];
  },
};

interface Evidence {
  readonly file: string;
  /** When it was written at the earliest, in milliseconds since 1970. */
  readonly at: number;
}

async function evidence({ config }: Patient): Promise<Evidence[]> {
  const { tls, authority } = dataFolders(config.dataFolder);
  const certificates = [join(authority, 'authority.pem'), join(tls, 'server-chain.pem')];
  const files = [
    join(import.meta.dirname, '../../../package.json'),
    ...certificates,
    ...secretNames.map((name) => secretPlace(config, name).file),
  ];
  const written = files.map(async (file) => ({ file, at: (await stat(file)).mtimeMs }));
  const begun = certificates.map(async (file) => ({
    file,
    at: new X509Certificate(await readFile(file)).validFromDate.getTime(),
  }));
  const all = await Promise.allSettled([...written, ...begun]);
  return all.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
}
