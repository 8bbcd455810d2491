import { setImmediate } from 'node:timers/promises';
import type { Actor, AuditLog } from '../../audit/audit-log.ts';
import { compact } from '../../database/compact.ts';
import type { Database } from '../../database/open.ts';
import type { DataCategory } from '../../inventory/data-category.ts';
import { heldIds } from '../../inventory/legal-holds.ts';
import type { OutsideStore } from '../../inventory/outside-store.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { ErasureLedger } from '../erasure/ledger.ts';
import { addCertificate } from './certificates.ts';
import { type Forecast, forecast, keepForecast } from './forecast.ts';
import { addOpen, takeOpen } from './open-counts.ts';
import { cutOffOf, type RetentionSettings, type StoredCategory, storedCategories, termsOf } from './terms.ts';

export interface RetentionOptions {
  readonly database: Database;
  /** The database's. */
  readonly file: string;
  readonly clock: Clock;
  readonly audit: AuditLog;
  /** Seals certificates. */
  readonly key: string;
  readonly categories: readonly DataCategory[];
  /** What other programs keep. Default: nothing. */
  readonly outside?: readonly OutsideStore[];
  readonly settings: RetentionSettings;
  readonly ledger: ErasureLedger;
  /** Told why a category, or what follows them all, failed. */
  readonly onFault: (what: string, fault: unknown) => void;
  /** Records of one transaction at most. Default: 200. */
  readonly batch?: number;
}

/** What a run came to. */
export interface RetentionOutcome {
  /** Number of its certificate. */
  readonly certificate: number;
  readonly erased: ReadonlyMap<string, number>;
  readonly failed: readonly string[];
}

/** How the last run went. */
export interface RetentionJob {
  readonly startedAt: number;
  readonly endedAt: number | null;
  /** Null: it runs, or was cut off. */
  readonly outcome: 'done' | 'failed' | null;
}

const JOB = 'retention';

/** The app ends before a run does. */
class Stopped extends Error {
  override readonly name = 'Stopped';
  override readonly message = 'The app ended before the run did; it goes on when the app starts.';
}

/**
 * Erases what was kept for long enough, category by category, in small transactions: between two of them others get
 * their turn, and a run that is killed is simply done again, as what it erased is gone. One category that fails does not
 * stop the others. What is held back stays (inventory/legal-holds.ts).
 */
export class Retention {
  /** Those of which something is kept, here or by another program. */
  readonly categories: readonly DataCategory[];
  readonly settings: RetentionSettings;
  readonly #options: RetentionOptions;
  readonly #stored: readonly StoredCategory[];
  readonly #outside: readonly OutsideStore[];
  readonly #batch: number;
  #running: Promise<unknown> = Promise.resolve();
  #isStopping = false;

