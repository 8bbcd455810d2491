import { stringify } from 'csv-stringify/sync';
import type { Language } from '../kernel/languages.ts';

/** Spreadsheets take a file without it for one in an old code page, and accents for other letters. */
const BYTE_ORDER_MARK = '\ufeff';

/**
 * Rows as CSV (RFC 4180) that a spreadsheet of that language opens: a French one takes semicolons for the ends of
 * cells, an English one commas. Cells that it would take for a formula get an apostrophe before them.
 */
export function spreadsheet(rows: readonly (readonly string[])[], language: Language): string {
  const text = stringify(
    rows.map((row) => [...row]),
    { delimiter: language === 'fr' ? ';' : ',', record_delimiter: 'windows', escape_formulas: true },
  );
  return BYTE_ORDER_MARK + text;
}
