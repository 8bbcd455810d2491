import { stat } from 'node:fs/promises';
import { isSocketPath } from '../../../config/formats.ts';
import { secretPlace } from '../../../config/secrets.ts';
import { type Finding, findingsOf } from '../catalogue.ts';
import type { Check } from '../check.ts';
import type { Patient } from '../patient.ts';
import { SfuFault } from '../wire/sfu.ts';

const found = findingsOf('media');

/** Whether the app can control the SFU, nobody else can, and all of its workers run. */
export const media: Check = {
  name: 'media',
  deadlineMs: 10_000,
  async examine(patient) {
    const { control } = patient.config.media;
    try {
      const { workers } = await patient.sfu();
      if (workers.running < workers.wanted) return [found('workers_down', { ...workers })];
      const mode = isSocketPath(control) ? (await stat(control)).mode & 0o777 : 0;
      if ((mode & 0o077) === 0) return [found('controlled', { workers: workers.running })];
      return [found('open_socket', { mode: mode.toString(8).padStart(4, '0'), path: control })];
    } catch (error) {
      if (error instanceof SfuFault) return [told(error, patient)];
      throw error;
    }
  },
};

function told({ reason, message }: SfuFault, { config }: Patient): Finding {
  const { control } = config.media;
  if (reason === 'no_secret') return found('no_secret', { file: secretPlace(config, 'media-control').file });
  if (reason === 'not_running' || reason === 'not_allowed') return found(reason, { control });
  return reason === 'failing' ? found('failing', { reason: message }) : found(reason);
}
