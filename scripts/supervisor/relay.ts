import { accessSync, constants, unwatchFile, watchFile } from 'node:fs';
import { connect } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../../config/config.ts';
import { dataFolders } from '../../config/data-folder.ts';
import { turnFault } from '../../turn/faults.ts';
import { renderTurn, type TurnProgram } from '../../turn/render.ts';
import { Child } from './child.ts';
import { portsOf } from './ports.ts';

const TETHER = join(import.meta.dirname, 'tether');

/** How often it is looked whether the certificate was renewed, in milliseconds. It has days to spare. */
const CERTIFICATE_MS = 60_000;

/** Whether coturn is there to be run. */
export function isRelayInstalled(): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, 'turnserver'), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * Coturn under supervision, rendered anew at every start. Start it after the app, which makes the certificate.
 *
 * @param tell takes a sentence about what keeps it from running; each is told once.
 */
export class Relay {
  readonly child: Child;
  readonly #chain: string;
  #program: TurnProgram | undefined;
  #isReady = false;

  constructor(options: {
    readonly config: Config;
    readonly secret: string;
    readonly cwd: string;
    readonly tell: (sentence: string) => void;
  }) {
    const { config, secret, cwd, tell } = options;
    this.#chain = join(dataFolders(config.dataFolder).tls, 'server-chain.pem');
    this.child = new Child({
      name: 'relay',
      cwd,
      ready: (signal) => untilOpen(config, signal),
      command: async () => {
        this.#isReady = false;
        this.#program = await renderTurn(config, secret);
        return { file: TETHER, args: [this.#program.file, ...this.#program.arguments] };
      },
    });
    this.child.on('ready', () => {
      this.#isReady = true;
    });
    const told = new Set<string>();
    this.child.on('line', (line) => {
      const sentence = turnFault(line, config);
      if (sentence === null || told.has(sentence)) return;
      told.add(sentence);
      tell(sentence);
    });
  }

  start(): void {
    this.child.start();
    watchFile(this.#chain, { interval: CERTIFICATE_MS, persistent: false }, (now, before) => {
      if (now.mtimeMs !== before.mtimeMs && now.mtimeMs > 0) this.#renew();
    });
  }

  async stop(graceMs: number): Promise<void> {
    unwatchFile(this.#chain);
    await this.child.stop(graceMs);
  }

  /** Takes over new certificate files. */
  #renew(): void {
    if (this.#program?.tls && this.#program.renewal === 'SIGUSR2' && this.#isReady)
      this.child.signal('SIGUSR2');
    else this.child.replace();
  }
}

/** Resolves when coturn takes connections on one of its addresses. */
async function untilOpen(config: Config, signal: AbortSignal): Promise<void> {
  const ports = portsOf(config, true).filter(
    ({ protocol, setting }) => protocol === 'TCP' && setting === 'turn.port',
  );
  while (!signal.aborted) {
    const open = await Promise.all(ports.map(({ address, port }) => isOpen(address, port)));
    if (open.includes(true)) return;
    await sleep(100, undefined, { signal });
  }
}

async function isOpen(host: string, port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host, port });
  socket.once('connect', () => resolve(true));
  socket.once('error', () => resolve(false));
  const open = await promise;
  socket.destroy();
  return open;
}
