import type { FastifyRequest } from 'fastify';
import type { Letterhead } from '../../rooms/invitation-words.ts';

/**
 * Where the invitations of a request come from: the site that it was made on, and whoever made it by their name.
 *
 * @param organizerEmail that calendars are told.
 */
export function letterheadOf(request: FastifyRequest, organizerEmail: string): Letterhead {
  return {
    siteName: request.site.name,
    inviterName: request.signedIn.name,
    organizerEmail,
    urlOf: (path) => request.ownUrl(path),
    translates: request.server.translates,
  };
}
