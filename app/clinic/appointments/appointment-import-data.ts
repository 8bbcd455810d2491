import { countOf } from '../../database/counting.ts';
import type { Query } from '../../database/keyset.ts';
import type { Database, Transaction } from '../../database/open.ts';
import {
  type CategoryStore,
  isoOf,
  type RetentionTerms,
  type Subject,
} from '../../inventory/category-store.ts';
import { KEPT_MS } from './imports/appointment-imports.ts';

const over = (database: Database | Transaction, { now }: RetentionTerms): Query =>
  database('appointment_imports').where('created_at', '<=', now - KEPT_MS);

function uploadsOf(database: Database | Transaction, subject: Subject): Query {
  const uploads = database('appointment_imports');
  if (subject.kind === 'organisation')
    return uploads.whereIn('area_id', database('areas').where({ organisation_id: subject.id }).select('id'));
  return subject.kind === 'person' ? uploads.where({ person_id: subject.id }) : uploads.whereRaw('0');
}

/** Uploads of appointments, each of which is kept for an hour. */
export const appointmentImportStore: CategoryStore = {
  cutOff: ({ now }) => now - KEPT_MS,

  /** That somebody uploaded one. What is in it is about others. */
  async collect(database, subject) {
    const rows: { created_at: number }[] = await uploadsOf(database, subject);
    return rows.map((row) => ({ createdAt: isoOf(row.created_at) }));
  },

  /** What somebody uploaded, and every upload that may name them: who uploaded that does it again. */
  async erase(transaction, subject) {
    const own = await uploadsOf(transaction, subject).delete();
    if (subject.kind === 'organisation') return own;
    const naming = await transaction('appointment_imports')
      .whereRaw('instr(lower(content), ?) > 0', [subject.email])
      .delete();
    return own + naming;
  },

  async expire(transaction, terms, limit) {
    const ids: string[] = await over(transaction, terms).limit(limit).pluck('id');
    return transaction('appointment_imports').whereIn('id', ids).delete();
  },

  async count(database, terms) {
    return {
      total: await countOf(database('appointment_imports')),
      due: await countOf(over(database, terms)),
    };
  },
};
