import { countOf } from '../../database/counting.ts';
import type { Query } from '../../database/keyset.ts';
import type { Database, Transaction } from '../../database/open.ts';
import {
  type CategoryStore,
  isoOf,
  type RetentionTerms,
  type Subject,
} from '../../inventory/category-store.ts';
import { DAY_MS } from '../../kernel/clock.ts';
import { nobody } from './closing.ts';
import type { PendingRow, RequestRow } from './request-rows.ts';

/** Not before a day is over, as the limits count by it (guest-requests.ts). */
const proofsOver = (database: Database | Transaction, { now }: RetentionTerms): Query =>
  database('request_proofs').where('expires_at', '<=', now - DAY_MS);

function requestsOf(database: Database | Transaction, subject: Subject): Query {
  const requests = database('requests');
  if (subject.kind === 'organisation') {
    const people = database('people').where({ organisation_id: subject.id }).select('id');
    return requests.whereIn('person_id', people);
  }
  return requests.where((each) => {
    each.where({ email: subject.email });
    if (subject.kind === 'person') each.orWhere({ person_id: subject.id });
  });
}

function proofsOf(database: Database | Transaction, subject: Subject): Query {
  const proofs = database('request_proofs');
  return subject.kind === 'organisation' ? proofs.whereRaw('0') : proofs.where({ email: subject.email });
}

/** Requests that are open, and those whose address is not proved yet. */
export const requestStore: CategoryStore = {
  cutOff: ({ now }) => now - DAY_MS,

  /** Who checked what is about staff, and left out. */
  async collect(database, subject) {
    const requests: RequestRow[] = await requestsOf(database, subject).orderBy('received_at');
    const proofs: PendingRow[] = await proofsOf(database, subject).orderBy('created_at');
    return [
      ...requests.map((row) => ({
        number: row.number,
        kind: row.kind,
        channel: row.channel,
        name: row.name,
        email: row.email,
        message: row.message,
        language: row.language,
        receivedAt: isoOf(row.received_at),
        dueAt: isoOf(row.due_at),
        extendedAt: isoOf(row.extended_at),
        extensionReason: row.extension_reason,
        identityCheckedAt: isoOf(row.identity_checked_at),
      })),
      ...proofs.map((row) => ({
        kind: row.kind,
        email: row.email,
        message: row.message,
        language: row.language,
        createdAt: isoOf(row.created_at),
      })),
    ];
  },

  /** One that is open stays so, without a name: whoever answers requests closes it. */
  async erase(transaction, subject) {
    const proofs = await proofsOf(transaction, subject).delete();
    if (subject.kind === 'person') {
      for (const column of ['identity_checked_by', 'erasure_asked_by']) {
        await transaction('requests')
          .where(column, subject.id)
          .update({ [column]: null });
      }
    }
    return proofs + (await requestsOf(transaction, subject).update(nobody));
  },

  async expire(transaction, terms, limit) {
    const ids: string[] = await proofsOver(transaction, terms).limit(limit).pluck('id');
    return transaction('request_proofs').whereIn('id', ids).delete();
  },

  /** Those that are closed name nobody, and do not count. */
  async count(database, terms) {
    const open = await countOf(database('requests').whereRaw("state = 'open'"));
    const total = open + (await countOf(database('request_proofs')));
    return { total, due: await countOf(proofsOver(database, terms)) };
  },
};
