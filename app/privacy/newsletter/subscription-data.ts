import type { Query } from '../../database/keyset.ts';
import type { Database, Transaction } from '../../database/open.ts';
import {
  type CategoryStore,
  cutOff,
  isoOf,
  type RetentionTerms,
  type Subject,
} from '../../inventory/category-store.ts';
import { expiryOf } from '../../inventory/expiry.ts';
import { notOfHeldAddress } from '../../inventory/legal-holds.ts';
import { DAY_MS } from '../../kernel/clock.ts';
import type { SubscriptionRow } from './subscription-rows.ts';
import { CONFIRM_DAYS } from './subscriptions.ts';

/** Why rows go: each is a query that an index answers. */
function reasons(database: Database | Transaction, terms: RetentionTerms): readonly [Query, ...Query[]] {
  const rows = () =>
    notOfHeldAddress(database('subscriptions').select('subscriptions.id'), terms, 'subscriptions.email');
  return [
    // The proof that somebody agreed is kept for a while after they ended it.
    rows().where('ended_at', '<=', cutOff(terms, terms.serviceDays)),
    rows().where('confirmed_at', '<=', cutOff(terms, terms.relationshipDays)),
    rows()
      .whereRaw('confirmed_at IS NULL')
      .where('asked_at', '<=', terms.now - CONFIRM_DAYS * DAY_MS),
  ];
}

function subscriptionsOf(database: Database | Transaction, subject: Subject): Query {
  const rows = database('subscriptions');
  return subject.kind === 'organisation' ? rows.whereRaw('0') : rows.where({ email: subject.email });
}

/** Who asked for the newsletter. Letters of it that still wait go with the address, as letters do. */
export const subscriptionStore: CategoryStore = {
  async collect(database, subject) {
    const rows: SubscriptionRow[] = await subscriptionsOf(database, subject);
    return rows.map((row) => ({
      email: row.email,
      language: row.language,
      textVersion: row.text_version,
      askedAt: isoOf(row.asked_at),
      confirmedAt: isoOf(row.confirmed_at),
      endedAt: isoOf(row.ended_at),
    }));
  },

  async erase(transaction, subject) {
    return subscriptionsOf(transaction, subject).delete();
  },

  ...expiryOf('subscriptions', reasons),
};
