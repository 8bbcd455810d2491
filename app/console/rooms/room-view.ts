import type { FastifyRequest } from 'fastify';
import type { ListedRoom } from '../../rooms/store.ts';

/** Looking through the rooms of others is in the audit log. */
export async function recordList(request: FastifyRequest): Promise<void> {
  const scope = request.scope('rooms.read');
  if (scope.kind === 'own') return;
  await request.server.audit.record(request.actor, {
    action: 'rooms.listed',
    organisationId: scope.kind === 'organisation' ? scope.organisationId : null,
  });
}

/** Looking at what is another's is in the audit log. @param invitationId of the guest who was looked at. */
export async function recordView(
  request: FastifyRequest,
  room: ListedRoom,
  invitationId: string | null = null,
): Promise<void> {
  if (room.personId === request.signedIn.id) return;
  await request.server.audit.record(request.actor, {
    action: 'room.viewed',
    organisationId: room.organisationId,
    object: { kind: 'room', id: room.id },
    details: invitationId === null ? {} : { invitation: invitationId },
  });
}
