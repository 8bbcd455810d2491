import fp from 'fastify-plugin';
import { MINUTE_MS } from '../kernel/clock.ts';
import type { Organisations } from './organisations.ts';

/** Ends subscriptions whose last day is over, at the start and every minute. */
export const subscriptionEnds = fp<{
  readonly organisations: Organisations;
  /** How often, in milliseconds. A minute by default. */
  readonly everyMs?: number;
}>(
  async (app, { organisations, everyMs = MINUTE_MS }) => {
    let running: Promise<unknown> = Promise.resolve();
    const look = () => {
      running = organisations
        .endDue()
        .catch((fault) => app.log.error({ err: fault }, 'subscriptions that are over could not be ended'));
    };
    const timer = setInterval(look, everyMs).unref();
    app.addHook('onReady', async () => look());
    // The database closes after the last of them.
    app.addHook('preClose', async () => {
      clearInterval(timer);
      await running;
    });
  },
  { name: 'subscription-ends' },
);
