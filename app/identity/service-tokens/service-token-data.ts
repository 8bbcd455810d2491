import { countOf } from '../../database/counting.ts';
import type { Query } from '../../database/keyset.ts';
import type { Database, Transaction } from '../../database/open.ts';
import { type CategoryStore, cutOff, isoOf, type RetentionTerms } from '../../inventory/category-store.ts';
import { endedLongAgo } from '../../inventory/ended-organisations.ts';
import { notHeld } from '../../inventory/legal-holds.ts';
import { accountsOf } from '../account-data.ts';

/** Why tokens go: those that were revoked as long ago as letters are kept, and those of an organisation that is gone. */
function reasons(database: Database | Transaction, terms: RetentionTerms): readonly Query[] {
  const tokens = () =>
    notHeld(
      database('service_tokens').select('service_tokens.id'),
      terms,
      'service_tokens.organisation_id',
      'service_tokens.made_by',
    );
  return [
    tokens().where('revoked_at', '<=', cutOff(terms, terms.letterDays)),
    tokens().whereIn('service_tokens.organisation_id', endedLongAgo(database, terms)),
  ];
}

/** Who made which token for a program. */
export const serviceTokenStore: CategoryStore = {
  cutOff: (terms) => cutOff(terms, terms.letterDays),

  async collect(database, subject) {
    const tokens = database('service_tokens').orderBy('created_at');
    const rows: { name: string; created_at: number; used_at: number | null; revoked_at: number | null }[] =
      await (subject.kind === 'organisation'
        ? tokens.where({ organisation_id: subject.id })
        : tokens.whereIn('made_by', accountsOf(database, subject).select('id')));
    return rows.map((row) => ({
      name: row.name,
      createdAt: isoOf(row.created_at),
      usedAt: isoOf(row.used_at),
      revokedAt: isoOf(row.revoked_at),
    }));
  },

  /** An organisation's go with it. Those that somebody made go on for their organisation, without their maker. */
  async erase(transaction, subject) {
    const tokens = transaction('service_tokens');
    if (subject.kind === 'organisation') return tokens.where({ organisation_id: subject.id }).delete();
    const ids: string[] = await accountsOf(transaction, subject).pluck('id');
    return tokens.whereIn('made_by', ids).update({ made_by: null });
  },

  async expire(transaction, terms, limit) {
    for (const reason of reasons(transaction, terms)) {
      const ids: string[] = await reason.limit(limit).pluck('service_tokens.id');
      if (ids.length > 0) return transaction('service_tokens').whereIn('id', ids).delete();
    }
    return 0;
  },

  async count(database, terms) {
    const [first, ...others] = reasons(database, terms);
    const due = database.from(first?.union([...others]).as('due') ?? 'service_tokens');
    return { total: await countOf(database('service_tokens')), due: await countOf(due) };
  },
};
