import { countOf } from '../../database/counting.ts';
import type { Query } from '../../database/keyset.ts';
import type { Database, Transaction } from '../../database/open.ts';
import {
  type CategoryStore,
  isoOf,
  type RetentionTerms,
  type Subject,
} from '../../inventory/category-store.ts';
import { endedLongAgo } from '../../inventory/ended-organisations.ts';
import { notHeld } from '../../inventory/legal-holds.ts';

function feedsOf(database: Database | Transaction, subject: Subject): Query {
  const feeds = database('calendar_feeds');
  if (subject.kind === 'person') return feeds.where({ person_id: subject.id });
  const people = database('people').where(
    subject.kind === 'organisation' ? { organisation_id: subject.id } : { email: subject.email },
  );
  return feeds.whereIn('person_id', people.select('id'));
}

const over = (database: Database | Transaction, terms: RetentionTerms): Query =>
  notHeld(
    database('calendar_feeds').whereIn(
      'area_id',
      database('areas').whereIn('organisation_id', endedLongAgo(database, terms)).select('id'),
    ),
    terms,
    'calendar_feeds.person_id',
  );

/** Who has a secret address for their calendar, and for which area. */
export const calendarFeedStore: CategoryStore = {
  async collect(database, subject) {
    const rows: { created_at: number }[] = await feedsOf(database, subject).orderBy('created_at');
    return rows.map((row) => ({ createdAt: isoOf(row.created_at) }));
  },

  async erase(transaction, subject) {
    return feedsOf(transaction, subject).delete();
  },

  async expire(transaction, terms, limit) {
    const ids: string[] = await over(transaction, terms).limit(limit).pluck('calendar_feeds.id');
    return transaction('calendar_feeds').whereIn('id', ids).delete();
  },

  async count(database, terms) {
    return { total: await countOf(database('calendar_feeds')), due: await countOf(over(database, terms)) };
  },
};
