/**
 * Tables of the console: search, filters, sort, pages by key and CSV, all by links and a GET form.
 *
 * ```ts
 * const people: Table<PersonRow> = {
 *   name: 'people',
 *   caption: (t) => t('people.title'),
 *   columns: [
 *     { name: 'name', heading: (t) => t('people.name'), cell: (row) => ({ text: row.name, href: `/console/people/${row.id}` }),
 *       sort: { column: 'people.sort_name', value: (row) => row.sort_name } },
 *     { name: 'signed_in', heading: (t) => t('people.signedIn'), cell: (row) => ({ at: row.signed_in_at }), category: signIns },
 *   ],
 *   defaultSort: 'name',                       // '-made': the newest first
 *   search: (t) => t('people.search'),
 *   filters: [{ name: 'role', label: (t) => t('people.role'), options: (t) => [{ value: 'owner', label: … }] }],
 *   list: (request, query) => store.list(request.scope('people.read'), query),
 *   empty: (t) => ({ heading: t('people.empty.heading'), text: t('people.empty.text'), action: { text, href } | null }),
 *   csv: { path: () => '/console/people.csv' },
 * };
 * // The page:  reply.consolePage(view, { title, section, table: await tableView(request, people) })   {{> table table}}
 * // The CSV:   app.get('/console/people.csv', { config: { access: 'people.read', needsConfirmation: true } },
 * //              (request, reply) => sendCsv(request, reply, people, { action: 'people.exported' }))      (csv.ts)
 * ```
 *
 * `list` answers at most `query.page.limit` rows, limited to what the reader may see; `pageBy` and `withWords` of
 * `app/database/` do the rest:
 * ```ts
 * const rows = database('people').select(…).modify((all) => limitTo(all, scope));
 * const { query: found } = await withWords(database, rows, query.words, { table: 'people_words', key: 'person_id', id: 'people.id' });
 * return pageBy(found, query.page, 'people.id');
 * ```
 * Whatever it can be sorted by needs an index (organisation_id,) column, id and is never null.
 */
import type { FastifyRequest } from 'fastify';
import type { ListQuery } from '../database/keyset.ts';
import type { Option } from '../edge/form-fields.ts';
import { type DataCategory, sees } from '../inventory/data-category.ts';
import type { Translate } from '../kernel/i18n.ts';
import { searchWords } from '../kernel/search-words.ts';
import { type Cursor, readCursor, writeCursor } from './cursor.ts';

/** A state, as a cell. */
export interface State {
  readonly text: string;
  readonly tone: Tone;
}

/** What stands in a cell. `tone` makes it a state with a sign of its own. */
export type Cell =
  | { readonly text: string; readonly href?: string | null; readonly tone?: Tone }
  | { readonly at: number | null; readonly isDay?: boolean };
export type Tone = 'good' | 'warning' | 'bad' | 'quiet';

/** The sign of a state, among the client's icons: nobody has to tell colours apart. */
export const signs = {
  good: 'ready',
  warning: 'warning',
  bad: 'fault',
  quiet: 'pause',
} as const satisfies Record<Tone, string>;

export interface Column<Row> {
  /** In URLs and at the head of the CSV. */
  readonly name: string;
  readonly heading: (t: Translate) => string;
  readonly cell: (row: Row, t: Translate) => Cell;
  /** What the CSV has instead of the cell's text; an instant is written as ISO 8601. */
  readonly plain?: (row: Row) => string | number | null;
  readonly sort?: { readonly column: string; readonly value: (row: Row) => string | number };
  /** Left out for those who do not see this category. */
  readonly category?: DataCategory;
  /** In the CSV alone. */
  readonly isHidden?: boolean;
}

export interface Filter {
  readonly name: string;
  readonly label: (t: Translate) => string;
  /** Without the one for all. */
  readonly options: (t: Translate, request: FastifyRequest) => readonly Option[];
}

