import { exitOnConfigError, loadConfig } from '../config/load.ts';
import { readSecret } from '../config/secrets.ts';
import { listen } from './edge/listen.ts';
import { StartFault } from './kernel/start-fault.ts';
import { buildServer } from './server.ts';

/** How long open requests have to end when the app stops, in milliseconds. Meetings go on without it. */
const GRACE_MS = 5_000;

try {
  const config = await loadConfig();
  const app = await buildServer({
    config,
    secrets: {
      mediaControl: await readSecret(config, 'media-control'),
      sessions: await readSecret(config, 'sessions'),
      turn: await readSecret(config, 'turn'),
    },
    onCertificateRenewed: () => process.send?.({ type: 'certificateRenewed' }),
    onTextFault: (fault, key) => {
      app.log.error({ err: fault }, 'a text is wrong');
      return key;
    },
  });

  const stop = () => {
    setTimeout(() => process.exit(0), GRACE_MS).unref();
    void app.close().then(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  // Whoever started this process is gone.
  process.once('disconnect', stop);

  const urls = await listen(app, config);
  process.send?.({ type: 'ready', urls });
} catch (thrown) {
  if (!(thrown instanceof StartFault)) exitOnConfigError(thrown);
  process.stderr.write(`${thrown.message}\n`);
  process.exit(1);
}
