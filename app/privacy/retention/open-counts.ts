import type { Transaction } from '../../database/open.ts';

/**
 * Adds what a batch erased to what no certificate speaks of yet, in the transaction of the batch: whatever is killed
 * when, each record is in exactly one certificate.
 *
 * @param work `retention`, or the id of the organisation that is being erased.
 */
export async function addOpen(
  transaction: Transaction,
  work: string,
  category: string,
  records: number,
): Promise<void> {
  if (records === 0) return;
  await transaction('retention_open')
    .insert({ work, category, records })
    .onConflict(['work', 'category'])
    .merge({ records: transaction.raw('retention_open.records + excluded.records') });
}

/** Takes what is open, for the certificate that is made in this transaction. */
export async function takeOpen(transaction: Transaction, work: string): Promise<ReadonlyMap<string, number>> {
  const rows: { category: string; records: number }[] = await transaction('retention_open').where({ work });
  await transaction('retention_open').where({ work }).delete();
  return new Map(rows.map(({ category, records }) => [category, records]));
}
