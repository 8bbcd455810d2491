import { createHmac, randomBytes } from 'node:crypto';
import type { Database, Transaction } from '../database/open.ts';

/**
 * The key of a month, made at its first use. There is one at a time: the months before have lost theirs
 * ({@link turnOver} in turn-over.ts).
 */
export async function keyOf(transaction: Transaction, month: string): Promise<string> {
  const known = await findKey(transaction, month);
  if (known !== null) return known;
  const key = randomBytes(32).toString('hex');
  await transaction('call_keys').insert({ month, key });
  return key;
}

/** The key of a month; null if it has none, or none any more. */
async function findKey(database: Database | Transaction, month: string): Promise<string | null> {
  const row: { key: string } | undefined = await database('call_keys').where({ month }).first('key');
  return row?.key ?? null;
}

/** How an organisation stands in the facts of a month: 32 hexadecimal digits; nobody knows whose without the key. */
export function pseudonym(key: string, organisationId: string): string {
  return createHmac('sha256', key).update(organisationId).digest('hex').slice(0, 32);
}
