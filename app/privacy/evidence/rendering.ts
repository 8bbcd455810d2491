import { readFileSync } from 'node:fs';
import Handlebars from 'handlebars';
import type { TextParams, Translate } from '../../kernel/i18n.ts';
import type { Language } from '../../kernel/languages.ts';

const template = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

/** Makes pages that stand alone, to be opened from a folder: no address of ours, no script, styles within. */
export class EvidencePages {
  readonly #handlebars = Handlebars.create();
  readonly #t: Translate;
  readonly #language: Language;
  readonly #foot: Readonly<Record<string, string>>;

  /** @param foot is what stands below each page. */
  constructor(t: Translate, language: Language, foot: { readonly madeAt: string; readonly version: string }) {
    this.#t = t;
    this.#language = language;
    this.#foot = foot;
    this.#handlebars.registerHelper('t', (key: string, options: Handlebars.HelperOptions) =>
      t(key, options.hash as TextParams),
    );
    this.#handlebars.registerPartial('notice', template('notice/views/content.hbs'));
    this.#handlebars.registerPartial('processing', template('processing/views/content.hbs'));
    this.#handlebars.registerPartial('sheet', template('evidence/views/sheet.hbs'));
  }

  /** @param view is the path of a template below `app/privacy/`. */
  page(view: string, data: Readonly<Record<string, unknown>> & { readonly title: string }): string {
    const all = { ...this.#foot, language: this.#language, ...data };
    const body = this.#render(view, all);
    return this.#render('evidence/views/layout.hbs', { ...all, body });
  }

  #render(view: string, data: Readonly<Record<string, unknown>>): string {
    // A name that nobody filled in is a fault and not an empty place.
    const draw = this.#handlebars.compile(template(view), { strict: true, preventIndent: true });
    return draw({ ...data, t: this.#t });
  }
}
