import { areaField, type Field, textField } from '../../edge/form-fields.ts';
import type { Translate } from '../../kernel/i18n.ts';
import { type Language, languages } from '../../kernel/languages.ts';
import { readTypedName } from '../../kernel/typed-name.ts';
import type { NewsletterText, NewsletterTexts } from '../../privacy/newsletter/newsletters.ts';

const SUBJECT_LIMIT = 120;
const TEXT_LIMIT = 20_000;

/** Control characters but for the end of a line, and those that turn the direction of a text. */
const MISLEADING = /[^\P{Cc}\n]|[\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/u;

type Fault = 'subject' | 'text';
export type NewsletterFaults = Readonly<Partial<Record<`${Fault}_${Language}`, Fault>>>;

/** Reads what was typed: in one language at least, subject and text. */
export function readNewsletter(
  typed: Readonly<Record<string, string>>,
): { readonly texts: NewsletterTexts } | { readonly faults: NewsletterFaults } {
  const faults: Partial<Record<`${Fault}_${Language}`, Fault>> = {};
  const read = (language: Language): NewsletterText => {
    const subject = typed[`subject_${language}`] ?? '';
    const text = (typed[`text_${language}`] ?? '').normalize('NFC').replaceAll(/\r\n?/g, '\n').trim();
    if (subject.trim() === '' && text === '') return { subject: '', text: '' };
    const tidy = readTypedName(subject, SUBJECT_LIMIT);
    if (tidy === null) faults[`subject_${language}`] = 'subject';
    if (text === '' || text.length > TEXT_LIMIT || MISLEADING.test(text)) faults[`text_${language}`] = 'text';
    return { subject: tidy ?? '', text };
  };
  const texts: NewsletterTexts = { en: read('en'), fr: read('fr') };
  if (Object.keys(faults).length > 0) return { faults };
  if (texts.en.text === '' && texts.fr.text === '')
    return { faults: { subject_en: 'subject', text_en: 'text' } };
  return { texts };
}

/** The fields, with what was typed. */
export function newsletterFields(
  t: Translate,
  typed: Readonly<Record<string, string>>,
  faults: NewsletterFaults,
): readonly { readonly language: string; readonly fields: readonly Field[] }[] {
  return languages.map((language) => {
    const common = (name: Fault) => ({
      name: `${name}_${language}`,
      label: t(`newsletters.${name}`),
      value: typed[`${name}_${language}`] ?? '',
      error: faults[`${name}_${language}`] && t(`newsletters.faults.${name}`),
    });
    return {
      language: t(`layout.languageNames.${language}`),
      fields: [
        textField({ ...common('subject'), maxLength: SUBJECT_LIMIT }),
        areaField({ ...common('text'), rows: 10, maxLength: TEXT_LIMIT, hint: t('newsletters.textHint') }),
      ],
    };
  });
}
