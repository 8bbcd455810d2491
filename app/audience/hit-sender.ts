import { MINUTE_MS, SECOND_MS } from '../kernel/clock.ts';
import { type BulkOutcome, sendBulk } from './bulk.ts';
import type { HitQueue } from './hit-queue.ts';
import type { MatomoServer } from './matomo-server.ts';

/** Hits of one request at most: some 60 kB, of which Matomo makes as many rows. */
const BULK = 200;
/** How long Matomo may take for one, in milliseconds; and when the app ends. */
const DEADLINE_MS = 20 * SECOND_MS;
const LAST_DEADLINE_MS = 2 * SECOND_MS;
/** The longest time between two attempts while Matomo is away, in milliseconds. */
const LONGEST_WAIT_MS = MINUTE_MS;

/** Answers that will be the same however often these hits are sent: something about them is not to its liking. */
const IN_VAIN = new Set([400, 413, 414, 422]);

/** Counts since the start of the app. */
export interface SendingCounts {
  /** Hits that Matomo took. */
  readonly tracked: number;
  /** Hits that it took and found unusable. */
  readonly invalid: number;
  /** Hits that it refused for good, and which are not sent again. */
  readonly refused: number;
  /** Attempts that came to nothing. */
  readonly failures: number;
}

/**
 * Why the last attempt came to nothing: no answer, an answer that takes nothing (a token that is not right, say), or no
 * site of Matomo's for these hits. Null if it did come to something.
 */
export type SendingFault = 'no_answer' | 'refused' | 'unknown_site' | null;

/**
 * Brings hits to Matomo in their order, one request at a time, and nobody waits for it. What does not arrive is sent
 * again, less and less often up to once a minute. Where Matomo refuses a whole bulk it is halved until the one that it
 * does not like is alone; that one is given up.
 */
export class HitSender {
  readonly #queue: HitQueue;
  readonly #matomo: MatomoServer;
  readonly #port: number;
  readonly #everyMs: number;
  #siteIds: ReadonlyMap<string, number> = new Map();
  #bulk = BULK;
  #failedInARow = 0;
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> = Promise.resolve();
  #isStopped = false;
  #fault: SendingFault = null;
  #counts = { tracked: 0, invalid: 0, refused: 0, failures: 0 };

  constructor(options: {
    readonly queue: HitQueue;
    readonly matomo: MatomoServer;
    /** The port of the pages. */
    readonly port: number;
    readonly everyMs: number;
  }) {
    this.#queue = options.queue;
    this.#matomo = options.matomo;
    this.#port = options.port;
    this.#everyMs = options.everyMs;
  }

  get counts(): SendingCounts {
    return { ...this.#counts };
  }

  get fault(): SendingFault {
    return this.#fault;
  }

  start(): void {
    const wait = Math.min(this.#everyMs * 2 ** Math.min(this.#failedInARow, 10), LONGEST_WAIT_MS);
    this.#timer = setTimeout(
      () => {
        this.#sending = this.#sendAll(DEADLINE_MS).finally(() => {
          if (!this.#isStopped) this.start();
        });
      },
      Math.max(wait, this.#everyMs),
    ).unref();
  }

  /** Sends what there is once more, for two seconds at most. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    // One that is under way may hang for longer.
    const last = this.#sending.then(() => this.#sendAll(LAST_DEADLINE_MS));
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, LAST_DEADLINE_MS);
    await Promise.race([last, late.promise]);
    clearTimeout(timer);
    this.#matomo.close();
  }

  /** Until there is nothing left, or something fails. */
  async #sendAll(deadlineMs: number): Promise<void> {
    while (this.#queue.size > 0) {
      const fault = await this.#sendNext(deadlineMs);
      this.#fault = fault;
      this.#failedInARow = fault === null ? 0 : this.#failedInARow + 1;
      if (fault === null) continue;
      this.#counts.failures += 1;
      return;
    }
  }

  async #sendNext(deadlineMs: number): Promise<SendingFault> {
    const site = await this.#nextSite();
    if (typeof site !== 'object') return site;
    const hits = this.#queue.take(site.host, this.#bulk);
    const outcome = await sendBulk({
      matomo: this.#matomo,
      siteId: site.id,
      hits,
      port: this.#port,
      deadlineMs,
    });
    return this.#learn(outcome, hits.length);
  }

  /** The site of the oldest hit whose number is known. */
  async #nextSite(): Promise<{ readonly host: string; readonly id: number } | 'no_answer' | 'unknown_site'> {
    const hosts = [...this.#queue.hosts];
    const isKnown = (host: string) => this.#siteIds.has(host);
    // Numbers change when Matomo begins anew: what went wrong may have been that.
    if (!hosts.every(isKnown) || this.#failedInARow > 0) {
      try {
        const { sites } = await this.#matomo.status();
        this.#siteIds = new Map(sites.map(({ host, id }) => [host, id]));
      } catch {
        return 'no_answer';
      }
    }
    const host = hosts.find(isKnown);
    const id = this.#siteIds.get(host ?? '');
    return host === undefined || id === undefined ? 'unknown_site' : { host, id };
  }

  #learn(outcome: BulkOutcome, count: number): SendingFault {
    if (outcome.kind === 'taken') {
      this.#queue.arrived();
      this.#counts.tracked += outcome.tracked;
      this.#counts.invalid += outcome.invalid;
      this.#bulk = Math.min(BULK, this.#bulk * 2);
      return null;
    }
    if (outcome.kind === 'refused' && IN_VAIN.has(outcome.status)) {
      if (count > 1) {
        this.#queue.failed();
        this.#bulk = Math.ceil(count / 2);
        return null;
      }
      this.#queue.arrived();
      this.#counts.refused += 1;
      // With a pause: if it is not this one but all of them, they are not to be thrown away within a second.
      return 'refused';
    }
    this.#queue.failed();
    return outcome.kind === 'refused' ? 'refused' : 'no_answer';
  }
}
