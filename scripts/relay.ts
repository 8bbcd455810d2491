/**
 * Runs the relay alone, in a container on the host's network. For the app, which is on another network, it keeps the
 * file that describes this machine and the socket that leads to the relay. SIGTERM ends it. Exit 2 for a wrong
 * configuration.
 */
import { join } from 'node:path';
import { watchAddresses } from '../config/address-watch.ts';
import { dataFolders } from '../config/data-folder.ts';
import { exitOnConfigError, loadConfig } from '../config/load.ts';
import { describeOwnMachine } from '../config/machine.ts';
import { writeMachineFile } from '../config/machine-file.ts';
import { OTHER_SETTINGS, watchPrepared } from '../config/prepared.ts';
import { readSecret } from '../config/secrets.ts';
import { Relay } from './supervisor/relay.ts';
import { serveRelaySocket } from './supervisor/relay-socket.ts';

/** How often it is looked whether the machine's addresses are others, in milliseconds. */
const MACHINE_MS = 30_000;
/** How long coturn may take to end by itself, in milliseconds. */
const GRACE_MS = 8_000;

const say = (line: string) => void process.stderr.write(`${line}\n`);
const machineFile = (dataFolder: string) => join(dataFolders(dataFolder).host, 'machine.json');

let relay: Relay | undefined;
let isStopping = false;

async function stop(exitCode = 0): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  await relay?.stop(GRACE_MS);
  process.exit(exitCode);
}
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop());

const config = await loadConfig().catch(exitOnConfigError);

async function describe(): Promise<void> {
  try {
    await writeMachineFile(machineFile(config.dataFolder), describeOwnMachine());
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
  }
}

await describe();
watchPrepared(config, 'relay', () => stop(OTHER_SETTINGS));
// Coturn listens and relays where it was told at its start.
watchAddresses(config, () => stop(OTHER_SETTINGS));
setInterval(describe, MACHINE_MS);
if (config.turn.enabled) {
  const secret = await readSecret(config, 'turn').catch(exitOnConfigError);
  relay = new Relay({ config, secret, cwd: join(import.meta.dirname, '..'), tell: say });
  relay.child.on('ready', () => say('The relay is up.'));
  relay.child.on('died', ({ how, waitMs }) =>
    say(`The relay ended (${how}). It is started again in ${waitMs / 1000} s.`),
  );
  relay.child.on('failed', (how) => {
    say(`The relay does not start (${how}): ${relay?.child.lastWords.at(-1) ?? 'it said nothing'}`);
    process.exit(1);
  });
  relay.start();
  if (config.turn.socket !== null) await serveRelaySocket(config, config.turn.socket);
} else {
  say('The relay is switched off (turn.enabled).');
}
