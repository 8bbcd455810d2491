import { type ListQuery, pageBy } from '../database/keyset.ts';
import type { Database, Transaction } from '../database/open.ts';
import type { LetterState } from '../mail/letter-rows.ts';
import type { Invitation } from './invitation.ts';
import { appointmentColumns, type InvitationRow, invitationOf } from './invitation-rows.ts';

/** An invitation, and what became of the last letter about it. */
export interface ListedInvitation extends Invitation {
  /** Null without a letter. */
  readonly letterState: LetterState | null;
}

type ListedRow = InvitationRow & { readonly letter_state: LetterState | null };

const listedOf = (row: ListedRow): ListedInvitation => ({
  ...invitationOf(row),
  letterState: row.letter_state,
});

const listed = (database: Database | Transaction) =>
  database('invitations')
    .leftJoin('letters', 'letters.id', 'invitations.letter_id')
    .select('invitations.*', 'letters.state as letter_state');

/** A page of the invitations into one room: whoever asks has found the room within their scope. */
export async function listInvitations(
  database: Database,
  roomId: string,
  { page }: ListQuery,
): Promise<ListedInvitation[]> {
  const rows: ListedRow[] = await pageBy(
    listed(database).where({ 'invitations.room_id': roomId }),
    page,
    'invitations.id',
  );
  return rows.map(listedOf);
}

/** One invitation into one room. */
export async function findInvitation(
  database: Database | Transaction,
  roomId: string,
  id: string,
): Promise<ListedInvitation | null> {
  const row: ListedRow | undefined = await listed(database)
    .where({ 'invitations.room_id': roomId, 'invitations.id': id })
    .first();
  return row === undefined ? null : listedOf(row);
}

/** How many invitations into a room are in force, counted up to `most`. */
export async function countInForce(
  transaction: Transaction,
  roomId: string,
  { now, most }: { readonly now: number; readonly most: number },
): Promise<number> {
  const rows: unknown[] = await transaction('invitations')
    .where({ room_id: roomId, revoked_at: null })
    .where('expires_at', '>', now)
    .limit(most)
    .select('id');
  return rows.length;
}

/** Invitations in force whose appointments are still to come. */
export async function listUpcoming(
  transaction: Transaction,
  roomId: string,
  now: number,
): Promise<Invitation[]> {
  const rows: InvitationRow[] = await transaction('invitations')
    .where({ room_id: roomId, revoked_at: null })
    .where('expires_at', '>', now)
    .where('starts_at', '>', now);
  return rows.map(invitationOf);
}

export async function insertInvitation(transaction: Transaction, invitation: Invitation): Promise<void> {
  await transaction('invitations').insert({
    id: invitation.id,
    room_id: invitation.roomId,
    name: invitation.name,
    email: invitation.email,
    language: invitation.language,
    ...appointmentColumns(invitation.appointment),
    sequence: invitation.sequence,
    link_generation: invitation.linkGeneration,
    expires_at: invitation.expiresAt,
    revoked_at: invitation.revokedAt,
    letter_id: invitation.letterId,
    created_by: invitation.createdBy,
    created_at: invitation.createdAt,
  });
}

/** Writes what changes of an invitation over what was read. False: somebody else was quicker. */
export async function updateInvitation(
  transaction: Transaction,
  before: Invitation,
  after: Pick<
    Invitation,
    'appointment' | 'expiresAt' | 'sequence' | 'linkGeneration' | 'revokedAt' | 'letterId'
  >,
): Promise<boolean> {
  const count = await transaction('invitations')
    .where({
      id: before.id,
      sequence: before.sequence,
      link_generation: before.linkGeneration,
      revoked_at: null,
    })
    .update({
      ...appointmentColumns(after.appointment),
      sequence: after.sequence,
      link_generation: after.linkGeneration,
      expires_at: after.expiresAt,
      revoked_at: after.revokedAt,
      letter_id: after.letterId,
    });
  return count === 1;
}
