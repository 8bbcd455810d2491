import { createHash } from 'node:crypto';
import type { Translate } from '../../kernel/i18n.ts';
import type { Language } from '../../kernel/languages.ts';

/** A purpose that people decide about, in words. */
export interface PurposeWords {
  readonly title: string;
  /** What is done, with what, and what a no changes. */
  readonly text: string;
}

/**
 * A purpose that people decide about. What is strictly necessary for what they ask for is none: it is listed on
 * `/cookies` and nobody is asked.
 */
export interface Purpose {
  /** Small letters, digits and `_`. */
  readonly name: string;
  /**
   * `consent`: nothing of it happens before a yes. `exempt`: it needs no consent and can be refused (French data
   * protection act, Article 82; the CNIL's guidelines of 17 September 2020, part 5, on audience measurement).
   */
  readonly basis: 'consent' | 'exempt';
  /** Whether Do Not Track and Global Privacy Control are a no to it, whatever was chosen before. */
  readonly heedsSignals: boolean;
  readonly words: (t: Translate) => PurposeWords;
}

/**
 * Counting visits in a Matomo of our own, set up as the CNIL's exemption wants: by the server, without anything stored
 * in the browser, addresses cut, never joined with anything else.
 */
export const measurement: Purpose = {
  name: 'measurement',
  basis: 'exempt',
  heedsSignals: true,
  words: (t) => ({ title: t('consent.measurement.title'), text: t('consent.measurement.text') }),
};

const NAME = /^[a-z][a-z0-9_]{0,31}$/;

/** What people decide about at this installation, and in which words. */
export class Purposes {
  readonly all: readonly Purpose[];
  readonly #texts: ReadonlyMap<string, string>;
  readonly #versions: ReadonlyMap<string, string>;

  /** @throws {TypeError} for a name that cannot be one, or is there twice. */
  constructor(all: readonly Purpose[], translates: Readonly<Record<Language, Translate>>) {
    const texts = new Map<string, string>();
    for (const { name, basis, words } of all) {
      if (!NAME.test(name) || texts.has(name)) throw new TypeError(`No purpose can be called ${name}.`);
      const said = Object.entries(translates).map(([language, t]) => [language, words(t)]);
      texts.set(name, JSON.stringify({ name, basis, words: Object.fromEntries(said) }));
    }
    this.all = all;
    this.#texts = texts;
    this.#versions = new Map([...texts].map(([name, text]) => [name, versionOf(text)]));
  }

  /** What is said of a purpose, in every language, as JSON. */
  textOf({ name }: Purpose): string {
    return this.#texts.get(name) ?? '';
  }

  /** SHA-256 of {@link textOf}, as hexadecimal digits: with another text it is another question. */
  versionOf({ name }: Purpose): string {
    return this.#versions.get(name) ?? '';
  }
}

/** SHA-256 of a text that people agreed to, as hexadecimal digits. */
export function versionOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
