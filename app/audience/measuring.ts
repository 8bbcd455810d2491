import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { canonicalHostname } from '../edge/sites.ts';
import { type Clock, SECOND_MS } from '../kernel/clock.ts';
import { hitOf } from './hit.ts';
import { HitQueue } from './hit-queue.ts';
import { HitSender, type SendingCounts, type SendingFault } from './hit-sender.ts';
import type { MatomoServer } from './matomo-server.ts';

/** How the measuring goes. */
export interface AudienceState extends SendingCounts {
  /** Hits that wait to be sent. */
  readonly waiting: number;
  /** Hits that were dropped because too many waited. */
  readonly dropped: number;
  readonly fault: SendingFault;
}

declare module 'fastify' {
  interface FastifyInstance {
    /** How the measuring of the audience goes; null where there is none. */
    readonly audience: { state(): AudienceState } | null;
  }
}

export interface MeasuringOptions {
  /** Null: nothing is measured, and nothing is kept to be. */
  readonly matomo: MatomoServer | null;
  /** Whether the reader of a page lets themselves be counted. */
  readonly mayMeasure: (request: FastifyRequest) => boolean;
  /** Hosts of ours: who comes from there was here already. */
  readonly ownHosts: ReadonlySet<string>;
  /** The port of the pages. */
  readonly port: number;
  /** How many hits are kept at most. */
  readonly most: number;
  readonly clock: Clock;
  /** How often hits are sent, in milliseconds. 5 s by default. */
  readonly everyMs?: number;
}

/**
 * Counts pages that were opened, after they were answered and beside everything else: a hit is put into a queue in
 * memory, and sent to Matomo from there. The browser has no part in it and keeps nothing.
 */
export const measuring = fp<MeasuringOptions>(
  async (app, { matomo, mayMeasure, ownHosts, port, most, clock, everyMs = 5 * SECOND_MS }) => {
    if (matomo === null) {
      app.decorate('audience', null);
      return;
    }
    const queue = new HitQueue(most);
    const sender = new HitSender({ queue, matomo, port, everyMs });
    app.decorate('audience', {
      state: () => ({
        ...sender.counts,
        waiting: queue.size,
        dropped: queue.dropped,
        fault: sender.fault,
      }),
    });
    const isOwnHost = (hostname: string) => ownHosts.has(canonicalHostname(hostname));
    app.addHook('onResponse', async (request, reply) => {
      const hit = hitOf(request, reply, { at: clock(), isOwnHost });
      if (hit !== null && mayMeasure(request)) queue.add(hit);
    });
    app.addHook('onReady', async () => sender.start());
    app.addHook('preClose', () => sender.stop());
  },
  { name: 'measuring', dependencies: ['language', 'sites'] },
);
