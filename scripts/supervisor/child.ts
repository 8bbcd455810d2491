import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

/** What to run. */
export interface Command {
  /** Found by PATH, if it has no slash. */
  readonly file: string;
  readonly args: readonly string[];
  /** In place of our own environment. */
  readonly env?: NodeJS.ProcessEnv;
}

export interface ChildOptions {
  /** One word, for lines about it. */
  readonly name: string;
  readonly cwd: string;
  /** Asked before every start, so that what it is started with can change. */
  readonly command: () => Command | Promise<Command>;
  /**
   * How it is known to be ready: by `process.send({ type: 'ready' })`, which also closes the channel's other end when
   * we are gone (`disconnect`); or by a probe that ends when it is, for a program that knows nothing of that. Such a
   * program gets a pipe as standard input, which ends when we are gone.
   */
  readonly ready: 'message' | ((signal: AbortSignal) => Promise<void>);
}

export interface Death {
  /** `exit code 1`, `SIGKILL`, or why it could not be started. */
  readonly how: string;
  /** Milliseconds until it is started again. */
  readonly waitMs: number;
}

export interface ChildEvents {
  /** It is up; again after every restart. The message is what it sent, `{}` for a probe. */
  ready: [message: Readonly<Record<string, unknown>>];
  line: [text: string];
  died: [death: Death];
  /** It died {@link TRIES} times without being ready once, and is not started again. */
  failed: [how: string];
}

/** Milliseconds before the first start after a death; twice as long after each further one. */
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 10_000;

/** One that was ready for this long, in milliseconds, died anew: waits begin from the shortest again. */
const STEADY_MS = 30_000;

/** Starts that may fail before the first that succeeds. One that has run once is started again for ever. */
const TRIES = 3;

const LAST_WORDS = 15;

/**
 * A process that is started again when it dies, after growing waits. It leads a session of its own: Ctrl-C comes to us
 * alone, and whatever it started and left behind when it ended is ended too.
 */
export class Child extends EventEmitter<ChildEvents> {
  readonly name: string;
  readonly #options: ChildOptions;
  readonly #stopping = new AbortController();
  readonly #words: string[] = [];
  #process: ChildProcess | undefined;
  #running: Promise<void> | undefined;
  #replacing = false;
  #deaths = 0;
  #wasReady = false;
  #readyAt: number | undefined;

  constructor(options: ChildOptions) {
    super();
    this.name = options.name;
    this.#options = options;
  }

  /** Of the running process. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** What it wrote last, oldest first. */
  get lastWords(): readonly string[] {
    return this.#words;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Ends it and starts it anew at once, with a new command. Does nothing while it is not running. */
  replace(): void {
    if (!this.#process) return;
    this.#replacing = true;
    this.#process.kill('SIGTERM');
  }

  signal(signal: NodeJS.Signals): void {
    this.#process?.kill(signal);
  }

  /** Ends it for good: SIGTERM, and SIGKILL for it and its own after `graceMs`. Resolves when it is gone. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping.abort();
    this.#process?.kill('SIGTERM');
    const late = setTimeout(() => this.kill(), graceMs);
    await this.#running;
    clearTimeout(late);
  }

  /** Ends it and its own at once. */
  kill(): void {
    this.#stopping.abort();
    if (this.#process?.pid !== undefined) killGroup(this.#process.pid);
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const how = await this.#runOnce();
      if (this.#stopping.signal.aborted) return;
      if (this.#replacing) {
        this.#replacing = false;
        continue;
      }
      if (this.#readyAt !== undefined && Date.now() - this.#readyAt >= STEADY_MS) this.#deaths = 0;
      this.#readyAt = undefined;
      this.#deaths += 1;
      if (!this.#wasReady && this.#deaths >= TRIES) {
        this.emit('failed', how);
        return;
      }
      const waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (this.#deaths - 1));
      this.emit('died', { how, waitMs });
      await sleep(waitMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
    }
  }

  /** Resolves when it has ended, with how. */
  async #runOnce(): Promise<string> {
    this.#words.length = 0;
    const { cwd, ready } = this.#options;
    let child: ChildProcess;
    try {
      const { file, args, env = process.env } = await this.#options.command();
      if (this.#stopping.signal.aborted) return 'stopped';
      child = spawn(file, args, {
        cwd,
        env,
        detached: true,
        stdio: ready === 'message' ? ['ignore', 'pipe', 'pipe', 'ipc'] : ['pipe', 'pipe', 'pipe'],
      });
      await once(child, 'spawn');
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    this.#process = child;
    const ended = new AbortController();
    const exit = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    // The promise below takes 'error' too; one that comes later (a signal that cannot be sent) is no news.
    child.on('error', () => undefined);
    this.#listen(child, ended.signal);
    if (this.#stopping.signal.aborted) child.kill('SIGTERM');

    const [code, signal] = await exit;
    ended.abort();
    if (child.pid !== undefined) killGroup(child.pid);
    // What it wrote last comes after its end.
    await Promise.race([once(child, 'close'), sleep(1000)]);
    this.#process = undefined;
    return signal ?? `exit code ${code}`;
  }

  #listen(child: ChildProcess, ended: AbortSignal): void {
    for (const stream of [child.stdout, child.stderr]) this.#hear(stream as Readable);
    const { ready } = this.#options;
    if (ready === 'message') {
      child.on('message', (message: unknown) => {
        if (isReady(message)) this.#becomeReady(message);
      });
      return;
    }
    ready(ended).then(
      () => ended.aborted || this.#becomeReady({}),
      () => undefined,
    );
  }

  #hear(stream: Readable): void {
    createInterface({ input: stream }).on('line', (text) => {
      this.#words.push(text);
      if (this.#words.length > LAST_WORDS) this.#words.shift();
      this.emit('line', text);
    });
  }

  #becomeReady(message: Readonly<Record<string, unknown>>): void {
    this.#wasReady = true;
    this.#readyAt = Date.now();
    this.emit('ready', message);
  }
}

function isReady(message: unknown): message is Readonly<Record<string, unknown>> {
  return typeof message === 'object' && message !== null && 'type' in message && message.type === 'ready';
}

/** Ends a process and all it started that did not leave its group. */
function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch (error) {
    // Nobody is left.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
