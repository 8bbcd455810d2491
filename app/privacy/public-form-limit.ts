import type { FastifyRequest } from 'fastify';
import { HOUR_MS, SECOND_MS } from '../kernel/clock.ts';
import { AppError } from '../kernel/errors.ts';

/** Forms that anybody can send, for `config.rateLimit`: so many an hour from one network address (IPv6: one /64). */
export function ofNetworkAnHour(max: number) {
  return {
    max,
    timeWindow: HOUR_MS,
    errorResponseBuilder: (_request: FastifyRequest, { ttl }: { readonly ttl: number }) => {
      const seconds = Math.max(1, Math.ceil(ttl / SECOND_MS));
      return new AppError('too_many_messages', { params: { seconds, minutes: Math.ceil(seconds / 60) } });
    },
  };
}
