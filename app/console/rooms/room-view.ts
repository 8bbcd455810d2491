import type { FastifyRequest } from 'fastify';
import type { ListedRoom } from '../../rooms/store.ts';

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
