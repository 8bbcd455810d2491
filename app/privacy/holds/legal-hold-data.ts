import { countOf } from '../../database/counting.ts';
import type { Query } from '../../database/keyset.ts';
import type { Database, Transaction } from '../../database/open.ts';
import { type CategoryStore, isoOf, type RetentionTerms } from '../../inventory/category-store.ts';
import type { LegalHoldRow } from './holds.ts';

/** A hold that is over is of no use any more; that there was one is in the audit log. */
const over = (database: Database | Transaction, { now }: RetentionTerms): Query =>
  database('legal_holds').where((each) => each.where('ends_at', '<=', now).orWhere('lifted_at', '<=', now));

export const legalHoldStore: CategoryStore = {
  cutOff: ({ now }) => now,

  async collect(database, subject) {
    if (subject.kind === 'address') return [];
    const rows: LegalHoldRow[] = await database('legal_holds').where({ object_id: subject.id });
    return rows.map((row) => ({
      reason: row.reason,
      madeAt: isoOf(row.made_at),
      endsAt: isoOf(row.ends_at),
      liftedAt: isoOf(row.lifted_at),
    }));
  },

  /** Those about a subject are over by then, or it could not be erased. */
  async erase(transaction, subject) {
    if (subject.kind === 'address') return 0;
    await transaction('legal_holds').where({ made_by: subject.id }).update({ made_by: null });
    return transaction('legal_holds').where({ object_id: subject.id }).delete();
  },

  async expire(transaction, terms, limit) {
    const ids: string[] = await over(transaction, terms).limit(limit).pluck('id');
    return transaction('legal_holds').whereIn('id', ids).delete();
  },

  async count(database, terms) {
    return { total: await countOf(database('legal_holds')), due: await countOf(over(database, terms)) };
  },
};
