import type { FastifyRequest } from 'fastify';

/** Whether the page that a browser names as the origin of a request is of the host that it asks (RFC 6454, section 7). */
export function isOwnOrigin(origin: string, { headers: { host } }: FastifyRequest): boolean {
  return URL.canParse(origin) && new URL(origin).host === host;
}
