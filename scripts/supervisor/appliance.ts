import type { Config } from '../../config/config.ts';
import { readSecret } from '../../config/secrets.ts';
import { StartFault as MediaFault } from '../../media/start-fault.ts';
import { Child } from './child.ts';
import { lineForPeople, lineForPrograms } from './log-line.ts';
import { findPortFaults, isRunning, portsOf } from './ports.ts';
import { isRelayInstalled, Relay } from './relay.ts';
import { StartFault } from './start-fault.ts';
import type { Outcome } from './summary.ts';

/** How long app and SFU may take until they are ready, in milliseconds. They take about two seconds. */
const START_MS = 60_000;
/** How long the start waits for the relay, in milliseconds; it goes on trying afterwards. */
const RELAY_START_MS = 5_000;
/** How long processes may take to end by themselves, in milliseconds. */
const GRACE_MS = 10_000;

export interface ApplianceOptions {
  readonly config: Config;
  /** Whether `config.file` is there. */
  readonly fileExists: boolean;
  /** Absolute path of the checkout. */
  readonly project: string;
  /** Takes a line for the person who started it, or for a log. */
  readonly say: (line: string) => void;
}

/** The processes of the appliance. They know of each other only through the configuration. */
export class Appliance {
  readonly #options: ApplianceOptions;
  readonly #media: Child;
  readonly #app: Child;
  #relay: Relay | undefined;

  constructor(options: ApplianceOptions) {
    this.#options = options;
    this.#media = this.#program('media');
    this.#app = this.#program('app');
  }

  /**
   * Resolves when everything is up.
   *
   * @throws {StartFault} when a port is taken, or app or SFU do not start. What was started runs on until `stop`.
   */
  async start(): Promise<Pick<Outcome, 'urls' | 'relay'>> {
    const { config, say } = this.#options;
    const isInstalled = isRelayInstalled();
    await this.#demandPorts(config.turn.enabled && isInstalled);

    say('Starting SFU and app');
    const upFirst = Promise.all([becomesReady(this.#media), becomesReady(this.#app)]);
    this.#media.start();
    this.#app.start();
    const [, ready] = await upFirst;
    for (const child of [this.#media, this.#app]) this.#tellOf(child);

    const urls = readUrls(ready) ?? config.sites.map(({ host }) => urlOf(host, config.https.port));
    if (!config.turn.enabled) return { urls, relay: 'switched off' };
    if (!isInstalled) return { urls, relay: 'not installed' };
    return { urls, relay: await this.#startRelay() };
  }

  /** Resolves when every process is gone. */
  async stop(): Promise<void> {
    const deadline = Date.now() + GRACE_MS;
    // The app first, so that it does not miss the SFU.
    await this.#app.stop(GRACE_MS);
    const leftMs = Math.max(1000, deadline - Date.now());
    await Promise.all([this.#media.stop(leftMs), this.#relay?.stop(leftMs)]);
  }

  /** Ends every process at once. */
  kill(): void {
    for (const child of [this.#app, this.#media, this.#relay?.child]) child?.kill();
  }

  #program(name: 'media' | 'app'): Child {
    const { config, fileExists, project, say } = this.#options;
    const env: NodeJS.ProcessEnv = { ...process.env, LINKELLO_DATA: config.dataFolder };
    // A file that is named must be there; the default one need not.
    if (fileExists) env.LINKELLO_CONFIG = config.file;
    const child = new Child({
      name,
      cwd: project,
      ready: 'message',
      command: () => ({ file: process.execPath, args: [`${name}/main.ts`], env }),
    });
    child.on('line', (line) => {
      const shown = process.stderr.isTTY ? lineForPeople(name, line) : lineForPrograms(name, line);
      if (shown !== null) say(shown);
    });
    return child;
  }

  async #demandPorts(withRelay: boolean): Promise<void> {
    const { config } = this.#options;
    const faults = await portFaults(config, withRelay);
    if (faults.length === 0) return;
    if (await isRunning(config)) {
      throw new StartFault(
        `Linkello is running already, with the data folder ${config.dataFolder}. Stop it first.`,
      );
    }
    const advice = `Is Linkello running already? Else stop that program, or set another port in ${config.file}.`;
    throw new StartFault([...faults, advice].join('\n'));
  }

  async #startRelay(): Promise<'running' | 'not running'> {
    const { config, project, say } = this.#options;
    const secret = await readSecret(config, 'turn');
    this.#relay = new Relay({ config, secret, cwd: project, tell: say });
    const { child } = this.#relay;
    const up = becomesReady(child, RELAY_START_MS).then(
      () => 'running' as const,
      (error: Error) => {
        say(error.message);
        return 'not running' as const;
      },
    );
    this.#relay.start();
    const outcome = await up;
    this.#tellOf(child);
    return outcome;
  }

  #tellOf(child: Child): void {
    const { say } = this.#options;
    const name = { app: 'The app', media: 'The SFU', relay: 'The relay' }[child.name] ?? child.name;
    child.on('died', ({ how, waitMs }) =>
      say(`${name} ended (${how}). It is started again in ${waitMs / 1000} s.`),
    );
    child.on('ready', () => say(`${name} is up again.`));
    child.on('failed', (how) =>
      say(`${name} does not start (${how}): ${child.lastWords.at(-1) ?? 'it said nothing'}`),
    );
  }
}

async function portFaults(config: Config, withRelay: boolean): Promise<string[]> {
  try {
    return await findPortFaults(portsOf(config, withRelay));
  } catch (error) {
    if (error instanceof MediaFault) throw new StartFault(error.message, { cause: error });
    throw error;
  }
}

/** Resolves with what it sent. */
async function becomesReady(child: Child, deadlineMs = START_MS): Promise<Readonly<Record<string, unknown>>> {
  const { promise, resolve, reject } = Promise.withResolvers<Readonly<Record<string, unknown>>>();
  const words = () => child.lastWords.map((line) => `  | ${lineForPeople(child.name, line) ?? line}`);
  const give = (how: string) =>
    reject(new StartFault([`${child.name} does not start: ${how}`, ...words()].join('\n')));
  const late = setTimeout(() => give(`not ready after ${deadlineMs / 1000} s`), deadlineMs);
  child.once('ready', resolve);
  child.once('failed', give);
  try {
    return await promise;
  } finally {
    clearTimeout(late);
    child.off('ready', resolve);
    child.off('failed', give);
  }
}

function readUrls(message: Readonly<Record<string, unknown>>): string[] | null {
  const { urls } = message;
  if (!Array.isArray(urls) || urls.length === 0) return null;
  return urls.every((url) => typeof url === 'string' && URL.canParse(url)) ? urls : null;
}

function urlOf(host: string, port: number): string {
  const authority = host.includes(':') ? `[${host}]` : host;
  return new URL(`https://${authority}:${port}/`).href;
}
