import type { Database, Transaction } from '../database/open.ts';
import { newId } from '../kernel/ids.ts';

/** What staff wrote to a patient. */
export interface VisitMessage {
  readonly visitId: string;
  readonly text: string;
  readonly sentAt: number;
}

/** Most messages to one patient. */
export const MOST_MESSAGES = 50;

/** Messages to these patients, the oldest first. */
export async function messagesOf(
  database: Database | Transaction,
  visitIds: readonly string[],
): Promise<VisitMessage[]> {
  const rows: { visit_id: string; text: string; sent_at: number }[] = await database('visit_messages')
    .whereIn('visit_id', visitIds)
    .orderBy(['visit_id', 'sent_at'])
    .select('visit_id', 'text', 'sent_at');
  return rows.map((row) => ({ visitId: row.visit_id, text: row.text, sentAt: row.sent_at }));
}

/** Writes the same to each of these patients. */
export async function insertMessages(
  transaction: Transaction,
  visitIds: readonly string[],
  { text, sentBy, sentAt }: { readonly text: string; readonly sentBy: string; readonly sentAt: number },
): Promise<void> {
  const rows = visitIds.map((visitId) => ({
    id: newId(),
    visit_id: visitId,
    text,
    sent_by: sentBy,
    sent_at: sentAt,
  }));
  await transaction.batchInsert('visit_messages', rows, 100);
}

export async function countMessages(transaction: Transaction, visitId: string): Promise<number> {
  const [row] = await transaction('visit_messages').where({ visit_id: visitId }).count({ count: '*' });
  return Number(row?.count ?? 0);
}
