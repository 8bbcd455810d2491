import { setLogEventListeners } from 'mediasoup';
import { watchAddresses } from '../config/address-watch.ts';
import { exitOnConfigError, loadConfig } from '../config/load.ts';
import { OTHER_SETTINGS, watchPrepared } from '../config/prepared.ts';
import { readSecret } from '../config/secrets.ts';
import { type Sfu, startSfu } from './sfu.ts';
import { StartFault } from './start-fault.ts';

let sfu: Sfu | undefined;
let isStopping = false;

async function stop(exitCode = 0): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  await sfu?.close();
  process.exit(exitCode);
}

function exitOnStartFault(error: unknown): never {
  if (!(error instanceof StartFault)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}

// Before any worker is made: mediasoup closes its workers on the same signals, and rooms are to end first.
process.once('SIGTERM', () => stop());
process.once('SIGINT', () => stop());
// A parent that has gone cannot stop us any more.
process.once('disconnect', () => stop());

const config = await loadConfig().catch(exitOnConfigError);
const secret = await readSecret(config, 'media-control').catch(exitOnConfigError);
sfu = await startSfu({
  secret,
  control: config.media.control,
  workers: config.media.workers,
  port: config.media.port,
  announcedAddresses: config.network.announced_addresses,
  initialKbps: config.media.initial_kbps,
  maxIncomingKbps: config.media.max_incoming_kbps,
  voices: config.media.voices,
  cpuLimit: config.media.worker_load_percent / 100,
  relayPorts: config.turn.enabled ? config.turn.relay_ports : null,
}).catch(exitOnStartFault);

watchPrepared(config, 'media', () => stop(OTHER_SETTINGS));
watchAddresses(config, () => stop(OTHER_SETTINGS));
const { log } = sfu;
setLogEventListeners({
  onerror: (namespace, message, error) => log.error({ err: error, namespace }, message),
});
process.send?.({ type: 'ready' });
