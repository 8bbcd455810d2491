/**
 * Runs the whole appliance: media, app and relay, each a process that is started again when it dies. `scripts/start`
 * has installed what they need. Exit 0 after Ctrl-C, 1 when something keeps it from starting, 2 for a wrong
 * configuration.
 */
import { join } from 'node:path';
import { exitOnConfigError, inspectConfig } from '../config/load.ts';
import { readSecret, secretNames } from '../config/secrets.ts';
import { Appliance } from './supervisor/appliance.ts';
import { firstOwnerLink } from './supervisor/first-owner-link.ts';
import { StartFault } from './supervisor/start-fault.ts';
import { summary } from './supervisor/summary.ts';

const startedAt = Date.now();
const project = join(import.meta.dirname, '..');
const say = (line: string) => void process.stderr.write(`${line}\n`);

// A terminal or a pager that has gone is no reason to stop.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

let appliance: Appliance | undefined;
let isStopping = false;

async function stop(exitCode: number): Promise<never> {
  isStopping = true;
  await appliance?.stop();
  process.exit(exitCode);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (isStopping) {
      appliance?.kill();
      return;
    }
    say('Stopping; once more to hurry.');
    void stop(0);
  });
}
process.on('uncaughtException', (error) => {
  say(`Linkello stops because of a fault of its own: ${error.stack ?? error.message}`);
  if (isStopping) process.exit(1);
  void stop(1);
});

const { config, fileExists } = await inspectConfig().catch(exitOnConfigError);
for (const name of secretNames) await readSecret(config, name).catch(exitOnConfigError);
appliance = new Appliance({ config, fileExists, project, say });
try {
  const outcome = await appliance.start();
  const tookMs = Date.now() - startedAt;
  // Without it everything else works; it can be had by hand.
  const ownerLink = await firstOwnerLink(config).catch((error: Error) => {
    say(error.message);
    return null;
  });
  process.stdout.write(summary({ ...outcome, config, fileExists, ownerLink, tookMs }));
} catch (error) {
  if (!(error instanceof StartFault)) throw error;
  if (!isStopping) {
    say(error.message);
    await stop(1);
  }
}
