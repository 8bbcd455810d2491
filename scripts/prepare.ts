/**
 * What the containers need before any of them starts: a right configuration, the secrets, and what is written for each.
 * Runs once, on the host's network, so that it sees the machine that browsers reach. Exit 0 when all is there, 2 for a
 * wrong configuration, 1 for anything else that is in the way, told in one sentence.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { renderAnalytics } from '../analytics/render.ts';
import { ownHosts } from '../app/edge/own-hosts.ts';
import { certificateNames } from '../app/edge/tls/certificate-names.ts';
import { HttpChallenges } from '../app/edge/tls/http-challenges.ts';
import { openCertificates } from '../app/edge/tls/open-certificates.ts';
import { systemClock } from '../app/kernel/clock.ts';
import { StartFault } from '../app/kernel/start-fault.ts';
import type { Config } from '../config/config.ts';
import { dataFolders } from '../config/data-folder.ts';
import { isSocketPath } from '../config/formats.ts';
import { ConfigError, exitOnConfigError, inspectConfig } from '../config/load.ts';
import { describeOwnMachine } from '../config/machine.ts';
import { writeMachineFile } from '../config/machine-file.ts';
import { markPrepared } from '../config/prepared.ts';
import { readSecret, secretNames } from '../config/secrets.ts';
import { summary } from './commands/check.ts';
import { findPortFaults, isListening, portsOf } from './supervisor/ports.ts';

function fail(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

const loaded = await inspectConfig().catch(exitOnConfigError);
const { config } = loaded;
const folders = dataFolders(config.dataFolder);
const faults = await portFaults(config);
if (faults.length > 0) fail(faults.join('\n'));
process.stdout.write(summary(loaded));
for (const name of secretNames) await readSecret(config, name).catch(exitOnConfigError);
try {
  await renderAnalytics(config);
  await makeCertificate(config);
  await writeMachineFile(join(folders.host, 'machine.json'), describeOwnMachine());
  await markPrepared(config);
} catch (error) {
  if (error instanceof ConfigError) exitOnConfigError(error);
  const { code, message } = error as NodeJS.ErrnoException;
  if (error instanceof StartFault) fail(message);
  fail(`The data folder cannot be written: ${code === 'ENOSPC' ? 'the volume is full' : message}.`);
}

/**
 * The first certificate, so that app and relay both have one when they start. An ACME authority cannot look at a server
 * that does not run yet; until the app does, its own authority's certificate has to do.
 */
async function makeCertificate(config: Config): Promise<void> {
  const isOrdered = config.tls.mode === 'acme';
  if (isOrdered && existsSync(join(folders.tls, 'server-chain.pem'))) return;
  await openCertificates({
    config: isOrdered ? { ...config, tls: { ...config.tls, mode: 'internal' } } : config,
    folders,
    names: () => certificateNames(ownHosts(config)),
    hostName: describeOwnMachine().hostName,
    clock: systemClock,
    challenges: new HttpChallenges(),
  });
}

/**
 * Which ports of the host other programs have. A part of ours that runs already may have its own. The port of the pages
 * is the engine's business: it says so itself when it cannot be published.
 */
async function portFaults(config: Config): Promise<string[]> {
  const { media, turn, dataFolder } = config;
  const sfuRuns = isSocketPath(media.control) && (await isListening(media.control));
  const relayRuns = await isListening(join(dataFolders(dataFolder).host, 'turn.sock'));
  const ports = portsOf(config, turn.enabled && !relayRuns).filter(
    ({ setting }) => setting !== 'https.port' && !(setting === 'media.port' && sfuRuns),
  );
  return findPortFaults(ports);
}
