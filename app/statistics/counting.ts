import fp from 'fastify-plugin';
import { HOUR_MS } from '../kernel/clock.ts';
import type { EndedMeeting } from '../meetings/tally.ts';
import { CallStatistics, type CallStatisticsOptions } from './call-statistics.ts';

declare module 'fastify' {
  interface FastifyInstance {
    readonly callStatistics: {
      /** Counts a meeting once it is known how it was. Nobody waits for it, and a fault of it ends nothing. */
      count(ended: Promise<EndedMeeting>): void;
      /** Meetings that could not be written down since the start of the app. */
      readonly lost: number;
    };
  }
}

export interface CountingOptions extends CallStatisticsOptions {
  /** How often it is looked whether a month is over, in milliseconds. An hour by default. */
  readonly everyMs?: number;
}

/** Counts meetings as they end, and closes the months that are over. */
export const counting = fp<CountingOptions>(
  async (app, { everyMs = HOUR_MS, ...options }) => {
    const statistics = new CallStatistics(options);
    const running = new Set<Promise<void>>();
    let lost = 0;

    const inBackground = (work: Promise<void>) => {
      running.add(work);
      work.finally(() => running.delete(work));
    };
    const count = async (ended: Promise<EndedMeeting>) => {
      try {
        await statistics.record([await ended]);
      } catch (err) {
        lost += 1;
        app.log.error({ err }, 'a meeting was not counted');
      }
    };
    const turnOver = async () => {
      try {
        await statistics.turnOver();
      } catch (err) {
        app.log.error({ err }, 'the statistics of a month could not be closed');
      }
    };

    app.decorate('callStatistics', {
      count: (ended) => inBackground(count(ended)),
      get lost() {
        return lost;
      },
    });
    const timer = setInterval(() => inBackground(turnOver()), everyMs).unref();
    app.addHook('onReady', async () => inBackground(turnOver()));
    app.addHook('preClose', () => clearInterval(timer));
    // The database closes after this.
    app.addHook('onClose', async () => {
      await Promise.all(running);
    });
  },
  { name: 'counting' },
);
