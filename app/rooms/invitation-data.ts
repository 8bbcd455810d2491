import type { Query } from '../database/keyset.ts';
import type { Database, Transaction } from '../database/open.ts';
import {
  type CategoryStore,
  cutOff,
  isoOf,
  type RetentionTerms,
  type Subject,
} from '../inventory/category-store.ts';
import { expiryOf } from '../inventory/expiry.ts';
import { notHeld, notOfHeldAddress } from '../inventory/legal-holds.ts';
import type { InvitationRow } from './invitation-rows.ts';
import { roomsOf, roomsOver } from './room-data.ts';

/** Why invitations go: each is a query that an index answers. One invitation may be in several of them. */
function reasons(database: Database | Transaction, terms: RetentionTerms): readonly [Query, ...Query[]] {
  const end = cutOff(terms, terms.invitationDays);
  const invitations = () => {
    const rows = database('invitations').select('invitations.id');
    notOfHeldAddress(rows, terms, 'invitations.email');
    notHeld(rows, terms, 'invitations.created_by');
    if (terms.heldIds.size > 0) {
      const free = notHeld(database('rooms').select('id'), terms, 'rooms.organisation_id', 'rooms.person_id');
      rows.whereIn('invitations.room_id', free);
    }
    return rows;
  };
  return [
    invitations().where('invitations.expires_at', '<=', end),
    invitations().where('invitations.revoked_at', '<=', end),
    invitations().whereIn('invitations.room_id', roomsOver(database, terms).select('rooms.id')),
  ];
}

/** Invitations to a subject, and those into rooms of theirs. */
function invitationsOf(database: Database | Transaction, subject: Subject): Query {
  const rooms = roomsOf(database, subject).select('id');
  const invitations = database('invitations');
  if (subject.kind === 'organisation') return invitations.whereIn('room_id', rooms);
  return invitations.where((each) => each.where({ email: subject.email }).orWhereIn('room_id', rooms));
}

/** Who is invited where. */
export const invitationStore: CategoryStore = {
  cutOff: (terms) => cutOff(terms, terms.invitationDays),

  /**
   * Of those to a subject all that they say; of those that somebody made for others what is not about these. Into
   * which room is left out: its name is somebody else's.
   */
  async collect(database, subject) {
    const rows: InvitationRow[] = await database('invitations')
      .whereIn('id', invitationsOf(database, subject).select('id'))
      .modify((each) => {
        if (subject.kind === 'person') each.orWhere({ created_by: subject.id });
      })
      .orderBy('created_at');
    return rows.map((row) => {
      const isOther = subject.kind !== 'organisation' && row.email !== subject.email;
      return {
        kind: isOther ? 'made for somebody else' : 'invitation',
        name: isOther ? null : row.name,
        email: isOther ? null : row.email,
        language: isOther ? null : row.language,
        startsAt: isoOf(row.starts_at),
        durationMinutes: row.duration_minutes,
        timeZone: row.time_zone,
        expiresAt: isoOf(row.expires_at),
        revokedAt: isoOf(row.revoked_at),
        createdAt: isoOf(row.created_at),
      };
    });
  },

  /** Letters about them that still wait are erased too: they would bring a link that leads nowhere. */
  async erase(transaction, subject) {
    const waiting = invitationsOf(transaction, subject).whereNotNull('letter_id').select('letter_id');
    await transaction('letters').whereIn('id', waiting).whereRaw("state = 'waiting'").delete();
    return invitationsOf(transaction, subject).delete();
  },

  ...expiryOf('invitations', reasons),
};
