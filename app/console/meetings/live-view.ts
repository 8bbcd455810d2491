import type { FastifyRequest } from 'fastify';
import { sees } from '../../inventory/data-category.ts';
import { AppError } from '../../kernel/errors.ts';
import type { Permission, Scope } from '../../kernel/permissions.ts';
import { liveMeetings, participants } from '../../meetings/data-categories.ts';
import type { Meeting } from '../../meetings/meeting.ts';

/** The meetings that somebody reaches. One in a room without a row is nobody's: only who reaches all sees it. */
export function reachable(all: readonly Meeting[], scope: Scope): Meeting[] {
  return all.filter(({ place }) => {
    if (scope.kind === 'all') return true;
    if (place === null) return false;
    return scope.kind === 'organisation'
      ? place.organisationId === scope.organisationId
      : place.personId === scope.personId;
  });
}

/** @throws AppError `not_found` for a meeting that is over, or out of reach. */
export function reachableMeeting(request: FastifyRequest, permission: Permission, id: string): Meeting {
  const found = reachable(request.server.meetings.all, request.scope(permission)).find(
    (each) => each.id === id,
  );
  if (found === undefined) throw new AppError('not_found');
  return found;
}

/** Whether the reader sees who takes part: those whom the notice names as recipients, and hosts of their own rooms. */
export function seesParticipants(request: FastifyRequest): boolean {
  return request.scope('meetings.read').kind === 'own' || sees(request.signedIn.role, participants);
}

/** What a meeting is called: by its room, or by nothing for whoever may not see that. */
export function nameOf(request: FastifyRequest, meeting: Meeting): string {
  const mayRead = request.scope('meetings.read').kind === 'own' || sees(request.signedIn.role, liveMeetings);
  if (mayRead) return meeting.place?.name ?? meeting.room;
  return request.t('meetings.unnamed', { number: meeting.id.slice(0, 6) });
}
