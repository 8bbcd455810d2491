import { buildServer } from '../../app/server.ts';
import { loadConfig } from '../../config/load.ts';
import { readSecret } from '../../config/secrets.ts';
import type { RunningApp } from '../app/running-app.ts';

/** Starts another app with the data folder of one that runs, as after a crash, and ends it. */
export async function buildAgain({ folder }: RunningApp): Promise<void> {
  const config = await loadConfig({
    LINKELLO_CONFIG: `${folder}/linkello.yaml`,
    LINKELLO_DATA: `${folder}/data`,
  });
  const app = await buildServer({
    config,
    secrets: {
      mediaControl: await readSecret(config, 'media-control'),
      audit: await readSecret(config, 'audit'),
      sessions: await readSecret(config, 'sessions'),
      turn: await readSecret(config, 'turn'),
    },
    logStream: { write: () => {} },
  });
  await app.ready();
  await app.close();
}
