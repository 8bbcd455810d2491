import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import { type Config, loadConfig } from '../../config/load.ts';
import { readSecret } from '../../config/secrets.ts';
import { issueCredentials, type TurnCredentials } from '../../turn/credentials.ts';
import { renderTurn, type TurnMachine, turnserverConf } from '../../turn/render.ts';
import { until } from '../deadline.ts';
import { freePorts } from '../free-ports.ts';
import type { Certificate } from './certificate.ts';
import { decode, type Endpoint, encode } from './stun.ts';

/** How many ports a relay under test may use. */
const RELAY_PORTS = 80;

/** The configuration that a YAML file of these settings gives, in a new folder under /tmp. */
export async function configOf(settings: Record<string, unknown>): Promise<Config> {
  // Short enough for the Unix socket in it, which the folder of a test may not be.
  const folder = await mkdtemp(join(tmpdir(), 'linkello-'));
  const file = join(folder, 'linkello.yaml');
  await writeFile(file, stringify(settings));
  return loadConfig({ LINKELLO_CONFIG: file, LINKELLO_DATA: join(folder, 'data') });
}

/** Puts a certificate where the app has its own. */
export async function installCertificate(
  config: Config,
  certificate: Certificate,
): Promise<{ chain: string; key: string }> {
  const folder = join(config.dataFolder, 'tls');
  const files = { chain: join(folder, 'server-chain.pem'), key: join(folder, 'server.key') };
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(files.chain, certificate.chain);
  await writeFile(files.key, certificate.key, { mode: 0o600 });
  return files;
}

export interface CoturnOptions {
  /** `network.announced_addresses`; 127.0.0.1 unless given. */
  readonly announced?: readonly string[];
  /** Settings of the section `turn`; ports are free ones unless given. */
  readonly turn?: Record<string, unknown>;
  /** The certificate of the app. There is none unless given. */
  readonly certificate?: Certificate;
  /** The machine to render for instead of this one. */
  readonly machine?: (config: Config) => TurnMachine;
}

/** A real coturn, run from a rendered file, on free ports of loopback. */
export class Coturn {
  /** Working folder of the process, and home of its configuration. */
  readonly folder: string;
  readonly config: Config;
  readonly secret: string;
  readonly #child: ChildProcess;
  /** All that it wrote to stdout and stderr. */
  output = '';

  private constructor(folder: string, config: Config, secret: string, child: ChildProcess) {
    this.folder = folder;
    this.config = config;
    this.secret = secret;
    this.#child = child;
    // A test that is broken off must not leave it behind.
    process.once('exit', () => child.kill('SIGKILL'));
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    }
  }

  static async start(options: CoturnOptions = {}): Promise<Coturn> {
    const announced = options.announced ?? ['127.0.0.1'];
    const [port, tlsPort, media, relay] = await freePorts(1, 1, 1, RELAY_PORTS);
    const config = await configOf({
      sites: [{ host: 'meet.example.org' }],
      network: { announced_addresses: announced },
      media: { port: media, workers: 1 },
      turn: {
        port,
        tls_port: tlsPort,
        relay_ports: { min: relay, max: relay + RELAY_PORTS - 1 },
        ...options.turn,
      },
    });
    if (options.certificate) await installCertificate(config, options.certificate);
    const folder = dirname(config.file);
    const secret = await readSecret(config, 'turn');
    const program = await renderTurn(config, secret);
    const [, file = ''] = program.arguments;
    if (options.machine) await writeFile(file, turnserverConf(config, secret, options.machine(config)));
    const child = spawn(program.file, program.arguments, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    const coturn = new Coturn(folder, config, secret, child);
    await once(child, 'spawn');
    await coturn.#answers(announced[0] ?? '');
    return coturn;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Where clients come in, on the first announced address unless another is given. */
  at(way: 'plain' | 'tls' = 'plain', address = '127.0.0.1'): Endpoint {
    return { address, port: way === 'tls' ? this.config.turn.tls_port : this.config.turn.port };
  }

  credentials(participantId = 'participant', lifetimeSeconds = 600): TurnCredentials {
    return issueCredentials({ secret: this.secret, participantId, nowMs: Date.now(), lifetimeSeconds });
  }

  reloadCertificate(): void {
    this.#child.kill('SIGUSR2');
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async stop(): Promise<void> {
    if (this.isRunning) {
      const exited = once(this.#child, 'exit');
      this.#child.kill();
      await exited;
    }
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Waits until it answers a STUN Binding request over UDP; its TCP ports are open by then. */
  async #answers(address: string): Promise<void> {
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    let answered = false;
    socket.on('message', (bytes) => {
      answered = decode(bytes).kind === 'success';
    });
    await until(
      `coturn answers\n${this.output}`,
      () => {
        if (!answered) socket.send(encode('binding', 'request', []).bytes, this.config.turn.port, address);
        return answered || !this.isRunning;
      },
      Boolean,
    );
    socket.close();
    if (!answered) throw new Error(`coturn ended:\n${this.output}`);
  }
}
