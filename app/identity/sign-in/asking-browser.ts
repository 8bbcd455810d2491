import type { FastifyReply, FastifyRequest } from 'fastify';
import { isMailAddress } from '../../mail/address.ts';

/**
 * The cookie of a browser that asked for a letter: a random token, by which its own link signs in without a further
 * click and its own codes are told from others', and the address, so that its reader sees where the letter went. It
 * opens nothing by itself.
 */
const COOKIE = '__Host-sign-in';

const shape = /^([\w-]{43})\.([\w-]{1,400})$/;

export interface AskingBrowser {
  readonly token: string;
  readonly email: string;
}

export function readAskingBrowser(request: FastifyRequest): AskingBrowser | null {
  const [, token, encoded] = shape.exec(request.cookies[COOKIE] ?? '') ?? [];
  if (token === undefined || encoded === undefined) return null;
  const email = Buffer.from(encoded, 'base64url').toString('utf8');
  return isMailAddress(email) ? { token, email } : null;
}

export function keepAskingBrowser(
  reply: FastifyReply,
  { token, email }: AskingBrowser,
  seconds: number,
): void {
  const value = `${token}.${Buffer.from(email).toString('base64url')}`;
  // Lax: a link in a web mailer's page is another site's.
  reply.setCookie(COOKIE, value, {
    path: '/',
    maxAge: seconds,
    secure: true,
    httpOnly: true,
    sameSite: 'lax',
  });
}

export function forgetAskingBrowser(reply: FastifyReply): void {
  reply.clearCookie(COOKIE, { path: '/', secure: true, httpOnly: true, sameSite: 'lax' });
}
