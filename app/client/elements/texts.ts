import { IntlMessageFormat } from 'intl-messageformat';
import type en from '../../locales/en.json';

type Messages = (typeof en)['client'];

type KeyOf<Branch> = {
  [Key in keyof Branch & string]: Branch[Key] extends string ? Key : `${Key}.${KeyOf<Branch[Key]>}`;
}[keyof Branch & string];

/** The path of a text below `client` in `app/locales/*.json`. */
export type TextKey = KeyOf<Messages>;

type Branch = { readonly [key: string]: string | Branch };

let language = 'en';
let messages: Branch = {};

/** One language a page: called once, before anything is shown. */
export function loadTexts(pageLanguage: string, pageMessages: Branch): void {
  language = pageLanguage;
  messages = pageMessages;
}

/** A text in the reader's language (ICU MessageFormat). A missing one is its key, which a test would find. */
export function t(key: TextKey, values: Readonly<Record<string, string | number>> = {}): string {
  let found: string | Branch | undefined = messages;
  for (const step of key.split('.')) found = typeof found === 'object' ? found[step] : undefined;
  if (typeof found !== 'string') return key;
  return String(new IntlMessageFormat(found, language, undefined, { ignoreTag: true }).format(values));
}
