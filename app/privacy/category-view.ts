import type { DataCategory, LegalBasis } from '../inventory/data-category.ts';
import type { Translate } from '../kernel/i18n.ts';
import type { Language } from '../kernel/languages.ts';
import type { PrivacyTerms } from './terms.ts';

/** The letter of Article 6(1) of the GDPR that a legal basis is. */
const articleLetters = {
  consent: 'a',
  contract: 'b',
  legal_obligation: 'c',
  legitimate_interests: 'f',
} as const satisfies Record<LegalBasis, string>;

/** A category of personal data, in words. */
export interface CategoryView {
  readonly name: string;
  readonly title: string;
  readonly what: string;
  readonly purpose: string;
  readonly basis: string;
  readonly subjects: string;
  readonly recipients: string;
  readonly kept: string;
}

/** Says what a category is at this installation, for the notice and the register of processing. */
export function categoryView(
  {
    t,
    language,
    terms,
  }: { readonly t: Translate; readonly language: Language; readonly terms: PrivacyTerms },
  category: DataCategory,
): CategoryView {
  const { name, legalBasis, subjects, recipients } = category;
  const list = new Intl.ListFormat(language, { type: 'conjunction' });
  return {
    name,
    title: t(`data.${name}.title`),
    what: t(`data.${name}.what`, terms),
    purpose: t(`data.${name}.purpose`),
    basis: t(`processing.bases.${legalBasis}`, {
      letter: articleLetters[legalBasis],
      interest: legalBasis === 'legitimate_interests' ? t(`data.${name}.interest`) : '',
    }),
    subjects: list.format(subjects.map((each) => t(`processing.subjects.${each}`))),
    recipients: list.format(recipients.map((role) => t(`processing.recipients.${role}`))),
    kept: keptText(t, category, terms),
  };
}

/** How long a category is kept here. */
function keptText(t: Translate, category: DataCategory, terms: PrivacyTerms): string {
  const { name, retention, hasOwnTime = retention === 'moment' } = category;
  if (hasOwnTime) return t(`data.${name}.kept`, terms);
  return t(`processing.kept.${retention}`, terms);
}
