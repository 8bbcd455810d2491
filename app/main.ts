import type { FastifyInstance } from 'fastify';
import { exitOnConfigError, loadConfig } from '../config/load.ts';
import { OTHER_SETTINGS, watchPrepared } from '../config/prepared.ts';
import { readSecret } from '../config/secrets.ts';
import { listen } from './edge/listen.ts';
import { StartFault } from './kernel/start-fault.ts';
import { buildServer } from './server.ts';

/** How long open requests have to end when the app stops, in milliseconds. Meetings go on without it. */
const GRACE_MS = 5_000;

let app: FastifyInstance | undefined;
let isStopping = false;

async function stop(exitCode = 0): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  setTimeout(() => process.exit(exitCode), GRACE_MS).unref();
  await app?.close();
  process.exit(exitCode);
}

function exitOnFault(thrown: unknown): never {
  if (!(thrown instanceof StartFault)) return exitOnConfigError(thrown);
  process.stderr.write(`${thrown.message}\n`);
  process.exit(1);
}

process.once('SIGTERM', () => stop());
process.once('SIGINT', () => stop());
// A parent that has gone cannot stop us any more, nor read what we log.
process.once('disconnect', () => stop());
process.stdout.on('error', () => {});

try {
  const config = await loadConfig();
  const server = await buildServer({
    config,
    secrets: {
      mediaControl: await readSecret(config, 'media-control'),
      audit: await readSecret(config, 'audit'),
      sessions: await readSecret(config, 'sessions'),
      turn: await readSecret(config, 'turn'),
    },
    onTextFault: (fault, key) => {
      server.log.error({ err: fault }, 'a text is wrong');
      return key;
    },
  });
  app = server;
  watchPrepared(config, 'app', () => stop(OTHER_SETTINGS));
  const urls = await listen(server, config);
  process.send?.({ type: 'ready', urls });
} catch (thrown) {
  exitOnFault(thrown);
}