export interface Table<Row extends { readonly id: string | number }> {
  /** Of the CSV file. */
  readonly name: string;
  readonly caption: (t: Translate) => string;
  /** The first one heads its row. */
  readonly columns: readonly Column<Row>[];
  /** Name of a column; with a minus before it the other way round. */
  readonly defaultSort: string;
  /** Label of the search field; none without. */
  readonly search?: (t: Translate) => string;
  readonly filters?: readonly Filter[];
  readonly list: (request: FastifyRequest, query: ListQuery) => Promise<readonly Row[]>;
  /** Teaches what belongs here while there is nothing. */
  readonly empty: (
    t: Translate,
    request: FastifyRequest,
  ) => {
    readonly heading: string;
    readonly text: string;
    readonly action: { readonly text: string; readonly href: string } | null;
  };
  /** Where the CSV is; none without. */
  readonly csv?: { readonly path: (request: FastifyRequest) => string };
}

/** Rows on a page. */
const PAGE_SIZE = 50;
/** Rows that a CSV file reads at once. */
export const CSV_PAGE_SIZE = 500;
const LONGEST_SEARCH = 200;
/** A name and an address have fewer. */
const MOST_WORDS = 8;

/** What a request asks of a table. */
export interface Asked<Row> {
  readonly columns: readonly Column<Row>[];
  readonly typed: string;
  readonly words: readonly string[];
  readonly filters: Readonly<Record<string, string>>;
  readonly sorted: Column<Row> & { readonly sort: NonNullable<Column<Row>['sort']> };
  readonly direction: 'asc' | 'desc';
  readonly cursor: Cursor | null;
}

/** Reads what is asked; what is none of the table's is as if it were not there. */
export function readAsked<Row extends { readonly id: string | number }>(
  request: FastifyRequest,
  table: Table<Row>,
): Asked<Row> {
  const query = Object(request.query) as Readonly<Record<string, unknown>>;
  const typed = typeof query.q === 'string' ? query.q.trim().slice(0, LONGEST_SEARCH) : '';
  const filters: Record<string, string> = {};
  for (const { name, options } of table.filters ?? []) {
    const chosen = options(request.t, request).find(({ value }) => value === query[name]);
    if (chosen !== undefined) filters[name] = chosen.value;
  }
  const columns = table.columns.filter(
    ({ category }) => category === undefined || sees(request.signedIn.role, category),
  );
  const [sorted, direction] = sortOf(columns, query.sort) ?? sortOf(columns, table.defaultSort) ?? [];
  if (sorted === undefined || direction === undefined) {
    throw new TypeError(`The table ${table.name} cannot be sorted by ${table.defaultSort}.`);
  }
  return {
    columns,
    typed,
    words: table.search ? searchWords(typed).slice(0, MOST_WORDS) : [],
    filters,
    sorted,
    direction,
    cursor: readCursor(query.at),
  };
}

function sortOf<Row>(
  columns: readonly Column<Row>[],
  written: unknown,
): [Asked<Row>['sorted'], 'asc' | 'desc'] | null {
  if (typeof written !== 'string') return null;
  const name = written.replace(/^-/, '');
  const column = columns.find((each) => each.name === name);
  if (column?.sort === undefined) return null;
  return [{ ...column, sort: column.sort }, written.startsWith('-') ? 'desc' : 'asc'];
}

/** The query for the page behind, or before, a place. */
export function listQuery<Row>(asked: Asked<Row>, cursor: Cursor | null, limit: number): ListQuery {
  return {
    words: asked.words,
    filters: asked.filters,
    page: {
      column: asked.sorted.sort.column,
      direction: asked.direction,
      from: cursor?.from ?? null,
      isBackwards: cursor?.isBackwards ?? false,
      limit,
    },
  };
}

/** A query string of what is asked; `change` sets values, and takes away those that are null. */
function queryOf<Row>(asked: Asked<Row>, change: Readonly<Record<string, string | null>>): string {
  const values: Record<string, string | null> = {
    q: asked.typed || null,
    ...asked.filters,
    sort: `${asked.direction === 'desc' ? '-' : ''}${asked.sorted.name}`,
    ...change,
  };
  const set = Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== null);
  return new URLSearchParams(set).toString();
}

