import { Readable } from 'node:stream';
import { stringify } from 'csv-stringify/sync';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AuditAction } from '../audit/actions.ts';
import type { Cursor } from './cursor.ts';
import { type Asked, type Column, CSV_PAGE_SIZE, listQuery, readAsked, type Table } from './table.ts';

/** Spreadsheets take a file without it for one in an old code page, and accents for other letters. */
const BYTE_ORDER_MARK = '\ufeff';

/** Answers rows as CSV that are all there already: figures, not people. */
export function sendRecords(
  request: FastifyRequest,
  reply: FastifyReply,
  name: string,
  records: readonly (readonly (string | number | null)[])[],
): FastifyReply {
  return reply
    .header('Cache-Control', 'no-store')
    .header('Content-Disposition', `attachment; filename="${name}.csv"`)
    .type('text/csv; charset=utf-8')
    .send(BYTE_ORDER_MARK + linesOf(request, records));
}

/** A French spreadsheet takes semicolons for the ends of cells, an English one commas. */
function linesOf(
  { language }: FastifyRequest,
  records: readonly (readonly (string | number | null)[])[],
): string {
  const delimiter = language === 'fr' ? ';' : ',';
  return stringify([...records], { delimiter, record_delimiter: 'windows', escape_formulas: true });
}

/**
 * Answers everything that a table shows as CSV (RFC 4180), page by page: search and filters count, the page does not.
 * Cells that a spreadsheet would take for a formula get an apostrophe before them.
 *
 * That it was taken is in the audit log before the first line goes out.
 */
export async function sendCsv<Row extends { readonly id: string | number }>(
  request: FastifyRequest,
  reply: FastifyReply,
  table: Table<Row>,
  {
    action,
    organisationId = null,
  }: { readonly action: AuditAction; readonly organisationId?: string | null },
): Promise<FastifyReply> {
  const asked = readAsked(request, table);
  await request.server.audit.record(request.actor, {
    action,
    organisationId,
    details: {
      columns: asked.columns.map(({ name }) => name),
      filters: Object.keys(asked.filters),
      searched: asked.words.length > 0,
    },
  });
  return reply
    .header('Cache-Control', 'no-store')
    .header('Content-Disposition', `attachment; filename="${table.name}.csv"`)
    .type('text/csv; charset=utf-8')
    .send(Readable.from(pages(request, table, asked), { objectMode: false }));
}

async function* pages<Row extends { readonly id: string | number }>(
  request: FastifyRequest,
  table: Table<Row>,
  asked: Asked<Row>,
): AsyncGenerator<string> {
  const write = (records: (string | number | null)[][]) => linesOf(request, records);

  yield BYTE_ORDER_MARK + write([asked.columns.map(({ heading }) => heading(request.t))]);
  let cursor: Cursor | null = null;
  for (;;) {
    const rows: readonly Row[] = await table.list(request, listQuery(asked, cursor, CSV_PAGE_SIZE));
    if (rows.length > 0)
      yield write(rows.map((row) => asked.columns.map((column) => plain(column, row, request))));
    const last = rows.at(-1);
    if (last === undefined || rows.length < CSV_PAGE_SIZE) return;
    cursor = { from: { value: asked.sorted.sort.value(last), id: last.id }, isBackwards: false };
  }
}

function plain<Row>(column: Column<Row>, row: Row, request: FastifyRequest): string | number | null {
  if (column.plain) return column.plain(row);
  const cell = column.cell(row, request.t);
  if ('text' in cell) return cell.text;
  return cell.at === null ? null : new Date(cell.at).toISOString();
}
