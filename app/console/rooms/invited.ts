import type { FastifyRequest } from 'fastify';
import type { Database } from '../../database/open.ts';
import { AppError } from '../../kernel/errors.ts';
import { findInvitation, type ListedInvitation } from '../../rooms/invitation-store.ts';
import type { Chosen, Inviter } from '../../rooms/invitations.ts';
import { findRoom, type ListedRoom } from '../../rooms/store.ts';
import { letterheadOf } from './letterhead.ts';
import type { TypedText } from './room-form.ts';

export type InRoom = { Params: { id: string } };
export type InInvitation = { Params: { id: string; invitationId: string } };

type RoomPermission = 'rooms.read' | 'rooms.write';

/** The room of a page's address. @throws AppError `not_found`, also for one out of reach. */
export async function roomOf(
  database: Database,
  request: FastifyRequest<InRoom>,
  permission: RoomPermission,
): Promise<ListedRoom> {
  const room = await findRoom(database, request.scope(permission), request.params.id);
  if (room === null) throw new AppError('not_found');
  return room;
}

export interface Invited {
  readonly room: ListedRoom;
  readonly invitation: ListedInvitation;
}

/** The invitation of a page's address, and its room. @throws AppError `not_found`, also for one out of reach. */
export async function invitedOf(
  database: Database,
  request: FastifyRequest<InInvitation>,
  permission: RoomPermission,
): Promise<Invited> {
  const room = await roomOf(database, request, permission);
  const invitation = await findInvitation(database, room.id, request.params.invitationId);
  if (invitation === null) throw new AppError('not_found');
  return { room, invitation };
}

export const inviterOf = (request: FastifyRequest, organizerEmail: string): Inviter => ({
  actor: request.actor,
  scope: request.scope('rooms.write'),
  head: letterheadOf(request, organizerEmail),
});

/** The invitation as the form had read it. @throws AppError `invalid_input` */
export function chosenOf(invitation: ListedInvitation, { sequence }: TypedText): Chosen {
  if (sequence === undefined || !/^\d{1,9}$/.test(sequence)) throw new AppError('invalid_input');
  return { roomId: invitation.roomId, id: invitation.id, sequence: Number(sequence) };
}
