import type { FastifyRequest } from 'fastify';
import type { AppError } from '../../kernel/errors.ts';
import { NETWORK_WINDOW_MS, refusal } from './limits.ts';

/** What a route is limited to, for `config.rateLimit`. */
export interface NetworkLimit {
  readonly max: number;
  readonly timeWindow: number;
  readonly errorResponseBuilder: (request: FastifyRequest, context: { readonly ttl: number }) => AppError;
}

/** Refuses who asks a route too often from one network address (IPv6: one /64), and says when to come back. */
export function ofNetwork(max: number): NetworkLimit {
  return {
    max,
    timeWindow: NETWORK_WINDOW_MS,
    errorResponseBuilder: (_request, { ttl }) => refusal('too_many_sign_ins', ttl),
  };
}
