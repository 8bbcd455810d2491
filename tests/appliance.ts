import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { loadConfig } from '../config/load.ts';
import { readSecret } from '../config/secrets.ts';
import { renderTurn } from '../turn/render.ts';
import { freePorts } from './free-ports.ts';

const root = join(import.meta.dirname, '..');

/** Settings that differ from the defaults, by section. */
export type Overrides = Record<string, unknown>;

/** One process of the appliance, started as in production: by `node NAME/main.ts`. */
export class Part {
  readonly #command: readonly string[];
  readonly #environment: NodeJS.ProcessEnv;
  readonly #reportsReady: boolean;
  #child: ChildProcess | undefined;
  /** Everything it printed, over all its starts. */
  output = '';

  constructor(command: readonly string[], environment: NodeJS.ProcessEnv, reportsReady = true) {
    this.#command = command;
    this.#environment = environment;
    this.#reportsReady = reportsReady;
  }

  get pid(): number {
    if (this.#child?.pid === undefined) throw new Error('the process is not running');
    return this.#child.pid;
  }

  get isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Starts it and waits until it says that it is ready. */
  async start(): Promise<void> {
    const [program = '', ...rest] = this.#command;
    const child = spawn(program, rest, {
      cwd: root,
      env: this.#environment,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    }
    if (!this.#reportsReady) return void (await once(child, 'spawn'));
    const ended = new AbortController();
    child.once('exit', () => ended.abort());
    const signal = AbortSignal.any([ended.signal, AbortSignal.timeout(30_000)]);
    await once(child, 'message', { signal }).catch((cause: unknown) => {
      throw new Error(`${rest.join(' ')} did not become ready:\n${this.output}`, { cause });
    });
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (!child || !this.isRunning) return;
    const exited = once(child, 'exit', { signal: AbortSignal.timeout(15_000) });
    child.kill(signal);
    await exited;
  }
}

/** A whole appliance of its own: real processes, free ports, a data folder that goes away with the test. */
export class Appliance {
  readonly dataFolder: string;
  readonly port: number;
  readonly media: Part;
  readonly app: Part;
  readonly turn: Part | undefined;

  private constructor(
    dataFolder: string,
    port: number,
    parts: { media: Part; app: Part; turn: Part | undefined },
  ) {
    this.dataFolder = dataFolder;
    this.port = port;
    this.media = parts.media;
    this.app = parts.app;
    this.turn = parts.turn;
  }

  static async start(overrides: Overrides = {}): Promise<Appliance> {
    const dataFolder = await mkdtemp(join(tmpdir(), 'linkello-'));
    const [https, media, turn, turnTls, relay] = await freePorts(1, 16, 1, 1, 120);
    const withTurn = overrides.turn !== undefined;
    const settings = {
      ...overrides,
      https: { port: https, address: '127.0.0.1', ...section(overrides.https) },
      network: { announced_addresses: ['127.0.0.1'], ...section(overrides.network) },
      media: { port: media, workers: 1, ...section(overrides.media) },
      turn: {
        enabled: withTurn,
        port: turn,
        tls_port: turnTls,
        relay_ports: { min: relay, max: relay + 110 },
        ...section(overrides.turn),
      },
    };
    const file = join(dataFolder, 'linkello.yaml');
    await writeFile(file, stringify(settings));
    const environment = { ...process.env, LINKELLO_CONFIG: file, LINKELLO_DATA: join(dataFolder, 'data') };
    const config = await loadConfig(environment);
    const parts = {
      media: new Part([process.execPath, 'media/main.ts'], environment),
      app: new Part([process.execPath, 'app/main.ts'], environment),
      turn: undefined as Part | undefined,
    };
    if (withTurn) {
      const rendered = await renderTurn(config, await readSecret(config, 'turn'));
      // coturn does not notice that its parent died, as the others do when the IPC channel closes.
      const command = ['setpriv', '--pdeathsig', 'TERM', rendered.file, ...rendered.arguments];
      parts.turn = new Part(command, environment, false);
    }
    const appliance = new Appliance(dataFolder, https, parts);
    try {
      await Promise.all([parts.media.start(), parts.app.start(), parts.turn?.start()]);
    } catch (fault) {
      await appliance.stop();
      throw fault;
    }
    return appliance;
  }

  /** `https://127.0.0.1:PORT`, with a path behind it. */
  url(path = '/'): string {
    return `https://127.0.0.1:${this.port}${path}`;
  }

  /** Names its settings and data folder to the command line. */
  get environment(): { readonly LINKELLO_CONFIG: string; readonly LINKELLO_DATA: string } {
    return {
      LINKELLO_CONFIG: join(this.dataFolder, 'linkello.yaml'),
      LINKELLO_DATA: join(this.dataFolder, 'data'),
    };
  }

  get databaseFile(): string {
    return join(this.dataFolder, 'data', 'app', 'linkello.sqlite');
  }

  /** PEM of the appliance's own authority. */
  authority(): Promise<string> {
    return readFile(join(this.dataFolder, 'data', 'app', 'authority', 'authority.pem'), 'utf8');
  }

  async workerPids(): Promise<number[]> {
    const pids = (await readdir('/proc')).map(Number).filter(Number.isInteger);
    const parents = await Promise.all(pids.map(async (pid) => ({ pid, parent: await parentOf(pid) })));
    return parents.filter(({ parent }) => parent === this.media.pid).map(({ pid }) => pid);
  }

  async stop(): Promise<void> {
    await Promise.all([this.app.stop(), this.media.stop(), this.turn?.stop()]);
    await rm(this.dataFolder, { recursive: true, force: true });
  }
}

const section = (value: unknown): object => (typeof value === 'object' && value !== null ? value : {});

async function parentOf(pid: number): Promise<number | undefined> {
  // The name in brackets may hold blanks and brackets itself (proc(5)).
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}
