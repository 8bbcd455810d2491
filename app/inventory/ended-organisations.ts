import type { Query } from '../database/keyset.ts';
import type { Database, Transaction } from '../database/open.ts';
import { cutOff, type RetentionTerms } from './category-store.ts';
import { notHeld } from './legal-holds.ts';

/**
 * Ids of the organisations that ceased to be clients so long ago that everything of theirs is erased, unless they are
 * held: for `whereIn`.
 */
export function endedLongAgo(database: Database | Transaction, terms: RetentionTerms): Query {
  const ended = database('organisations')
    .where({ status: 'ended' })
    .where('ended_at', '<=', cutOff(terms, terms.serviceDays))
    .select('id');
  return notHeld(ended, terms, 'organisations.id');
}
