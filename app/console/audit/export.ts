import { stringify } from 'csv-stringify/sync';
import type { StoredEntry } from '../../audit/entries.ts';
import { jsonLine } from '../../audit/json-line.ts';
import { octetCounted, syslogMessage } from '../../audit/syslog.ts';

/** Spreadsheets take a file without it for one in an old code page, and accents for other letters. */
const BYTE_ORDER_MARK = '\ufeff';

/** Entries that become one piece of the file. */
const PIECE = 500;

export interface ExportFormat {
  readonly contentType: string;
  /** `.` and what follows. */
  readonly ending: string;
  readonly head: (delimiter: string) => string;
  readonly write: (entries: readonly StoredEntry[], options: ExportOptions) => string;
}

export interface ExportOptions {
  /** Name of the appliance. */
  readonly host: string;
  /** Between the cells of a CSV file. */
  readonly delimiter: string;
}

const columns = [
  'number',
  'at',
  'action',
  'actor_kind',
  'actor_id',
  'organisation_id',
  'object_kind',
  'object_id',
  'details',
  'request_id',
  'previous_hash',
  'hash',
] as const satisfies readonly (keyof StoredEntry)[];

export const exportFormats = {
  jsonl: {
    contentType: 'application/jsonl; charset=utf-8',
    ending: '.jsonl',
    head: () => '',
    write: (entries) => entries.map(jsonLine).join(''),
  },
  syslog: {
    contentType: 'application/octet-stream',
    ending: '.syslog',
    head: () => '',
    write: (entries, { host }) => entries.map((entry) => octetCounted(syslogMessage(entry, host))).join(''),
  },
  csv: {
    contentType: 'text/csv; charset=utf-8',
    ending: '.csv',
    head: (delimiter) => BYTE_ORDER_MARK + toCsv([[...columns]], delimiter),
    write: (entries, { delimiter }) =>
      toCsv(
        entries.map((entry) =>
          columns.map((column) => (column === 'at' ? new Date(entry.at).toISOString() : entry[column])),
        ),
        delimiter,
      ),
  },
} as const satisfies Record<string, ExportFormat>;

export type ExportFormatName = keyof typeof exportFormats;

export function isExportFormat(name: unknown): name is ExportFormatName {
  return typeof name === 'string' && Object.hasOwn(exportFormats, name);
}

/** A cell that a spreadsheet would take for a formula gets an apostrophe before it. */
function toCsv(records: readonly (readonly (string | number | null)[])[], delimiter: string): string {
  return stringify(
    records.map((record) => [...record]),
    { delimiter, record_delimiter: 'windows', escape_formulas: true },
  );
}

/** The file, piece by piece. */
export async function* exportPieces(
  entries: AsyncIterable<StoredEntry>,
  format: ExportFormat,
  options: ExportOptions,
): AsyncGenerator<string> {
  yield format.head(options.delimiter);
  let piece: StoredEntry[] = [];
  for await (const entry of entries) {
    piece.push(entry);
    if (piece.length < PIECE) continue;
    yield format.write(piece, options);
    piece = [];
  }
  yield format.write(piece, options);
}
