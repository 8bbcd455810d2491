import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { stringify } from 'yaml';
import { until } from '../deadline.ts';
import { clients, urlFor, appliance as zone } from './addresses.ts';
import { within } from './network.ts';
import { inGroup, ownGroups } from './process-groups.ts';

const project = join(import.meta.dirname, '../..');

type Settings = Readonly<Record<string, unknown>>;

/** The appliance as an operator starts it, with `scripts/start.ts`, in its zone. */
export class ServedAppliance {
  readonly #folder: string;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #child: ChildProcess;
  /** Everything it printed. */
  output = '';

  private constructor(folder: string, environment: NodeJS.ProcessEnv, child: ChildProcess) {
    this.#folder = folder;
    this.#environment = environment;
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    }
  }

  /**
   * Resolves when it is up.
   *
   * @param folder gets its settings and all that it keeps.
   * @param settings that differ from the defaults, by section.
   * @throws Error with what it printed when it does not start.
   */
  static async start(folder: string, settings: Settings): Promise<ServedAppliance> {
    await mkdir(folder, { recursive: true });
    const file = join(folder, 'linkello.yaml');
    await writeFile(file, stringify(settings));
    const named = { ...process.env, LINKELLO_CONFIG: file, LINKELLO_DATA: join(folder, 'data') };
    const environment = await ownGroups(named, join(folder, 'programs'), await findTurnserver());
    const child = inZone('start', ['scripts/start.ts'], environment);
    const appliance = new ServedAppliance(folder, environment, child);
    await until(
      'the appliance is up',
      () => child.exitCode !== null || /^Linkello is up/m.test(appliance.output),
      Boolean,
      60_000,
    ).catch(() => undefined);
    if (!/^Linkello is up/m.test(appliance.output))
      throw new Error(`the appliance did not start:\n${appliance.output}`);
    return appliance;
  }

  /** As the first client opens it. */
  url(path = '/'): string {
    return urlFor(clients[0], path);
  }

  /** PEM of its own authority. */
  authority(): Promise<string> {
    return readFile(join(this.#folder, 'data', 'app', 'authority', 'authority.pem'), 'utf8');
  }

  /** The link that makes the first owner, as it was printed. */
  get ownerLink(): string {
    const link = /https:\/\/\S+/.exec(this.output.slice(this.output.indexOf('Nobody owns')))?.[0];
    if (link === undefined) throw new Error('no link for the first owner was printed');
    return link;
  }

  /** Whether coturn runs. */
  get hasTurn(): boolean {
    return /^ {2}relay +coturn/m.test(this.output);
  }

  /** Runs the command line beside it, and answers what it printed. */
  async command(...args: readonly string[]): Promise<string> {
    const child = inZone('commands', ['scripts/linkello.ts', ...args], this.#environment);
    let printed = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        printed += text;
      });
    const [code] = await once(child, 'close');
    if (code !== 0) throw new Error(`linkello ${args.join(' ')} ended with ${code}:\n${printed}`);
    return printed;
  }

  /** Stops it as Ctrl-C does. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, 'exit', { signal: AbortSignal.timeout(30_000) });
    this.#child.kill('SIGINT');
    await ended;
  }
}

function inZone(
  program: 'start' | 'commands',
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): ChildProcess {
  const [file = '', ...rest] = [...within(zone), ...inGroup(program), process.execPath, ...args];
  return spawn(file, rest, { cwd: project, env, stdio: ['ignore', 'pipe', 'pipe'] });
}

async function findTurnserver(): Promise<string | null> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const file = join(folder, 'turnserver');
    if (await access(file).then(Boolean.bind(null, true), () => false)) return file;
  }
  return null;
}
