import { countOf } from '../database/counting.ts';
import type { Query } from '../database/keyset.ts';
import type { Database, Transaction } from '../database/open.ts';
import { type CategoryStore, isoOf, type RetentionTerms, type Subject } from '../inventory/category-store.ts';
import { endedLongAgo } from '../inventory/ended-organisations.ts';
import { notHeld } from '../inventory/legal-holds.ts';
import type { PersonRow } from './person-rows.ts';

/**
 * Owners run the appliance and are let in whatever becomes of their organisation. One who is blocked is nobody any
 * more; as the last one who is not can neither be blocked nor deleted, an owner is always left.
 */
const RUNS_THE_APPLIANCE = "people.role = 'owner' AND people.status = 'active'";

function over(database: Database | Transaction, terms: RetentionTerms): Query {
  const people = database('people')
    .whereIn('organisation_id', endedLongAgo(database, terms))
    .whereRaw(`NOT (${RUNS_THE_APPLIANCE})`);
  return notHeld(people, terms, 'people.id');
}

/** The accounts that a subject has, or is the organisation of. */
export function accountsOf(database: Database | Transaction, subject: Subject): Query {
  const people = database('people');
  if (subject.kind === 'person') return people.where({ id: subject.id });
  if (subject.kind === 'organisation') return people.where({ organisation_id: subject.id });
  return people.where({ email: subject.email });
}

/** Accounts. What hangs on one goes with it: the words that it is found by, sessions, letters to it. */
export const accountStore: CategoryStore = {
  order: 2,

  async collect(database, subject) {
    const rows: (PersonRow & { organisation_name: string })[] = await accountsOf(database, subject)
      .select('people.*')
      .select(
        database.raw(
          '(SELECT name FROM organisations WHERE organisations.id = people.organisation_id) AS organisation_name',
        ),
      )
      .orderBy('created_at');
    return rows.map((row) => ({
      name: row.name,
      email: row.email,
      language: row.language,
      role: row.role,
      status: row.status,
      organisation: row.organisation_name,
      createdAt: isoOf(row.created_at),
    }));
  },

  async erase(transaction, subject) {
    return accountsOf(transaction, subject).delete();
  },

  async expire(transaction, terms, limit) {
    const ids: string[] = await over(transaction, terms).limit(limit).pluck('id');
    return transaction('people').whereIn('id', ids).delete();
  },

  async count(database, terms) {
    return { total: await countOf(database('people')), due: await countOf(over(database, terms)) };
  },
};
