import type { Query } from '../database/keyset.ts';
import type { Database, Transaction } from '../database/open.ts';
import { AppError } from '../kernel/errors.ts';
import type { RetentionTerms } from './category-store.ts';

/** Ids of the people and organisations about whom nothing may be erased at an instant. A hold ends by itself. */
export async function heldIds(database: Database | Transaction, now: number): Promise<ReadonlySet<string>> {
  return new Set(
    await database('legal_holds').where('ends_at', '>', now).whereNull('lifted_at').pluck('object_id'),
  );
}

/** @throws AppError `on_legal_hold` when one of these is held. What is null is nobody. */
export async function demandNotHeld(
  transaction: Transaction,
  now: number,
  ids: readonly (string | null)[],
): Promise<void> {
  const held = await heldIds(transaction, now);
  if (ids.some((id) => id !== null && held.has(id))) throw new AppError('on_legal_hold');
}

/** @throws AppError `on_legal_hold` when an organisation, or one of its people, is held. */
export async function demandNobodyHeld(
  transaction: Transaction,
  now: number,
  organisationId: string,
): Promise<void> {
  const held = JSON.stringify([...(await heldIds(transaction, now))]);
  const person: unknown = await transaction('people')
    .where({ organisation_id: organisationId })
    .whereRaw('id IN (SELECT value FROM json_each(?))', [held])
    .first('id');
  if (person !== undefined) throw new AppError('on_legal_hold');
  await demandNotHeld(transaction, now, [organisationId]);
}

/** Leaves out the rows in one of whose columns somebody stands who is held. */
export function notHeld<Rows extends Query>(
  query: Rows,
  { heldIds: held }: Pick<RetentionTerms, 'heldIds'>,
  ...columns: readonly string[]
): Rows {
  if (held.size === 0) return query;
  const ids = JSON.stringify([...held]);
  for (const column of columns) {
    query.whereRaw("coalesce(??, '') NOT IN (SELECT value FROM json_each(?))", [column, ids]);
  }
  return query;
}

/** Leaves out the rows that hold an address of somebody who is held. */
export function notOfHeldAddress<Rows extends Query>(
  query: Rows,
  { heldIds: held }: Pick<RetentionTerms, 'heldIds'>,
  column: string,
): Rows {
  if (held.size === 0) return query;
  query.whereRaw(
    "coalesce(??, '') NOT IN (SELECT email FROM people WHERE id IN (SELECT value FROM json_each(?)))",
    [column, JSON.stringify([...held])],
  );
  return query;
}
