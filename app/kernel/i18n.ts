import { IntlMessageFormat } from 'intl-messageformat';

/** Texts of one language: ICU messages under nested keys. */
export interface Texts {
  readonly [key: string]: string | Texts;
}

export type TextParams = Readonly<Record<string, string | number>>;

/** The text at a dotted key, its parameters filled in. */
export type Translate = (key: string, params?: TextParams) => string;

/** A text is missing or does not fit its parameters. A fault of ours: tests fail on it, a reader sees the key. */
export class TextFault extends Error {
  override readonly name = 'TextFault';
}

/**
 * Translates by the texts of one language. Parameters go in as they are: nothing in a message is markup, and whoever
 * puts the result into a page escapes it.
 *
 * @param onFault decides what a reader sees where a text is wrong; throws by default.
 */
export function createTranslate(
  language: string,
  texts: Texts,
  onFault: (fault: TextFault, key: string) => string = (fault) => {
    throw fault;
  },
): Translate {
  const messages = new Map<string, IntlMessageFormat>();

  const read = (key: string): IntlMessageFormat => {
    const known = messages.get(key);
    if (known !== undefined) return known;
    const text = textAt(texts, key);
    if (text === undefined) throw new TextFault(`There is no text ${key} in ${language}.`);
    const message = new IntlMessageFormat(text, language, undefined, { ignoreTag: true });
    messages.set(key, message);
    return message;
  };

  return (key, params) => {
    try {
      return String(read(key).format(params));
    } catch (thrown) {
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      const fault =
        thrown instanceof TextFault
          ? thrown
          : new TextFault(`The text ${key} in ${language} does not work: ${reason}`, { cause: thrown });
      return onFault(fault, key);
    }
  };
}

function textAt(texts: Texts, key: string): string | undefined {
  let found: string | Texts | undefined = texts;
  for (const step of key.split('.')) {
    if (typeof found !== 'object' || !Object.hasOwn(found, step)) return undefined;
    found = found[step];
  }
  return typeof found === 'string' ? found : undefined;
}