/** What the partial `table` draws. */
export async function tableView<Row extends { readonly id: string | number }>(
  request: FastifyRequest,
  table: Table<Row>,
): Promise<Readonly<Record<string, unknown>>> {
  const { t } = request;
  const asked = readAsked(request, table);
  const { cursor, direction, sorted } = asked;
  const found = await table.list(request, listQuery(asked, cursor, PAGE_SIZE + 1));
  const isBackwards = cursor?.isBackwards ?? false;
  const hasMore = found.length > PAGE_SIZE;
  const rows = isBackwards ? found.slice(0, PAGE_SIZE).reverse() : found.slice(0, PAGE_SIZE);
  const [path = ''] = request.url.split('?');
  const address = (change: Readonly<Record<string, string | null>>) => `${path}?${queryOf(asked, change)}`;
  const place = (row: Row | undefined, back: boolean) =>
    row &&
    address({ at: writeCursor({ from: { value: sorted.sort.value(row), id: row.id }, isBackwards: back }) });
  const isNarrowed = asked.words.length > 0 || asked.typed !== '' || Object.keys(asked.filters).length > 0;
  const shown = asked.columns.filter(({ isHidden }) => !isHidden);
  const labels = shown.map(({ heading }) => heading(t));
  const emptyWords = table.empty(t, request);

  return {
    path,
    caption: table.caption(t),
    search: table.search ? { label: table.search(t), value: asked.typed } : null,
    filters: (table.filters ?? []).map(({ name, label, options }) => ({
      name,
      label: label(t),
      options: [{ value: '', label: t('table.all') }, ...options(t, request)].map((option) => ({
        ...option,
        isSelected: option.value === (asked.filters[name] ?? ''),
      })),
    })),
    hasForm: table.search !== undefined || (table.filters ?? []).length > 0,
    sort: `${direction === 'desc' ? '-' : ''}${sorted.name}`,
    isNarrowed,
    csv: table.csv ? `${table.csv.path(request)}?${queryOf(asked, {})}` : null,
    headings: shown.map((column, index) => {
      const isSorted = column.name === sorted.name;
      const isUp = isSorted && direction === 'asc';
      return {
        text: labels[index],
        href: column.sort ? address({ sort: isUp ? `-${column.name}` : column.name, at: null }) : null,
        ariaSort: isSorted ? (isUp ? 'ascending' : 'descending') : null,
        sign: isSorted ? (isUp ? '▲' : '▼') : '',
      };
    }),
    rows: rows.map((row) => ({
      cells: shown.map((column, index) => ({
        label: labels[index],
        ...cellView(column.cell(row, t), index === 0),
      })),
    })),
    hasRows: rows.length > 0,
    previous: (isBackwards ? hasMore : cursor !== null && rows.length > 0) ? place(rows[0], true) : null,
    next: (isBackwards ? rows.length > 0 : hasMore) ? place(rows.at(-1), false) : null,
    first: cursor === null ? null : address({ at: null }),
    empty:
      cursor !== null
        ? {
            heading: t('table.pastEnd'),
            text: '',
            action: { text: t('table.first'), href: address({ at: null }) },
          }
        : isNarrowed
          ? {
              heading: t('table.noMatch'),
              text: t('table.noMatchText'),
              action: { text: t('table.showAll'), href: path },
            }
          : emptyWords,
  };
}

function cellView(cell: Cell, isHead: boolean) {
  const { at = null, isDay = false } = 'at' in cell ? cell : {};
  const { text = '–', href = null, tone = null } = 'text' in cell ? cell : {};
  return {
    isHead,
    isEmpty: at === null && text === '–',
    isPlain: at === null && href === null && tone === null,
    at,
    isInstant: at !== null && !isDay,
    isDay: at !== null && isDay,
    text,
    href,
    tone,
    sign: tone && signs[tone],
  };
}
