import fp from 'fastify-plugin';
import { system } from '../../audit/audit-log.ts';
import type { Database } from '../../database/open.ts';
import { type Clock, HOUR_MS } from '../../kernel/clock.ts';
import type { Erasure } from '../erasure/erasure.ts';
import type { ErasureLedger } from '../erasure/ledger.ts';
import { announceErasures, type EndingLettersOptions } from './ending-letters.ts';
import { isRunDue } from './nights.ts';
import type { Retention } from './retention.ts';

export interface DailyRetentionOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly retention: Retention;
  readonly erasure: Erasure;
  readonly ledger: ErasureLedger;
  /** Erases again whom a database has that was put back by hand; answers how many. */
  readonly replay: () => Promise<number>;
  readonly letters: Omit<EndingLettersOptions, 'database' | 'clock'>;
  /** How often it is looked, in milliseconds. An hour by default. */
  readonly everyMs?: number;
}

/**
 * Retention by itself, every night: at the start and every hour it is looked whether one is due, so that what was
 * missed is made up for. What was cut off goes on at the start.
 */
export const dailyRetention = fp<DailyRetentionOptions>(
  async (app, { database, clock, retention, erasure, ledger, replay, letters, everyMs = HOUR_MS }) => {
    // Before anybody sees them.
    const count = await replay();
    if (count > 0) app.log.warn(`the database is older than the ledger of erasures; erased again: ${count}`);

    const step = async (what: string, work: () => Promise<unknown>) => {
      try {
        await work();
      } catch (fault) {
        app.log.error({ err: fault }, what);
      }
    };
    const runIfDue = async (isStart: boolean) => {
      const job = await retention.lastJob();
      const wasCutOff = isStart && job !== null && job.outcome === null;
      const [made]: { at: number | null }[] = await database('schema_steps').min({ at: 'done_at' });
      if (wasCutOff || isRunDue(clock(), job?.startedAt ?? null, made?.at ?? 0)) await retention.run(system);
    };
    const look = async (isStart: boolean) => {
      await step('administrators could not be told of an erasure', () =>
        announceErasures({ ...letters, database, clock }),
      );
      await step('an erasure that was cut off could not go on', () => erasure.resume());
      await step('retention did not run to its end', () => runIfDue(isStart));
      await step('the ledger of erasures could not be written', () => fileLedger());
    };
    const fileLedger = async () => {
      await ledger.sealAll(database);
      await ledger.file(database, clock());
    };

    let looking = Promise.resolve();
    let isStopping = false;
    const lookNext = (isStart: boolean) => {
      looking = looking.then(() => (isStopping ? undefined : look(isStart)));
    };
    const timer = setInterval(() => lookNext(false), everyMs).unref();
    app.addHook('onReady', async () => lookNext(true));
    // The database closes after the last of it.
    app.addHook('preClose', async () => {
      isStopping = true;
      clearInterval(timer);
      retention.stop();
      await looking;
      await step('the ledger of erasures could not be written', fileLedger);
    });
  },
  { name: 'daily-retention', dependencies: ['mail'] },
);