  constructor(options: RetentionOptions) {
    this.#options = options;
    this.#batch = options.batch ?? 200;
    this.settings = options.settings;
    this.#stored = storedCategories(options.categories);
    this.#outside = options.outside ?? [];
    const outside = new Set(this.#outside.map(({ category }) => category));
    this.categories = [...this.#stored, ...options.categories.filter(({ name }) => outside.has(name))];
  }

  /** What a run at an instant would erase, and what follows within a week. */
  preview(at: number): Promise<readonly Forecast[]> {
    const { database, settings } = this.#options;
    return forecast(database, { categories: this.#stored, outside: this.#outside, settings, at });
  }

  /** Counts what there is now, for the console. */
  async count(): Promise<void> {
    const now = this.#options.clock();
    await keepForecast(this.#options.database, await this.preview(now), now);
  }

  async lastJob(): Promise<RetentionJob | null> {
    const row: { started_at: number; ended_at: number | null; outcome: RetentionJob['outcome'] } | undefined =
      await this.#options.database('jobs').where({ name: JOB }).first();
    return row === undefined
      ? null
      : { startedAt: row.started_at, endedAt: row.ended_at, outcome: row.outcome };
  }

  /**
   * One at a time in this process. Of two processes at once each erases a part, and certifies that.
   *
   * @param at by what time of the clock things are over, in milliseconds since 1970. Default: now.
   * @throws {RangeError} when that is yet to come.
   */
  run(actor: Actor, at?: number): Promise<RetentionOutcome> {
    const running = this.#running.then(() => this.#run(actor, at));
    this.#running = running.catch(() => {});
    return running;
  }

  /** Lets a run go no further than its next batch: the app ends. The next one goes on. */
  stop(): void {
    this.#isStopping = true;
  }

  async #run(actor: Actor, at?: number): Promise<RetentionOutcome> {
    const { database, clock, ledger, onFault, file } = this.#options;
    const startedAt = clock();
    const cutOffAt = at ?? startedAt;
    if (cutOffAt > startedAt) throw new RangeError('Nothing is erased before its time.');
    const job = { name: JOB, started_at: startedAt, ended_at: null, outcome: null };
    await database('jobs').insert(job).onConflict('name').merge();
    const end = (outcome: 'done' | 'failed') =>
      database('jobs').where({ name: JOB }).update({ ended_at: clock(), outcome });
    try {
      const failed: string[] = [];
      const tryEach = async (name: string, expire: () => Promise<void>) => {
        if (this.#isStopping) throw new Stopped();
        try {
          await expire();
        } catch (fault) {
          if (fault instanceof Stopped) throw fault;
          failed.push(name);
          onFault(name, fault);
        }
      };
      for (const category of this.#stored) {
        await tryEach(category.name, () => this.#expireAll(category, cutOffAt));
      }
      for (const store of this.#outside) {
        await tryEach(store.category, () => this.#expireOutside(store, cutOffAt));
      }
      await ledger.sealAll(database);
      const outcome = await this.#certify(actor, { at: startedAt, cutOffAt, failed });
      await ledger.file(database, clock());
      // Also when this run erased nothing: people delete rooms and accounts by day, or the last run was cut off here.
      await compact(database, file);
      await this.count();
      await end(failed.length === 0 ? 'done' : 'failed');
      return outcome;
    } catch (fault) {
      // As if it had been killed.
      if (fault instanceof Stopped) throw fault;
      onFault('the end of the run', fault);
      await end('failed');
      throw fault;
    }
  }

  async #expireAll(category: StoredCategory, now: number): Promise<void> {
    const { database, settings } = this.#options;
    for (;;) {
      const records = await database.transaction(async (transaction) => {
        // Read anew: a hold that is made meanwhile counts from then on.
        const terms = termsOf(settings, now, await heldIds(transaction, now));
        const count = await category.store.expire(transaction, terms, this.#batch);
        await addOpen(transaction, JOB, category.name, count);
        return count;
      });
      if (records === 0) return;
      if (this.#isStopping) throw new Stopped();
      // The database has one connection: whoever waits for it goes first.
      await setImmediate();
    }
  }

  async #expireOutside(store: OutsideStore, now: number): Promise<void> {
    const { database } = this.#options;
    const count = await store.expire(now);
    await database.transaction((transaction) => addOpen(transaction, JOB, store.category, count));
  }

  async #certify(
    actor: Actor,
    {
      at,
      cutOffAt,
      failed,
    }: { readonly at: number; readonly cutOffAt: number; readonly failed: readonly string[] },
  ): Promise<RetentionOutcome> {
    const { database, settings, key, audit } = this.#options;
    const terms = termsOf(settings, cutOffAt, new Set());
    return database.transaction(async (transaction) => {
      const erased = await takeOpen(transaction, JOB);
      const certificate = await addCertificate(transaction, key, {
        at,
        cutOffAt,
        cause: 'retention',
        counts: [
          ...this.#stored.map((category) => ({
            category: category.name,
            cutOffAt: cutOffOf(category, terms),
          })),
          ...this.#outside.map((store) => ({ category: store.category, cutOffAt: store.cutOff(cutOffAt) })),
        ].map((each) => ({ ...each, records: erased.get(each.category) ?? 0, kept: 0 })),
        failed,
      });
      const records = [...erased.values()].reduce((sum, count) => sum + count, 0);
      await audit.record(
        actor,
        { action: 'retention.ran', details: { certificate, records, failed } },
        transaction,
      );
      return { certificate, erased, failed };
    });
  }
}
