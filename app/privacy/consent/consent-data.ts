import type { Query } from '../../database/keyset.ts';
import type { Database, Transaction } from '../../database/open.ts';
import {
  type CategoryStore,
  cutOff,
  isoOf,
  type RetentionTerms,
  type Subject,
} from '../../inventory/category-store.ts';
import { endedLongAgo } from '../../inventory/ended-organisations.ts';
import { expiryOf } from '../../inventory/expiry.ts';
import { notHeld } from '../../inventory/legal-holds.ts';
import type { ConsentRow } from './consent-rows.ts';
import { DECISION_DAYS } from './decision.ts';

/** A choice holds for so long, and the proof of it is kept as long as service data is after its end. */
const daysOf = ({ serviceDays }: RetentionTerms) => DECISION_DAYS + serviceDays;

/** Why rows go: each is a query that an index answers. Those about a newsletter go with the subscription. */
function reasons(database: Database | Transaction, terms: RetentionTerms): readonly [Query, ...Query[]] {
  const rows = () => {
    const free = database('consents').whereNull('consents.subscription_id').select('consents.id');
    return notHeld(free, terms, 'consents.person_id');
  };
  const people = database('people').whereIn('organisation_id', endedLongAgo(database, terms)).select('id');
  return [
    rows().where('consents.decided_at', '<=', cutOff(terms, daysOf(terms))),
    rows().whereIn('consents.person_id', people),
  ];
}

/** Choices of a subject: made while signed in, or about the newsletter to their address. */
function consentsOf(database: Database | Transaction, subject: Subject): Query {
  const consents = database('consents');
  if (subject.kind === 'organisation') {
    const people = database('people').where({ organisation_id: subject.id }).select('id');
    return consents.whereIn('person_id', people);
  }
  const subscriptions = database('subscriptions').where({ email: subject.email }).select('id');
  return consents.where((each) => {
    each.whereIn('subscription_id', subscriptions);
    if (subject.kind === 'person') each.orWhere({ person_id: subject.id });
  });
}

/** What people chose, and when. */
export const consentStore: CategoryStore = {
  cutOff: (terms) => cutOff(terms, daysOf(terms)),

  async collect(database, subject) {
    const rows: ConsentRow[] = await consentsOf(database, subject).orderBy('decided_at');
    return rows.map((row) => ({
      purpose: row.purpose,
      given: row.is_given === 1,
      textVersion: row.text_version,
      language: row.language,
      hosts: (JSON.parse(row.hosts) as string[]).join(' '),
      decidedAt: isoOf(row.decided_at),
      withdrawnAt: isoOf(row.withdrawn_at),
    }));
  },

  async erase(transaction, subject) {
    return consentsOf(transaction, subject).delete();
  },

  ...expiryOf('consents', reasons),
};
