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

function textAt(key: TextKey): string | undefined {
  let found: string | PageTexts | undefined = texts;
  for (const step of key.split('.')) found = typeof found === 'object' ? found[step] : undefined;
  return typeof found === 'string' ? found : undefined;
}
