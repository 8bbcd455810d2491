import { countOf } from '../database/counting.ts';
import type { Query } from '../database/keyset.ts';
import type { Database, Transaction } from '../database/open.ts';
import type { CategoryStore, RetentionTerms } from './category-store.ts';

/**
 * Expiry of a table whose rows go for several reasons, and may have more than one of them.
 *
 * @param reasons queries that each select `TABLE.id`, and that an index answers.
 */
export function expiryOf(
  table: string,
  reasons: (database: Database | Transaction, terms: RetentionTerms) => readonly [Query, ...Query[]],
): Pick<CategoryStore, 'expire' | 'count'> {
  return {
    async expire(transaction, terms, limit) {
      for (const reason of reasons(transaction, terms)) {
        const ids: string[] = await reason.limit(limit).pluck(`${table}.id`);
        if (ids.length > 0) return transaction(table).whereIn('id', ids).delete();
      }
      return 0;
    },

    async count(database, terms) {
      const [first, ...others] = reasons(database, terms);
      const due = database.from(first.union(others).as('due'));
      return { total: await countOf(database(table)), due: await countOf(due) };
    },
  };
}
