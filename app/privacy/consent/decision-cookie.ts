// What it adds to replies.
import type {} from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../../kernel/clock.ts';
import { DECISION_DAYS, type Decision, readDecision, writeDecision } from './decision.ts';

/** Keeps what was chosen; set once something was, and never before. */
const CHOICES = '__Host-choices';
/** Known to the one browser that a choice is carried over in, while it is. */
const WAY = '__Host-choices-way';

export const WAY_MS = 2 * MINUTE_MS;

const attributes = { path: '/', secure: true, httpOnly: true, sameSite: 'lax' } as const;

export function decisionOf(request: Pick<FastifyRequest, 'cookies'>, now: number): Decision | null {
  return readDecision(request.cookies[CHOICES], now);
}

export function keepDecision(reply: FastifyReply, decision: Decision, now: number): void {
  const leftMs = decision.at + DECISION_DAYS * DAY_MS - now;
  reply.setCookie(CHOICES, writeDecision(decision), {
    ...attributes,
    maxAge: Math.max(1, Math.floor(leftMs / SECOND_MS)),
  });
}

export function wayOf(request: FastifyRequest): string | null {
  return request.cookies[WAY] ?? null;
}

export function keepWay(reply: FastifyReply, way: string): void {
  reply.setCookie(WAY, way, { ...attributes, maxAge: WAY_MS / SECOND_MS });
}

export function forgetWay(reply: FastifyReply): void {
  reply.clearCookie(WAY, attributes);
}
