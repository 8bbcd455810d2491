import { execFile, spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';
import { stringify } from 'yaml';
import { type Engine, findEngine } from './engine.ts';

const run = promisify(execFile);
const project = join(import.meta.dirname, '../..');

/** Longest for any one command of the engine, in milliseconds; builds take the most. */
const COMMAND_MS = 15 * 60_000;

export interface Outcome {
  readonly code: number;
  /** Standard output. */
  readonly text: string;
  readonly errors: string;
}

/** What one container is, as `docker inspect` tells it; only what tests ask for. */
export interface Container {
  readonly Id: string;
  readonly Name: string;
  readonly Config: { readonly User: string; readonly Env: string[]; readonly Image: string };
  readonly State: {
    readonly Status: string;
    readonly Pid: number;
    readonly ExitCode: number;
    readonly Health?: { readonly Status: string };
  };
  readonly Mounts: {
    readonly Destination: string;
    readonly Source: string;
    readonly RW: boolean;
    readonly Type: string;
  }[];
  readonly NetworkSettings: { readonly Networks: Record<string, { readonly IPAddress: string }> };
  readonly HostConfig: {
    readonly ReadonlyRootfs: boolean;
    readonly Privileged: boolean;
    readonly CapDrop: string[] | null;
    readonly CapAdd: string[] | null;
    readonly SecurityOpt: string[] | null;
    readonly Memory: number;
    readonly PidsLimit: number | null;
    readonly Init: boolean | null;
    readonly NetworkMode: string;
    readonly PidMode: string;
    readonly IpcMode: string;
    readonly RestartPolicy: { readonly Name: string };
    readonly LogConfig: { readonly Type: string; readonly Config: Record<string, string> };
    readonly Tmpfs?: Record<string, string>;
  };
}

/**
 * The bundle as somebody unpacks it: a folder of its own with what git would give them, and nothing edited but, where
 * a test wants it, config/linkello.yaml.
 */
export class Bundle {
  readonly folder: string;
  readonly engine: Engine;
  readonly #name: string;

  private constructor(folder: string, engine: Engine, name: string) {
    this.folder = folder;
    this.engine = engine;
    this.#name = name;
  }

  /**
   * Unpacks it and builds its images.
   *
   * @returns null where no engine is to be had.
   */
  static async unpack(name = 'linkello-test'): Promise<Bundle | null> {
    const engine = await findEngine();
    if (engine === null) return null;
    const folder = await mkdtemp(join(tmpdir(), 'linkello-bundle-'));
    const bundle = new Bundle(folder, engine, name);
    const { stdout } = await run(
      'git',
      ['-C', project, 'ls-files', '-z', '--cached', '--others', '--exclude-standard'],
      {
        maxBuffer: 2 ** 24,
      },
    );
    for (const file of stdout.split('\0').filter(Boolean)) {
      // What is deleted and not committed yet is listed as well.
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await cp(join(project, file), join(folder, file)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
      });
    }
    if (engine.standsAlone) await bundle.#standIn();
    // Of a run that was killed.
    await bundle.compose('down', '--volumes', '--remove-orphans');
    await bundle.demand('build');
    return bundle;
  }

  /** Where no registry is reached: the worker that this machine has already, and an application in Matomo's place. */
  async #standIn(): Promise<void> {
    const worker = process.env.MEDIASOUP_WORKER_BIN;
    if (worker !== undefined && (await isDebian12()))
      await run(join(this.folder, 'media/worker/pack'), [worker, join(this.folder, 'media/worker/packed')]);
    const dockerfile = await readFile(join(this.folder, 'analytics/Dockerfile'), 'utf8');
    const image = /^ARG MATOMO_IMAGE=(\S+)$/m.exec(dockerfile)?.[1];
    if (image === undefined) throw new Error('analytics/Dockerfile names no image of Matomo');
    await this.docker('build', '--tag', image, join(this.folder, 'tests/engine/matomo'));
  }

  /** Replaces config/linkello.yaml. */
  async configure(settings: object | string): Promise<void> {
    const text = typeof settings === 'string' ? settings : stringify(settings);
    await writeFile(join(this.folder, 'config/linkello.yaml'), text);
  }

  /** `docker compose …` in the folder; never throws. */
  compose(...args: readonly string[]): Promise<Outcome> {
    return this.#run(['compose', '--project-name', this.#name, '--progress', 'quiet', ...args]);
  }

  /** As {@link compose}, and throws with everything it said when it fails. Answers its standard output. */
  async demand(...args: readonly string[]): Promise<string> {
    const { code, text, errors } = await this.compose(...args);
    if (code === 0) return text;
    throw new Error(`docker compose ${args.join(' ')} ended with ${code}:\n${text}${errors}`);
  }

  /** `docker …`; throws when it fails. Answers its standard output. */
  async docker(...args: readonly string[]): Promise<string> {
    const { code, text, errors } = await this.#run(args);
    if (code === 0) return text;
    throw new Error(`docker ${args.join(' ')} ended with ${code}:\n${text}${errors}`);
  }

  /** Runs a command in the container of a service and answers what it printed. */
  exec(service: string, ...command: readonly string[]): Promise<string> {
    return this.demand('exec', '-T', service, ...command);
  }

  /** Every container of it, by service; those that have ended too. */
  async containers(): Promise<Record<string, Container>> {
    const ids = (await this.demand('ps', '--all', '--quiet')).split('\n').filter(Boolean);
    if (ids.length === 0) return {};
    const all = JSON.parse(await this.docker('inspect', ...ids)) as (Container & {
      readonly Config: { readonly Labels: Record<string, string> };
    })[];
    return Object.fromEntries(
      all.map((each) => [each.Config.Labels['com.docker.compose.service'] ?? each.Name, each]),
    );
  }

  url(path = '/'): string {
    return `https://localhost${path}`;
  }

  /** PEM of the appliance's own authority. */
  authority(): Promise<string> {
    return this.exec('app', 'cat', '/data/app/authority/authority.pem');
  }

  /** Everything it wrote to its logs. */
  async logs(...services: readonly string[]): Promise<string> {
    const text = await this.demand('logs', '--no-color', '--no-log-prefix', ...services);
    // Compose clears its line before each, on no terminal as well.
    return stripVTControlCharacters(text);
  }

  /** Takes it away with its data. Images stay: the next build is quick. */
  async remove(): Promise<void> {
    await this.compose('down', '--volumes', '--remove-orphans');
    await rm(this.folder, { recursive: true, force: true });
  }

  async #run(args: readonly string[]): Promise<Outcome> {
    const child = spawn('docker', args, {
      cwd: this.folder,
      env: this.engine.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: COMMAND_MS,
    });
    let text = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (more: string) => {
      text += more;
    });
    child.stderr.setEncoding('utf8').on('data', (more: string) => {
      errors += more;
    });
    const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? -1, text, errors }));
    return promise;
  }
}

/** Workers are linked with the libraries of one distribution: that of the images. */
async function isDebian12(): Promise<boolean> {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '');
  return /^ID=debian$/m.test(text) && /^VERSION_ID="?12"?$/m.test(text);
}
