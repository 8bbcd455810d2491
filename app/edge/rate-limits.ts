import rateLimit from '@fastify/rate-limit';
import type { preHandlerAsyncHookHandler } from 'fastify';
import fp from 'fastify-plugin';
import { MINUTE_MS, SECOND_MS } from '../kernel/clock.ts';
import { AppError } from '../kernel/errors.ts';

/**
 * How much one address (IPv6: one /64) may ask for within a minute. A school or an office is often one address to
 * us, and after a restart everybody in it comes back at once.
 */
export interface RateLimits {
  /** Every route that does not set its own limit or `rateLimit: false`. */
  readonly pages: number;
  /** Addresses that do not exist. */
  readonly misses: number;
}

export const defaultRateLimits: RateLimits = { pages: 1200, misses: 60 };

declare module 'fastify' {
  interface FastifyInstance {
    /** Counts a request for an address that does not exist. */
    limitMisses: preHandlerAsyncHookHandler;
  }
}

/** Limits requests by address. The counts are kept in memory and forgotten after a minute. */
export const rateLimits = fp<{ readonly limits: RateLimits }>(
  async (app, { limits }) => {
    await app.register(rateLimit, {
      max: limits.pages,
      timeWindow: MINUTE_MS,
      errorResponseBuilder: (_request, { ttl }) =>
        new AppError('too_many_requests', { params: { seconds: Math.ceil(ttl / SECOND_MS) } }),
      // How much is left is nobody's business; `Retry-After` comes with the error page.
      addHeaders: noHeaders,
      addHeadersOnExceeding: noHeaders,
    });
    app.decorate('limitMisses', app.rateLimit({ max: limits.misses }));
  },
  { name: 'rate-limits' },
);

const noHeaders = {
  'x-ratelimit-limit': false,
  'x-ratelimit-remaining': false,
  'x-ratelimit-reset': false,
  'retry-after': false,
};
