import { countOf } from '../database/counting.ts';
import type { Query } from '../database/keyset.ts';
import type { Database, Transaction } from '../database/open.ts';
import {
  type CategoryStore,
  cutOff,
  isoOf,
  type RetentionTerms,
  type Subject,
} from '../inventory/category-store.ts';
import { endedLongAgo } from '../inventory/ended-organisations.ts';
import { notHeld } from '../inventory/legal-holds.ts';
import type { AttestationRow } from './store.ts';

/** Those of a subject; somebody without an account has none. */
function attestationsOf(database: Database | Transaction, subject: Subject): Query {
  const rows = database('attestations');
  if (subject.kind === 'organisation') return rows.where({ organisation_id: subject.id });
  if (subject.kind === 'person') return rows.where({ person_id: subject.id });
  return rows.whereIn('person_id', database('people').where({ email: subject.email }).select('id'));
}

function over(database: Database | Transaction, terms: RetentionTerms): Query {
  const rows = database('attestations').where((each) =>
    each
      .where('ended_at', '<=', cutOff(terms, terms.attestationDays))
      .orWhereIn('organisation_id', endedLongAgo(database, terms)),
  );
  return notHeld(rows, terms, 'organisation_id', 'person_id');
}

/** Attestations of meetings. Who took part stands nowhere: they are whose room it was. */
export const attestationStore: CategoryStore = {
  cutOff: (terms) => cutOff(terms, terms.attestationDays),

  // How each connection was is technical data, which is left out (commitment, § 9); the document has it.
  async collect(database, subject) {
    const rows: AttestationRow[] = await attestationsOf(database, subject).orderBy('started_at');
    return rows.map((row) => ({
      number: row.id,
      edition: row.edition,
      startedAt: isoOf(row.started_at),
      endedAt: isoOf(row.ended_at),
      togetherSeconds: row.together_seconds,
      people: row.people,
      drops: row.drops,
    }));
  },

  async erase(transaction, subject) {
    return attestationsOf(transaction, subject).delete();
  },

  async expire(transaction, terms, limit) {
    const ids: string[] = await over(transaction, terms).limit(limit).pluck('id');
    return transaction('attestations').whereIn('id', ids).delete();
  },

  async count(database, terms) {
    return { total: await countOf(database('attestations')), due: await countOf(over(database, terms)) };
  },
};
