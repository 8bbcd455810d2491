import { readFileSync } from 'node:fs';
import Handlebars from 'handlebars';
import type { TextParams, Translate } from '../../kernel/i18n.ts';
import type { Language } from '../../kernel/languages.ts';
import type { CategoryView } from '../category-view.ts';
import type { Fact } from './record-words.ts';

export interface ArchivePageData {
  readonly language: Language;
  readonly title: string;
  readonly madeAt: string;
  readonly categories: readonly (CategoryView & {
    readonly records: readonly { readonly facts: readonly Fact[] }[];
  })[];
  readonly hasNone: boolean;
}

const draw = Handlebars.compile(
  readFileSync(new URL('./views/archive.hbs', import.meta.url), 'utf8'),
  // A name that nobody filled in is a fault and not an empty place.
  { strict: true, preventIndent: true },
);

/** The page of an archive, to be opened from a folder: no script, and nothing that is loaded from anywhere. */
export function archivePage(t: Translate, data: ArchivePageData): string {
  return draw(data, {
    helpers: { t: (key: string, options: Handlebars.HelperOptions) => t(key, options.hash as TextParams) },
  });
}
