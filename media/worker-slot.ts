import { setTimeout as wait } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import { createWorker, workerBin } from 'mediasoup';
import type { WebRtcServer, Worker, WorkerResourceUsage } from 'mediasoup/types';
import { listenInfos } from './addresses.ts';
import { Census } from './census.ts';
import { CpuGauge } from './cpu-gauge.ts';
import { StartFault } from './start-fault.ts';
import { Traffic } from './traffic.ts';

/** How often a worker is asked for its resource usage, in milliseconds. */
const PROBE_INTERVAL_MS = 5_000;

/** A worker that has not answered for this long, in milliseconds, carries no media any more and is killed. */
const HUNG_MS = 20_000;

/** Waits between attempts to replace a worker, in milliseconds: doubled each time, up to the longest. */
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 30_000;

/** A worker that lived for this long, in milliseconds, is replaced at once; one that dies younger after a wait. */
const STEADY_MS = 10_000;

/** How long a worker may take to end itself, in milliseconds, before it is killed. */
const GRACE_MS = 2_000;

export interface WorkerSlotOptions {
  /** Counted from 0. */
  readonly index: number;
  /** UDP and TCP port of this slot's worker, whichever it is. */
  readonly port: number;
  readonly announcedAddresses: readonly string[];
  readonly log: FastifyBaseLogger;
  /** How closely the worker is watched, in milliseconds; {@link PROBE_INTERVAL_MS} and {@link HUNG_MS} by default. */
  readonly watch?: { readonly intervalMs: number; readonly hungMs: number } | undefined;
}

/** A worker process that runs, and what came with it. */
export interface RunningWorker {
  readonly worker: Worker;
  readonly webRtcServer: WebRtcServer;
  readonly census: Census;
  readonly traffic: Traffic;
}

/** One place for a worker, with a port of its own: when the worker dies, another takes its place. */
export class WorkerSlot {
  readonly index: number;
  readonly port: number;
  /** Workers that died in this slot. */
  deaths = 0;
  /** Last resource usage that the worker told, a few seconds old; undefined before the first. */
  usage: WorkerResourceUsage | undefined;
  /** How much of its core the worker uses. */
  readonly cpu = new CpuGauge();
  readonly #announcedAddresses: readonly string[];
  readonly #log: FastifyBaseLogger;
  readonly #watch: { readonly intervalMs: number; readonly hungMs: number };
  readonly #closing = new AbortController();
  #running: RunningWorker | undefined;
  #starting: Promise<RunningWorker> | undefined;
  #startedAtMs = 0;
  #failures = 0;

  constructor(options: WorkerSlotOptions) {
    this.index = options.index;
    this.port = options.port;
    this.#announcedAddresses = options.announcedAddresses;
    this.#log = options.log.child({ worker: options.index });
    this.#watch = options.watch ?? { intervalMs: PROBE_INTERVAL_MS, hungMs: HUNG_MS };
  }

  /** The worker that runs here now; undefined while it is being replaced. */
  get running(): RunningWorker | undefined {
    return this.#running;
  }

