import { CsvError, parse } from 'csv-parse/sync';
import { sortName } from '../../kernel/search-words.ts';

/** What is wrong with a file as a whole. */
export type FileFault =
  | { readonly kind: 'empty' | 'no_columns' | 'too_long' }
  /** A quotation mark that does not end, or stands within a cell. */
  | { readonly kind: 'unreadable'; readonly line: number };

/** Heads of columns as people write them, in small letters without accents and blanks, by what they stand for. */
export type Heads<Column extends string> = Readonly<Record<Column, readonly string[]>>;

export interface CsvLine<Column extends string> {
  /** Of the file, from 1; the heads of the columns are in line 1. */
  readonly number: number;
  /** What stands in a column; empty where the table has no such column. */
  readonly cell: (column: Column) => string;
}

export interface CsvTable<Column extends string> {
  readonly lines: readonly CsvLine<Column>[];
  readonly has: (column: Column) => boolean;
  /** Heads of columns that are of no use, as they were written. */
  readonly ignored: readonly string[];
}

const DELIMITERS = [',', ';', '\t'] as const;

interface ParsedRecord {
  /** `lines`: of the file up to the end of the record. */
  readonly info: { readonly lines: number };
  readonly record: readonly string[];
}

/** Reads a table whose columns stand in any order, apart by commas, semicolons or tabs. */
export function readCsvTable<Column extends string>(
  text: string,
  heads: Heads<Column>,
  mostLines: number,
): CsvTable<Column> | { readonly fault: FileFault } {
  // A line by which spreadsheets tell each other the delimiter.
  const body = text.replace(/^\ufeff/, '').replace(/^sep=.\r?\n/i, '');
  const skipped = text.length - body.length > 1 ? 1 : 0;
  if (body.trim() === '') return { fault: { kind: 'empty' } };
  let records: readonly ParsedRecord[];
  try {
    // With `info` it answers objects, which its types do not know.
    records = parse(body, {
      delimiter: delimiterOf(body, heads),
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      trim: true,
      max_record_size: 100_000,
      to: mostLines + 2,
    }) as unknown as readonly ParsedRecord[];
  } catch (thrown) {
    if (!(thrown instanceof CsvError)) throw thrown;
    const { lines } = thrown as unknown as { readonly lines?: number };
    return { fault: { kind: 'unreadable', line: (lines ?? 1) + skipped } };
  }
  const [head, ...rest] = records;
  if (head === undefined || rest.length === 0) return { fault: { kind: 'empty' } };
  if (rest.length > mostLines) return { fault: { kind: 'too_long' } };
  const columns = head.record.map((written) => columnOf(written, heads));
  const at = (column: Column) => columns.indexOf(column);
  return {
    lines: rest.map(({ info, record }) => ({
      number: info.lines + skipped,
      cell: (column) => record[at(column)] ?? '',
    })),
    has: (column) => at(column) !== -1,
    ignored: head.record.filter((written, index) => columns[index] === null && written !== ''),
  };
}

/** The delimiter with which the first line holds most of the columns that are known. */
function delimiterOf<Column extends string>(text: string, heads: Heads<Column>): string {
  const [first = ''] = text.split(/\r?\n|\r/, 1);
  const known = (delimiter: string) =>
    first.split(delimiter).filter((head) => columnOf(head.replaceAll('"', ''), heads) !== null).length;
  return DELIMITERS.reduce((best, each) => (known(each) > known(best) ? each : best));
}

function columnOf<Column extends string>(head: string, heads: Heads<Column>): Column | null {
  const plain = sortName(head).replaceAll(/[^a-z]/g, '');
  const found = (Object.keys(heads) as Column[]).find((column) => heads[column].includes(plain));
  return found ?? null;
}
