import { CsvError, parse } from 'csv-parse/sync';
import type { Translate } from '../../kernel/i18n.ts';
import type { Language } from '../../kernel/languages.ts';
import { roles } from '../../kernel/roles.ts';
import { sortName } from '../../kernel/search-words.ts';
import type { TypedFields } from '../person-fields.ts';

/** Lines of people in one file. */
export const MOST_LINES = 20_000;

/** A person as a line of the file has them; `role` and `language` by our names, or as they were written. */
export interface FileLine {
  /** Of the file, from 1; the heads of the columns are in line 1. */
  readonly number: number;
  readonly typed: Required<TypedFields>;
}

/** What is wrong with the file as a whole. */
export type FileFault =
  | { readonly kind: 'empty' | 'no_columns' | 'too_long' }
  /** A quotation mark that does not end, or stands within a cell. */
  | { readonly kind: 'unreadable'; readonly line: number };

export interface PeopleFile {
  readonly lines: readonly FileLine[];
  /** Heads of columns that are of no use, as they were written. */
  readonly ignored: readonly string[];
}

type Column = 'name' | 'given' | 'family' | 'email' | 'language' | 'role';

/** Heads of columns as English and French tables write them, in small letters without accents and blanks. */
const heads: Readonly<Record<Column, readonly string[]>> = {
  name: [
    'name',
    'fullname',
    'displayname',
    'nom',
    'nomcomplet',
    'nometprenom',
    'prenometnom',
    'nomprenom',
    'prenomnom',
  ],
  given: ['firstname', 'givenname', 'forename', 'prenom'],
  family: ['lastname', 'surname', 'familyname', 'nomdefamille'],
  email: [
    'email',
    'emailaddress',
    'mail',
    'address',
    'courriel',
    'adresse',
    'adresseemail',
    'adressemail',
    'adressecourriel',
    'adresseelectronique',
  ],
  language: ['language', 'lang', 'langue'],
  role: ['role'],
};

const DELIMITERS = [',', ';', '\t'] as const;

export interface FileWords {
  readonly translates: Readonly<Record<Language, Translate>>;
  /** What stands for a language that is not given. */
  readonly language: Language;
}

interface ParsedRecord {
  /** `lines`: of the file up to the end of the record. */
  readonly info: { readonly lines: number };
  readonly record: readonly string[];
}

/** Reads a table of people: columns in any order, named in English or French, apart by commas, semicolons or tabs. */
export function readPeopleFile(text: string, words: FileWords): PeopleFile | { readonly fault: FileFault } {
  // A line by which spreadsheets tell each other the delimiter.
  const body = text.replace(/^\ufeff/, '').replace(/^sep=.\r?\n/i, '');
  const skipped = text.length - body.length > 1 ? 1 : 0;
  if (body.trim() === '') return { fault: { kind: 'empty' } };
  const delimiter = delimiterOf(body);
  let records: readonly ParsedRecord[];
  try {
    // With `info` it answers objects, which its types do not know.
    records = parse(body, {
      delimiter,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      trim: true,
      max_record_size: 100_000,
      to: MOST_LINES + 2,
    }) as unknown as readonly ParsedRecord[];
  } catch (thrown) {
    if (!(thrown instanceof CsvError)) throw thrown;
    const { lines } = thrown as unknown as { readonly lines?: number };
    return { fault: { kind: 'unreadable', line: (lines ?? 1) + skipped } };
  }
  const [head, ...rest] = records;
  if (head === undefined || rest.length === 0) return { fault: { kind: 'empty' } };
  if (rest.length > MOST_LINES) return { fault: { kind: 'too_long' } };
  const columns = head.record.map(columnOf);
  const at = (column: Column) => columns.indexOf(column);
  // A table with first names calls the others just “name”.
  const [given, family] = [at('given'), at('family') === -1 ? at('name') : at('family')];
  if (at('email') === -1 || (at('name') === -1 && (given === -1 || family === -1))) {
    return { fault: { kind: 'no_columns' } };
  }
  const names = vocabulary(words.translates);
  const lines = rest.map(({ info, record }): FileLine => {
    const cell = (index: number) => record[index] ?? '';
    const language = cell(at('language'));
    const role = cell(at('role'));
    return {
      number: info.lines + skipped,
      typed: {
        name: given === -1 ? cell(at('name')) : `${cell(given)} ${cell(family)}`.trim(),
        email: cell(at('email')),
        language: language === '' ? words.language : (names.get(sortName(language)) ?? language),
        role: role === '' ? 'member' : (names.get(sortName(role)) ?? role),
      },
    };
  });
  const ignored = head.record.filter((written, index) => columns[index] === null && written !== '');
  return { lines, ignored };
}

/** The delimiter with which the first line holds most of the columns that are known. */
function delimiterOf(text: string): string {
  const [first = ''] = text.split(/\r?\n|\r/, 1);
  const known = (delimiter: string) =>
    first.split(delimiter).filter((head) => columnOf(head.replaceAll('"', '')) !== null).length;
  return DELIMITERS.reduce((best, each) => (known(each) > known(best) ? each : best));
}

function columnOf(head: string): Column | null {
  const plain = sortName(head).replaceAll(/[^a-z]/g, '');
  const found = (Object.keys(heads) as Column[]).find((column) => heads[column].includes(plain));
  return found ?? null;
}

/** Roles and languages by all the names that they have in both languages. */
function vocabulary(translates: FileWords['translates']): ReadonlyMap<string, string> {
  const names = new Map([
    ['english', 'en'],
    ['anglais', 'en'],
    ['francais', 'fr'],
    ['french', 'fr'],
    ['admin', 'administrator'],
    ['administratrice', 'administrator'],
    ['dpd', 'dpo'],
    ['technique', 'technical'],
    ['commercial', 'sales'],
  ]);
  for (const code of ['en', 'fr']) names.set(code, code);
  for (const role of roles) {
    names.set(role, role);
    for (const t of Object.values(translates)) names.set(sortName(t(`roles.${role}`)), role);
  }
  return names;
}
