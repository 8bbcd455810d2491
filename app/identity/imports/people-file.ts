import type { Translate } from '../../kernel/i18n.ts';
import type { Language } from '../../kernel/languages.ts';
import { roles } from '../../kernel/roles.ts';
import { sortName } from '../../kernel/search-words.ts';
import type { TypedFields } from '../person-fields.ts';
import { type FileFault, type Heads, readCsvTable } from './csv-table.ts';

export type { FileFault } from './csv-table.ts';

/** Lines of people in one file. */
export const MOST_LINES = 20_000;

/** A person as a line of the file has them; `role` and `language` by our names, or as they were written. */
export interface FileLine {
  /** Of the file, from 1; the heads of the columns are in line 1. */
  readonly number: number;
  readonly typed: Required<TypedFields>;
}

export interface PeopleFile {
  readonly lines: readonly FileLine[];
  /** Heads of columns that are of no use, as they were written. */
  readonly ignored: readonly string[];
}

type Column = 'name' | 'given' | 'family' | 'email' | 'language' | 'role';

/** Heads of columns as English and French tables write them, in small letters without accents and blanks. */
const heads: Heads<Column> = {
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

export interface FileWords {
  readonly translates: Readonly<Record<Language, Translate>>;
  /** What stands for a language that is not given. */
  readonly language: Language;
}

/** Reads a table of people: columns in any order, named in English or French, apart by commas, semicolons or tabs. */
export function readPeopleFile(text: string, words: FileWords): PeopleFile | { readonly fault: FileFault } {
  const table = readCsvTable(text, heads, MOST_LINES);
  if ('fault' in table) return table;
  // A table with first names calls the others just “name”.
  const hasGiven = table.has('given');
  const family = table.has('family') ? 'family' : 'name';
  if (!table.has('email') || !(table.has('name') || (hasGiven && table.has(family)))) {
    return { fault: { kind: 'no_columns' } };
  }
  const names = vocabulary(words.translates);
  const lines = table.lines.map(({ number, cell }): FileLine => {
    const language = cell('language');
    const role = cell('role');
    return {
      number,
      typed: {
        name: hasGiven ? `${cell('given')} ${cell(family)}`.trim() : cell('name'),
        email: cell('email'),
        language: language === '' ? words.language : (names.get(sortName(language)) ?? language),
        role: role === '' ? 'member' : (names.get(sortName(role)) ?? role),
      },
    };
  });
  return { lines, ignored: table.ignored };
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
