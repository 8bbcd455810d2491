import type { Knex } from 'knex';
import type { Database } from './open.ts';

/** A query that is being put together. */
export type Query = Knex.QueryBuilder;

/** Where a page of a list begins: at the row behind the last one seen, told by its sort value and its id. */
export interface KeysetPage {
  /** `table.column` that the list is sorted by; never null. Rows that are equal there follow by id. */
  readonly column: string;
  readonly direction: 'asc' | 'desc';
  /** The row that the page follows, or leads to; null for the first page. */
  readonly from: { readonly value: string | number; readonly id: string | number } | null;
  /** Whether the page leads to `from`, rows next to it first. */
  readonly isBackwards: boolean;
  /** How many rows at most. */
  readonly limit: number;
}

/** What is asked of a list. */
export interface ListQuery {
  /** What was typed into the search field, as `searchWords` splits it; none for all rows. */
  readonly words: readonly string[];
  /** Chosen filters by name, each one of its options. */
  readonly filters: Readonly<Record<string, string>>;
  readonly page: KeysetPage;
}

/**
 * Sorts and limits a query to one page. With an index over `column` and `idColumn` page 2000 costs as much as page 1.
 */
export function pageBy<Rows extends Query>(query: Rows, page: KeysetPage, idColumn: string): Rows {
  const { column, from, limit } = page;
  if (from !== null) {
    const comparison = orderOf(page) === 'asc' ? '(??, ??) > (?, ?)' : '(??, ??) < (?, ?)';
    query.whereRaw(comparison, [column, idColumn, from.value, from.id]);
  }
  return sortedBy(query, page, idColumn).limit(limit) as Rows;
}

/**
 * The rows of one page with what belongs to them. The page is found first, by id alone: of ten thousand matches that
 * have to be sorted, only those that are shown are looked up in the tables that `join` adds.
 *
 * @param found selects nothing yet.
 * @param idColumn `table.id`; of that table all columns can be selected.
 */
export function joinedPage(
  database: Database,
  found: Query,
  page: KeysetPage,
  idColumn: string,
  join: (rows: Query) => Query,
): Query {
  const [table = ''] = idColumn.split('.');
  const ids = pageBy(found.select(`${idColumn} as page_id`), page, idColumn).as('page');
  const rows = database.from(ids).joinRaw('CROSS JOIN ?? ON ?? = page.page_id', [table, idColumn]);
  return sortedBy(join(rows), page, idColumn);
}

const orderOf = ({ direction, isBackwards }: KeysetPage) =>
  (direction === 'asc') === isBackwards ? 'desc' : 'asc';

function sortedBy<Rows extends Query>(query: Rows, page: KeysetPage, idColumn: string): Rows {
  query.orderBy(page.column, orderOf(page));
  if (page.column !== idColumn) query.orderBy(idColumn, orderOf(page));
  return query;
}
