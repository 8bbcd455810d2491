import type { Transaction } from '../database/open.ts';
import { demandNotHeld } from '../inventory/legal-holds.ts';

/** @throws AppError `on_legal_hold` when somebody with this address must not lose anything. */
export async function demandNobodyOfAddressHeld(
  transaction: Transaction,
  now: number,
  email: string,
): Promise<void> {
  const people: string[] = await transaction('people').where({ email }).pluck('id');
  await demandNotHeld(transaction, now, people);
}
