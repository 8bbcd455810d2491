import { type FileFault, type Heads, readCsvTable } from '../../../identity/imports/csv-table.ts';
import type { Translate } from '../../../kernel/i18n.ts';
import { type Language, languages } from '../../../kernel/languages.ts';
import { sortName } from '../../../kernel/search-words.ts';

/** Lines of appointments in one file. */
export const MOST_LINES = 500;

/** An appointment as a line of the file has it, under the names of the form's fields (appointment-fields.ts). */
export interface AppointmentLine {
  /** Of the file, from 1; the heads of the columns are in line 1. */
  readonly number: number;
  readonly typed: {
    readonly name: string;
    readonly email: string;
    readonly language: string;
    /** `2027-01-05T10:00`, or as it was written. */
    readonly starts: string;
    readonly duration: string;
    /** The address of a clinician; empty for whoever is free. */
    readonly clinician: string;
    readonly reference: string;
  };
}

export interface AppointmentFile {
  readonly lines: readonly AppointmentLine[];
  readonly ignored: readonly string[];
}

type Column =
  | 'name'
  | 'given'
  | 'family'
  | 'email'
  | 'language'
  | 'starts'
  | 'date'
  | 'time'
  | 'duration'
  | 'clinician'
  | 'reference';

/** Heads of columns as English and French tables write them, in small letters without accents and blanks. */
const heads: Heads<Column> = {
  name: ['name', 'fullname', 'patient', 'patientname', 'nom', 'nomcomplet', 'nomdupatient', 'nometprenom'],
  given: ['firstname', 'givenname', 'prenom'],
  family: ['lastname', 'surname', 'familyname', 'nomdefamille'],
  email: ['email', 'emailaddress', 'mail', 'courriel', 'adresseemail', 'adressemail', 'adresseelectronique'],
  language: ['language', 'lang', 'langue'],
  starts: ['start', 'starts', 'startsat', 'datetime', 'debut', 'dateetheure', 'dateheure'],
  date: ['date', 'day', 'jour'],
  time: ['time', 'hour', 'heure'],
  duration: ['duration', 'minutes', 'durationminutes', 'duree', 'dureeminutes', 'dureeenminutes'],
  clinician: ['clinician', 'doctor', 'practitioner', 'with', 'medecin', 'praticien', 'praticienne', 'avec'],
  reference: ['reference', 'ref', 'id', 'identifier', 'identifiant', 'numero'],
};

export interface FileWords {
  readonly translates: Readonly<Record<Language, Translate>>;
  /** What stands for a language that is not given. */
  readonly language: Language;
}

/** Reads a table of appointments: a name and a time are needed; the latter in one column or in two. */
export function readAppointmentFile(
  text: string,
  words: FileWords,
): AppointmentFile | { readonly fault: FileFault } {
  const table = readCsvTable(text, heads, MOST_LINES);
  if ('fault' in table) return table;
  const hasGiven = table.has('given');
  const family = table.has('family') ? 'family' : 'name';
  const hasName = table.has('name') || (hasGiven && table.has(family));
  const hasTime = table.has('starts') || (table.has('date') && table.has('time'));
  if (!hasName || !hasTime) return { fault: { kind: 'no_columns' } };
  const languageNames = vocabulary(words.translates);
  const lines = table.lines.map(({ number, cell }): AppointmentLine => {
    const language = cell('language');
    const starts = table.has('starts') ? cell('starts') : `${cell('date')} ${cell('time')}`;
    return {
      number,
      typed: {
        name: hasGiven ? `${cell('given')} ${cell(family)}`.trim() : cell('name'),
        email: cell('email'),
        language: language === '' ? words.language : (languageNames.get(sortName(language)) ?? language),
        starts: localTime(starts),
        duration: cell('duration'),
        clinician: cell('clinician').toLowerCase(),
        reference: cell('reference'),
      },
    };
  });
  return { lines, ignored: table.ignored };
}

/**
 * A day and a time as browsers write it: out of `2027-01-05 10:00`, `05/01/2027 10:00`, `5.1.2027 10h00` (the day
 * before the month, as Europe writes it). What is none stays as it is, to be shown.
 */
export function localTime(written: string): string {
  const [, day = '', hour = '', minute = ''] =
    /^(\S+?)[T ]+(\d{1,2})[:h.](\d{2})(?::\d{2})?$/i.exec(written.trim()) ?? [];
  const iso = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day);
  const european = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$/.exec(day);
  const [year, month, date] = iso
    ? [iso[1], iso[2], iso[3]]
    : european
      ? [european[3], european[2], european[1]]
      : [];
  if (year === undefined) return written;
  const two = (part: string | undefined) => (part ?? '').padStart(2, '0');
  return `${year}-${two(month)}-${two(date)}T${two(hour)}:${minute}`;
}

function vocabulary(translates: FileWords['translates']): ReadonlyMap<string, string> {
  const names = new Map([
    ['english', 'en'],
    ['anglais', 'en'],
    ['french', 'fr'],
    ['francais', 'fr'],
  ]);
  for (const code of languages) {
    names.set(code, code);
    for (const t of Object.values(translates)) names.set(sortName(t(`layout.languageNames.${code}`)), code);
  }
  return names;
}