  /** The worker that runs here now or the one about to; rejects if the current attempt fails. */
  get next(): Promise<RunningWorker> {
    if (this.#running) return Promise.resolve(this.#running);
    return this.#starting ?? Promise.reject(new Error(`Media worker ${this.index} is not running.`));
  }

  /**
   * Starts a worker in this slot.
   *
   * @throws {StartFault} when the program cannot be run, its port cannot be had, or the announced addresses do not fit
   * this machine.
   */
  start(): Promise<RunningWorker> {
    this.#starting = this.#launch();
    return this.#starting;
  }

  /** Ends the worker, with everything on it, and starts no other. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#starting?.catch(() => undefined);
    const worker = this.#running?.worker;
    if (worker) await endWorker(worker);
  }

  async #launch(): Promise<RunningWorker> {
    // The machine's addresses are looked up each time: they may have changed since.
    const infos = listenInfos(this.#announcedAddresses, this.port);
    // A worker's warnings name addresses of participants; errors do not.
    const worker = await createWorker({ logLevel: 'error' }).catch((cause: Error) => {
      throw new StartFault(
        `Media worker ${this.index} cannot be started: ${cause.message}. Its program is ${workerBin}.`,
        { cause },
      );
    });
    const census = new Census(worker);
    const traffic = new Traffic(worker);
    const webRtcServer = await worker.createWebRtcServer({ listenInfos: infos }).catch((cause: Error) => {
      worker.close();
      const addresses = [...new Set(infos.map(({ ip }) => ip))].join(', ');
      throw new StartFault(
        `Media worker ${this.index} cannot listen on UDP and TCP port ${this.port} of ${addresses}: ${cause.message}.`,
        { cause },
      );
    });
    if (this.#closing.signal.aborted) {
      await endWorker(worker);
      throw new StartFault(`Media worker ${this.index} was stopped while it started.`);
    }
    this.#running = { worker, webRtcServer, census, traffic };
    this.#startedAtMs = performance.now();
    const stopProbing = this.#probe(worker);
    worker.once('died', (error) => this.#died(error));
    worker.observer.once('close', stopProbing);
    this.#log.info({ workerPid: worker.pid, port: this.port }, 'media worker runs');
    return this.#running;
  }

  #died(error: Error): void {
    this.#running = undefined;
    this.#starting = undefined;
    this.usage = undefined;
    this.cpu.reset();
    this.deaths += 1;
    if (this.#closing.signal.aborted) return;
    this.#log.error({ err: error }, 'media worker died; its rooms are gone');
    if (performance.now() - this.#startedAtMs >= STEADY_MS) this.#failures = 0;
    else this.#failures += 1;
    void this.#replace();
  }

  async #replace(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      if (this.#failures > 1) {
        const waitMs = Math.min(FIRST_WAIT_MS * 2 ** (this.#failures - 2), LONGEST_WAIT_MS);
        await wait(waitMs, undefined, { signal: this.#closing.signal }).catch(() => undefined);
        if (this.#closing.signal.aborted) return;
      }
      try {
        await this.start();
        return;
      } catch (error) {
        if (this.#closing.signal.aborted) return;
        this.#failures += 1;
        this.#log.error({ err: error }, 'media worker could not be replaced; trying again');
      }
    }
  }

  /** Asks the worker for its usage again and again, and kills it when it stops answering. */
  #probe(worker: Worker): () => void {
    let askedAtMs: number | undefined;
    const ask = () => {
      if (askedAtMs !== undefined) {
        if (performance.now() - askedAtMs < this.#watch.hungMs) return;
        this.#log.error('media worker does not answer; it is killed');
        kill(worker);
        return;
      }
      askedAtMs = performance.now();
      worker.getResourceUsage().then(
        (usage) => {
          askedAtMs = undefined;
          if (worker.closed) return;
          this.usage = usage;
          this.cpu.note(usage, performance.now());
        },
        () => {
          // The worker died or was closed: whoever did it knows.
          askedAtMs = undefined;
        },
      );
    };
    ask();
    const timer = setInterval(ask, this.#watch.intervalMs);
    timer.unref();
    return () => clearInterval(timer);
  }
}

/** Closes a worker and waits for its process to be gone. mediasoup may have closed it already, on a signal. */
async function endWorker(worker: Worker): Promise<void> {
  if (worker.subprocessClosed) return;
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  worker.once('subprocessclose', resolve);
  worker.close();
  const patience = setTimeout(() => kill(worker), GRACE_MS);
  await ended;
  clearTimeout(patience);
}

function kill(worker: Worker): void {
  try {
    process.kill(worker.pid, 'SIGKILL');
  } catch {
    // It has ended, and we are about to be told.
  }
}
