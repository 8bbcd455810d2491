import type { Query } from './keyset.ts';

/** How many rows a query has. */
export async function countOf(query: Query): Promise<number> {
  const [row]: { rows: number }[] = await query.clone().clearSelect().count({ rows: '*' });
  return Number(row?.rows ?? 0);
}
