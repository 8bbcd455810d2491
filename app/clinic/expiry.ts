import type { Query } from '../database/keyset.ts';
import type { Database, Transaction } from '../database/open.ts';
import type { RetentionTerms } from '../inventory/category-store.ts';
import { notHeld } from '../inventory/legal-holds.ts';
import { type VisitField, visitFields } from './area.ts';

type Terms = Pick<RetentionTerms, 'now' | 'heldIds'>;

/** Letters to patients, and to those who were brought in: they go with the visit. The partial index is found by these words. */
const TO_PATIENTS = "kind IN ('call_back', 'consultation')";

/** Visits that are over for good: who left could still come back until the end of the day. */
const OVER = "visits.state IN ('left', 'ended')";

/** Visits whose field has to be erased: each keeps it until its own time, and no field outlives its visit. */
export function dueField(database: Database | Transaction, field: VisitField, terms: Terms): Query {
  const rows = database('visits')
    .whereNotNull(`visits.${field}`)
    .where(`visits.${field}_until`, '<=', terms.now)
    .whereRaw(OVER);
  return notHeld(rows, terms, 'visits.organisation_id');
}

/** Visits that have to be erased. */
export function dueVisits(database: Database | Transaction, terms: Terms): Query {
  const rows = database('visits').where('visits.until', '<=', terms.now).whereRaw(OVER);
  return notHeld(rows, terms, 'visits.organisation_id');
}

/** Erases a field of at most so many visits; answers how many. */
export async function expireField(
  transaction: Transaction,
  field: VisitField,
  terms: Terms,
  limit: number,
): Promise<number> {
  const ids: string[] = await dueField(transaction, field, terms).limit(limit).pluck('visits.id');
  if (ids.length === 0) return 0;
  if (field === 'email') await deleteLetters(transaction, ids);
  return transaction('visits')
    .whereIn('id', ids)
    .update({ [field]: null });
}

/** Erases each field of at most so many visits; answers how many fields. */
export async function expireFields(transaction: Transaction, terms: Terms, limit: number): Promise<number> {
  let count = 0;
  for (const field of visitFields) count += await expireField(transaction, field, terms, limit);
  return count;
}

/** Erases at most so many visits with all that hangs on them; answers how many. */
export async function expireVisits(transaction: Transaction, terms: Terms, limit: number): Promise<number> {
  const ids: string[] = await dueVisits(transaction, terms).limit(limit).pluck('visits.id');
  if (ids.length === 0) return 0;
  await deleteLetters(transaction, ids);
  return transaction('visits').whereIn('id', ids).delete();
}

/** Erases letters to patients, and to those who were brought in, whose links lead nowhere any more. */
export async function expireLetters(transaction: Transaction, terms: Terms, limit: number): Promise<void> {
  const rows = transaction('letters').whereRaw(TO_PATIENTS).where('expires_at', '<=', terms.now);
  const ids: string[] = await notHeld(rows, terms, 'letters.organisation_id').limit(limit).pluck('id');
  if (ids.length > 0) await transaction('letters').whereIn('id', ids).delete();
}

/** The outbox would tell for longer whom a department saw. */
async function deleteLetters(transaction: Transaction, visitIds: readonly string[]): Promise<void> {
  await transaction('letters')
    .whereRaw(TO_PATIENTS)
    .whereIn('recipient', transaction('visits').whereIn('id', visitIds).whereNotNull('email').select('email'))
    .delete();
}
