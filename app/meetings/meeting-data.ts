import { countOf } from '../database/counting.ts';
import type { Query } from '../database/keyset.ts';
import type { Database, Transaction } from '../database/open.ts';
import { type CategoryStore, isoOf, type RetentionTerms, type Subject } from '../inventory/category-store.ts';
import { DAY_MS } from '../kernel/clock.ts';

/** No meeting goes on for longer; the row of one that ended while the app was away is deleted when it comes back. */
const LONGEST_MS = 7 * DAY_MS;

const over = (database: Database | Transaction, { now }: RetentionTerms): Query =>
  database('live_meetings').where('started_at', '<=', now - LONGEST_MS);

/** Meetings in the rooms of a subject. */
function meetingsOf(database: Database | Transaction, subject: Subject): Query {
  const rooms = database('rooms').select('slug');
  if (subject.kind === 'organisation') rooms.where({ organisation_id: subject.id });
  if (subject.kind === 'person') rooms.where({ person_id: subject.id });
  if (subject.kind === 'address') rooms.whereRaw('0');
  return database('live_meetings').whereIn('slug', rooms);
}

/** Where meetings go on. */
export const meetingStore: CategoryStore = {
  cutOff: ({ now }) => now - LONGEST_MS,

  async collect(database, subject) {
    const rows: { slug: string; started_at: number; locked_at: number | null; rules: string | null }[] =
      await meetingsOf(database, subject);
    return rows.map((row) => ({
      room: row.slug,
      startedAt: isoOf(row.started_at),
      lockedAt: isoOf(row.locked_at),
      // Who was taken out is somebody else's.
      rules: row.rules,
    }));
  },

  async erase(transaction, subject) {
    return meetingsOf(transaction, subject).delete();
  },

  async expire(transaction, terms, limit) {
    const ids: string[] = await over(transaction, terms).limit(limit).pluck('id');
    return transaction('live_meetings').whereIn('id', ids).delete();
  },

  async count(database, terms) {
    return { total: await countOf(database('live_meetings')), due: await countOf(over(database, terms)) };
  },
};
