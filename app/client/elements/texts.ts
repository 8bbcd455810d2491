import { IntlMessageFormat } from 'intl-messageformat';
import type en from '../../locales/en.json';
import type { PageTexts } from '../meeting/page-data.ts';

type Messages = (typeof en)['client'];

type KeyOf<Branch> = {
  [Key in keyof Branch & string]: Branch[Key] extends string ? Key : `${Key}.${KeyOf<Branch[Key]>}`;
}[keyof Branch & string];

/** The path of a text below `client` in `app/locales/*.json`. */
export type TextKey = KeyOf<Messages>;

let language = 'en';
let texts: PageTexts = {};
const formats = new Map<TextKey, IntlMessageFormat>();

/** One language a page: called once, before anything is shown. */
export function loadTexts(pageLanguage: string, pageTexts: PageTexts): void {
  language = pageLanguage;
  texts = pageTexts;
  formats.clear();
}

/** A text in the reader's language (ICU MessageFormat). A missing one is its key, which a test would find. */
export function t(key: TextKey, values: Readonly<Record<string, string | number>> = {}): string {
  let format = formats.get(key);
  if (!format) {
    const text = textAt(key);
    if (text === undefined) return key;
    format = new IntlMessageFormat(text, language, undefined, { ignoreTag: true });
    formats.set(key, format);
  }
  return String(format.format(values));
}

/**
 * A time of day, as it is written in the reader's language.
 *
 * @param at - milliseconds since 1970
 * @param timeZone - IANA name; the reader's own without
 */
export function timeOfDay(at: number, timeZone?: string): string {
  // In the reader's own way, if the browser speaks the page's language: 14:30 in Dublin, 2:30 PM in Boston.
  const own = navigator.languages.find((each) => each.split('-')[0] === language);
  return new Intl.DateTimeFormat(own ?? language, { hour: 'numeric', minute: '2-digit', timeZone }).format(
    at,
  );
}

const sizeUnits = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;

/** How large a file is, in the largest unit that leaves something before the point. */
export function fileSize(bytes: number): string {
  const step = Math.min(sizeUnits.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: sizeUnits[step] ?? 'byte',
    unitDisplay: 'short',
    maximumFractionDigits: 1,
  }).format(bytes / 1000 ** step);
}

/** A number as it is written in the reader's language. */
export function figure(value: number, digits = 0): string {
  return new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value);
}

function textAt(key: TextKey): string | undefined {
  let found: string | PageTexts | undefined = texts;
  for (const step of key.split('.')) found = typeof found === 'object' ? found[step] : undefined;
  return typeof found === 'string' ? found : undefined;
}
