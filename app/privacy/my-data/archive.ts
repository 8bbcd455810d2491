import { strToU8, type Zippable, zipSync } from 'fflate';
import type { CollectedRecord } from '../../inventory/category-store.ts';
import type { Translate } from '../../kernel/i18n.ts';
import type { Language } from '../../kernel/languages.ts';
import { shownInstant } from '../../kernel/shown-instant.ts';
import { categoryView } from '../category-view.ts';
import { spreadsheet } from '../spreadsheet.ts';
import type { PrivacyTerms } from '../terms.ts';
import { archivePage } from './archive-page.ts';
import type { Collected } from './collected.ts';
import { recordWords } from './record-words.ts';

export interface ArchiveOptions {
  readonly t: Translate;
  readonly language: Language;
  readonly terms: PrivacyTerms;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly siteName: string;
}

/**
 * Everything of a subject as one ZIP (GDPR, Articles 15(3) and 20): for each category a JSON and a CSV file, for
 * programs, and one page to read, which needs nothing but a browser. Technical data is left out.
 */
export function dataArchive(options: ArchiveOptions, collected: readonly Collected[]): Buffer {
  const { t, language, terms, at, siteName } = options;
  const own = collected.filter(({ category }) => category.isTechnical !== true);
  const parts = own.map(({ category, records }) => ({
    view: categoryView({ t, language, terms }, category),
    records,
    words: records.map((record) => ({ facts: recordWords({ t, language }, category.name, record) })),
  }));
  const page = archivePage(t, {
    language,
    title: t('myData.archive.title', { site: siteName }),
    madeAt: t('myData.archive.madeAt', { at: shownInstant(at, language) }),
    categories: parts.map(({ view, words }) => ({ ...view, records: words })),
    hasNone: parts.length === 0,
  });
  const files: Zippable = { [`${t('myData.archive.fileName')}.html`]: strToU8(page) };
  for (const { view, records } of parts) {
    const { name, title, purpose, basis, kept } = view;
    const said = { category: name, title, purpose, legalBasis: basis, kept, records };
    files[`json/${name}.json`] = strToU8(`${JSON.stringify(said, null, 2)}\n`);
    files[`csv/${name}.csv`] = strToU8(spreadsheet(rowsOf(records), language));
  }
  // The time of the files: a ZIP without one is of 1980, or of the moment that it is made.
  return Buffer.from(zipSync(files, { mtime: at }));
}

/** A head with every field that a record has, then one row for each record. */
function rowsOf(records: readonly CollectedRecord[]): string[][] {
  const fields = [...new Set(records.flatMap((record) => Object.keys(record)))];
  return [fields, ...records.map((record) => fields.map((field) => String(record[field] ?? '')))];
}
