import { countOf } from '../database/counting.ts';
import type { Query } from '../database/keyset.ts';
import type { Database, Transaction } from '../database/open.ts';
import {
  type CategoryStore,
  cutOff,
  isoOf,
  type RetentionTerms,
  type Subject,
} from '../inventory/category-store.ts';
import { endedLongAgo } from '../inventory/ended-organisations.ts';
import { notHeld } from '../inventory/legal-holds.ts';
import { type RoomRow, roomColumns } from './room-rows.ts';

/** Rooms whose time is over: a one-off room's own, or that of their organisation. */
export function roomsOver(database: Database | Transaction, terms: RetentionTerms): Query {
  const rooms = database('rooms').where((each) =>
    each
      .whereIn('rooms.organisation_id', endedLongAgo(database, terms))
      .orWhere((other) =>
        other.where({ kind: 'one_off' }).where('rooms.expires_at', '<=', cutOff(terms, terms.invitationDays)),
      ),
  );
  return notHeld(rooms, terms, 'rooms.organisation_id', 'rooms.person_id');
}

/** The rooms of a subject; somebody without an account has none. */
export function roomsOf(database: Database | Transaction, subject: Subject): Query {
  const rooms = database('rooms');
  if (subject.kind === 'organisation') return rooms.where({ organisation_id: subject.id });
  if (subject.kind === 'person') return rooms.where({ person_id: subject.id });
  return rooms.whereIn('person_id', database('people').where({ email: subject.email }).select('id'));
}

/** Rooms. Invitations into one go with it. */
export const roomStore: CategoryStore = {
  order: 1,

  async collect(database, subject) {
    const rows: RoomRow[] = await roomsOf(database, subject)
      .orderBy('created_at')
      .select(...roomColumns);
    return rows.map((row) => ({
      name: row.name,
      address: row.slug,
      kind: row.kind,
      access: row.access,
      hasLobby: row.has_lobby === 1,
      needsHost: row.needs_host === 1,
      timeZone: row.time_zone,
      openingHours: row.opening_hours,
      maxParticipants: row.max_participants,
      expiresAt: isoOf(row.expires_at),
      createdAt: isoOf(row.created_at),
    }));
  },

  /** The rooms of somebody are erased with them: what they called them may name them. */
  async erase(transaction, subject) {
    const slugs: string[] = await roomsOf(transaction, subject).pluck('slug');
    await transaction('live_meetings').whereIn('slug', slugs).delete();
    return roomsOf(transaction, subject).delete();
  },

  async expire(transaction, terms, limit) {
    const ids: string[] = await roomsOver(transaction, terms).limit(limit).pluck('rooms.id');
    return transaction('rooms').whereIn('id', ids).delete();
  },

  async count(database, terms) {
    return { total: await countOf(database('rooms')), due: await countOf(roomsOver(database, terms)) };
  },
};
