import { countOf } from '../../database/counting.ts';
import type { Query } from '../../database/keyset.ts';
import type { Database, Transaction } from '../../database/open.ts';
import { type CategoryStore, isoOf, type RetentionTerms } from '../../inventory/category-store.ts';
import { accountsOf } from '../account-data.ts';
import { KEPT_MS } from './people-imports.ts';

const over = (database: Database | Transaction, { now }: RetentionTerms): Query =>
  database('imports').where('created_at', '<=', now - KEPT_MS);

/** Uploads of people, each of which is kept for an hour. */
export const importStore: CategoryStore = {
  cutOff: ({ now }) => now - KEPT_MS,

  /** That somebody uploaded one. What is in it is about others. */
  async collect(database, subject) {
    const ids = accountsOf(database, subject).select('id');
    const rows: { created_at: number }[] = await database('imports').whereIn('person_id', ids);
    return rows.map((row) => ({ createdAt: isoOf(row.created_at) }));
  },

  /** What somebody uploaded, and every upload that may name them: who uploaded that does it again. */
  async erase(transaction, subject) {
    const imports = transaction('imports');
    if (subject.kind === 'organisation') return imports.where({ organisation_id: subject.id }).delete();
    const ids: string[] = await accountsOf(transaction, subject).pluck('id');
    return imports
      .whereIn('person_id', ids)
      .orWhereRaw('instr(lower(content), ?) > 0', [subject.email])
      .delete();
  },

  async expire(transaction, terms, limit) {
    const ids: string[] = await over(transaction, terms).limit(limit).pluck('id');
    return transaction('imports').whereIn('id', ids).delete();
  },

  async count(database, terms) {
    return { total: await countOf(database('imports')), due: await countOf(over(database, terms)) };
  },
};
