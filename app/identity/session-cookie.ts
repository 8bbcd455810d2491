// What it adds to replies.
import type {} from '@fastify/cookie';
import type { FastifyReply } from 'fastify';

/** `__Host-`: of this host alone, over HTTPS alone, for every path (RFC 6265bis, section 4.1.3.2). */
export const SESSION_COOKIE = '__Host-session';

const attributes = {
  path: '/',
  secure: true,
  httpOnly: true,
  // Sent when somebody follows a link from elsewhere, and with no form or picture of another site.
  sameSite: 'lax',
} as const;

/** @param seconds how long the session can last; the server may end it before. */
export function keepSession(reply: FastifyReply, token: string, seconds: number): void {
  reply.setCookie(SESSION_COOKIE, token, { ...attributes, maxAge: seconds });
}

export function forgetSession(reply: FastifyReply): void {
  reply.clearCookie(SESSION_COOKIE, attributes);
}
