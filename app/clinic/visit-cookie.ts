// What it adds to replies.
import type {} from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * What a patient's browser holds: a random token, by which a second tab is the same patient and a closed page finds its
 * place again. `__Host-`: of this host alone, over HTTPS alone, for every path (RFC 6265bis, section 4.1.3.2).
 */
export const VISIT_COOKIE = '__Host-visit';

/** A visit is over by then. */
const COOKIE_MINUTES = 720;

const TOKEN = /^[\w-]{43}$/;

/** What a browser holds; undefined for nothing that can be a token. */
export function visitTokenOf(request: FastifyRequest): string | undefined {
  const token = request.cookies[VISIT_COOKIE];
  return token !== undefined && TOKEN.test(token) ? token : undefined;
}

export function setVisitCookie(reply: FastifyReply, token: string): void {
  reply.setCookie(VISIT_COOKIE, token, {
    path: '/',
    maxAge: COOKIE_MINUTES * 60,
    secure: true,
    httpOnly: true,
    // Sent when somebody follows the link of a letter, and with no form of another site.
    sameSite: 'lax',
  });
}
