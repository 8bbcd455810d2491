import { countOf } from '../../database/counting.ts';
import { type ListQuery, pageBy } from '../../database/keyset.ts';
import type { Database, Transaction } from '../../database/open.ts';
import { AppError } from '../../kernel/errors.ts';
import type { RequestRow } from './request-rows.ts';

/** @throws AppError `not_found`. */
export async function demand(database: Database | Transaction, id: string): Promise<RequestRow> {
  const row: RequestRow | undefined = await database('requests').where({ id }).first();
  if (row === undefined) throw new AppError('not_found');
  return row;
}

/** Changes a request that is open. @throws AppError `changed_meanwhile` for one that is not. */
export async function updateOpen(
  transaction: Transaction,
  id: string,
  change: Partial<RequestRow>,
): Promise<void> {
  const count = await transaction('requests').where({ id, state: 'open' }).update(change);
  if (count !== 1) throw new AppError('changed_meanwhile');
}

export async function nextNumber(transaction: Transaction): Promise<number> {
  const [row]: { last: number | null }[] = await transaction('requests').max({ last: 'number' });
  return (row?.last ?? 0) + 1;
}

const open = (database: Database | Transaction) => database('requests').whereRaw("state = 'open'");

export async function countOpen(transaction: Transaction, email: string): Promise<number> {
  return countOf(open(transaction).where({ email }));
}

export async function openOf(
  database: Database,
  { id, email }: { readonly id: string; readonly email: string },
): Promise<readonly RequestRow[]> {
  return open(database)
    .where((each) => each.where({ person_id: id }).orWhere({ email }))
    .orderBy('due_at');
}

/** Open requests that end before an instant. */
export async function dueBefore(database: Database, at: number): Promise<readonly RequestRow[]> {
  return open(database).where('due_at', '<=', at).orderBy('due_at');
}

export async function list(database: Database, { filters, page }: ListQuery): Promise<readonly RequestRow[]> {
  const requests = database<RequestRow>('requests').select('requests.*');
  if (filters.state === 'open') requests.whereRaw("state = 'open'");
  if (filters.state === 'closed') requests.whereRaw("state <> 'open'");
  return pageBy(requests, page, 'requests.id');
}

/** Names of staff by id, of those who are still there. */
export async function namesOf(
  database: Database,
  ids: readonly (string | null)[],
): Promise<ReadonlyMap<string, string>> {
  const rows: { id: string; name: string }[] = await database('people')
    .whereIn(
      'id',
      ids.filter((id) => id !== null),
    )
    .select('id', 'name');
  return new Map(rows.map(({ id, name }) => [id, name]));
}
