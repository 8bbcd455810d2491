import type { FastifyBaseLogger } from 'fastify';
import type { Router, WebRtcServer } from 'mediasoup/types';
import { mediaCodecs } from './codecs.ts';
import { MediaFault } from './fault.ts';
import { type RunningWorker, WorkerSlot, type WorkerSlotOptions } from './worker-slot.ts';

export interface WorkerPoolOptions {
  /** How many workers. */
  readonly workers: number;
  /** UDP and TCP port of the first worker; each further one takes the next. */
  readonly port: number;
  /** Addresses at which browsers reach the workers. */
  readonly announcedAddresses: readonly string[];
  /** Share of a core, 0 to 1, from which a worker gets no further room while another uses less. 1 by default. */
  readonly cpuLimit?: number | undefined;
  readonly log: FastifyBaseLogger;
  readonly watch?: WorkerSlotOptions['watch'];
}

/** Where a room lives: a router, and the server that all transports of its worker share. */
export interface Placement {
  readonly router: Router;
  readonly webRtcServer: WebRtcServer;
}

/** All worker processes. Each forwards on one core and one port; dead ones are replaced. */
export class WorkerPool {
  readonly slots: readonly WorkerSlot[];
  /** Routers that are being made, so that rooms opened at the same instant spread out. */
  readonly #opening = new Map<RunningWorker, number>();

  readonly #cpuLimit: number;

  private constructor(slots: readonly WorkerSlot[], cpuLimit: number) {
    this.slots = slots;
    this.#cpuLimit = cpuLimit;
  }

  /**
   * Starts all workers.
   *
   * @throws {StartFault} when one cannot be started; the others are ended first.
   */
  static async start({ workers, port, cpuLimit = 1, ...rest }: WorkerPoolOptions): Promise<WorkerPool> {
    const pool = new WorkerPool(
      Array.from({ length: workers }, (_, index) => new WorkerSlot({ ...rest, index, port: port + index })),
      cpuLimit,
    );
    const starts = await Promise.allSettled(pool.slots.map((slot) => slot.start()));
    const failure = starts.find((start) => start.status === 'rejected');
    if (!failure) return pool;
    await pool.close();
    throw failure.reason;
  }

  /** Whether every worker runs. */
  get ready(): boolean {
    return this.slots.every((slot) => slot.running);
  }

  /**
   * Makes a router on the worker with the fewest consumers, of those that use less of their core than the limit if there
   * is one. While all are being replaced, waits for the first.
   *
   * @throws {MediaFault} `worker_lost` when there is no worker.
   */
  async createRouter(): Promise<Placement> {
    const home = this.#leastLoaded() ?? (await this.#nextWorker());
    this.#opening.set(home, (this.#opening.get(home) ?? 0) + 1);
    try {
      const router = await home.worker.createRouter({ mediaCodecs: [...mediaCodecs] });
      return { router, webRtcServer: home.webRtcServer };
    } finally {
      const opening = (this.#opening.get(home) ?? 1) - 1;
      if (opening > 0) this.#opening.set(home, opening);
      else this.#opening.delete(home);
    }
  }

  /** Ends all workers, with everything on them. */
  async close(): Promise<void> {
    await Promise.all(this.slots.map((slot) => slot.close()));
  }

  #leastLoaded(): RunningWorker | undefined {
    const routers = (home: RunningWorker) => home.census.routers + (this.#opening.get(home) ?? 0);
    const isFull = ({ cpu }: WorkerSlot) => ((cpu.share ?? 0) >= this.#cpuLimit ? 1 : 0);
    return this.slots
      .flatMap((slot) => (slot.running ? [{ full: isFull(slot), home: slot.running }] : []))
      .toSorted(
        (a, b) =>
          a.full - b.full ||
          a.home.census.consumers - b.home.census.consumers ||
          routers(a.home) - routers(b.home),
      )
      .at(0)?.home;
  }

  async #nextWorker(): Promise<RunningWorker> {
    try {
      return await Promise.any(this.slots.map((slot) => slot.next));
    } catch (cause) {
      throw new MediaFault('worker_lost', { cause });
    }
  }
}
