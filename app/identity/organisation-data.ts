import { countOf } from '../database/counting.ts';
import type { Query } from '../database/keyset.ts';
import type { Database, Transaction } from '../database/open.ts';
import { type CategoryStore, isoOf, type RetentionTerms } from '../inventory/category-store.ts';
import { endedLongAgo } from '../inventory/ended-organisations.ts';
import type { OrganisationRow } from './organisations-store.ts';

/** Those of which nothing is left: where somebody or something is held, or their feature failed, the name stays too. */
function over(database: Database | Transaction, terms: RetentionTerms): Query {
  const empty = ['people', 'rooms', 'letters'].map(
    (table) => `NOT EXISTS (SELECT 1 FROM ${table} WHERE ${table}.organisation_id = organisations.id)`,
  );
  return database('organisations').whereIn('id', endedLongAgo(database, terms)).whereRaw(empty.join(' AND '));
}

/** What is kept of organisations themselves. They go last, when nothing of theirs is left. */
export const organisationStore: CategoryStore = {
  order: 3,

  async collect(database, subject) {
    // What somebody's organisation is called stands with their account.
    if (subject.kind !== 'organisation') return [];
    const rows: OrganisationRow[] = await database('organisations').where({ id: subject.id });
    return rows.map((row) => ({
      name: row.name,
      status: row.status,
      startedAt: isoOf(row.started_at),
      endsAt: isoOf(row.ends_at),
      endedAt: isoOf(row.ended_at),
      createdAt: isoOf(row.created_at),
    }));
  },

  async erase(transaction, subject) {
    if (subject.kind !== 'organisation') return 0;
    return transaction('organisations').where({ id: subject.id }).delete();
  },

  async expire(transaction, terms, limit) {
    const ids: string[] = await over(transaction, terms).limit(limit).pluck('id');
    return transaction('organisations').whereIn('id', ids).delete();
  },

  /** Due: what would be once its people and rooms are gone, as these go in the same run. */
  async count(database, terms) {
    const staying = database('people')
      .whereRaw("role = 'owner' AND status = 'active'")
      .select('organisation_id');
    const held = JSON.stringify([...terms.heldIds]);
    const due = endedLongAgo(database, terms)
      .whereNotIn('organisations.id', staying)
      .whereRaw(
        'organisations.id NOT IN (SELECT organisation_id FROM people WHERE id IN (SELECT value FROM json_each(?)))',
        [held],
      );
    return { total: await countOf(database('organisations')), due: await countOf(due) };
  },
};
