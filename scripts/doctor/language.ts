import { createTranslate, type TextParams } from '../../app/kernel/i18n.ts';
import { type CheckName, type Finding, mishaps, type Param, type Params, type Status } from './catalogue.ts';
import en from './texts/en.json' with { type: 'json' };
import fr from './texts/fr.json' with { type: 'json' };

export const texts = { en, fr } as const;
export type Language = keyof typeof texts;

/** The language of whoever sits at the terminal, by the variables of setlocale(3); English if it is none of ours. */
export function languageOf(environment: NodeJS.ProcessEnv): Language {
  const { LC_ALL, LC_MESSAGES, LANG } = environment;
  return /^fr(?![a-z])/.test(LC_ALL || LC_MESSAGES || LANG || '') ? 'fr' : 'en';
}

export interface DoctorTexts {
  /** What the check is called. */
  name(check: CheckName): string;
  word(status: Status): string;
  /** One or more sentences. */
  found(check: CheckName, finding: Finding): string;
  /** What to do; null where there is nothing to do. */
  cure(check: CheckName, finding: Finding): string | null;
  /** A text of the report itself, by its key. */
  own(key: string, params?: TextParams): string;
}

export function textsOf(language: Language): DoctorTexts {
  const t = createTranslate(language, texts[language]);
  const say = (check: CheckName, { code, params, status }: Finding, part: 'found' | 'cure') => {
    const key = Object.hasOwn(mishaps, code) ? `report.${code}` : `checks.${check}.${code}`;
    return part === 'cure' && status === 'green' ? null : t(`${key}.${part}`, shown(params, language));
  };
  return {
    name: (check) => t(`checks.${check}.name`),
    word: (status) => t(`report.${status}`),
    found: (check, finding) => say(check, finding, 'found') ?? '',
    cure: (check, finding) => say(check, finding, 'cure'),
    own: t,
  };
}

/** Whose dates, lists and numbers. */
const locales: Readonly<Record<Language, string>> = { en: 'en-GB', fr: 'fr' };

function shown(params: Params, language: Language): TextParams {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, write(value, language)]));
}

function write(value: Param, language: Language): string | number {
  if (typeof value !== 'object') return value;
  if ('bytes' in value) return writeBytes(value.bytes, language);
  if ('instant' in value) {
    const format = new Intl.DateTimeFormat(locales[language], { dateStyle: 'long', timeStyle: 'short' });
    return format.format(value.instant);
  }
  return new Intl.ListFormat(locales[language], { type: 'conjunction' }).format(value);
}

function writeBytes(bytes: number, language: Language): string {
  const [unit, size] = bytes < 1e9 ? (['megabyte', 1e6] as const) : (['gigabyte', 1e9] as const);
  const format = new Intl.NumberFormat(locales[language], {
    style: 'unit',
    unit,
    maximumFractionDigits: size === 1e9 ? 1 : 0,
  });
  return format.format(bytes / size);
}
