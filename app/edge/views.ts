import { fileURLToPath } from 'node:url';
import view from '@fastify/view';
import fp from 'fastify-plugin';
import Handlebars from 'handlebars';
import type { Config } from '../../config/config.ts';
import type { TextParams, Translate } from '../kernel/i18n.ts';
import { type Language, languages } from '../kernel/languages.ts';
import { shownDay, shownExactly, shownInstant } from '../kernel/shown-instant.ts';

export interface ViewsOptions {
  readonly controller: Config['controller'];
}

/** What a view gets besides what `page` is called with. */
export interface PageData {
  /** Stands in the title, before the site's name. */
  readonly title: string;
  readonly [name: string]: unknown;
}

/** Whoever opened a page, for its head. */
export interface Visitor {
  /** Null for somebody who is not signed in. */
  readonly name: string | null;
  /** Leads to the page to sign in, and from there back to this one. */
  readonly signInPath: string;
}

/** Something that people are asked to agree to, at the head of a page. */
export interface Question {
  readonly purposes: readonly { readonly title: string; readonly text: string }[];
  /** Where they are, to be led back there. */
  readonly to: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by whatever asks for consent; null where nothing has to be asked, as on most sites. */
    question: Question | null;
    /** Set by whatever knows people; null where it was not asked who this is: no page says then. */
    visitor: Visitor | null;
  }
  interface FastifyReply {
    /**
     * Answers a page: `view` is the path of a template below `app/`, put into `edge/views/layout.hbs`. In a view
     * `{{t "key" name=value}}` is a text in the reader's language, `{{asset "room.js"}}` the address of a file of the
     * client, `{{time at}}` an instant in milliseconds in the reader's language and the server's time zone,
     * `{{day at}}` its day, and
     * `{{json value}}` a value for a `<script type="application/json">`. Everything is escaped.
     *
     * `{{> field}}` draws what `form-fields.ts` makes.
     *
     * @param layout is the path of another layout.
     */
    page(view: string, data: PageData, layout?: string): Promise<FastifyReply>;
  }
}

/** Characters that could end the script element around the JSON, or start another; equal to them inside of strings. */
const markup: Readonly<Record<string, string>> = { '<': '\\u003c', '>': '\\u003e', '&': '\\u0026' };

/** A value as JSON that can stand inside of an HTML script element. */
function embedJson(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&]/g, (character) => markup[character] ?? '');
}

/** The address of this page in another language. What was searched, or where signing in leads, stays. */
function inLanguage(url: string, code: Language): string {
  const search = new URLSearchParams(/\?(.*)$/.exec(url)?.[1] ?? '');
  search.delete('done');
  search.set('lang', code);
  return `?${search}`;
}

/** Views that others use with `{{> name}}`. */
const partials = {
  field: 'edge/views/field.hbs',
  table: 'console/views/table.hbs',
  barChart: 'console/statistics/views/bar-chart.hbs',
  statisticsTable: 'console/statistics/views/table.hbs',
  stateCards: 'console/state/views/cards.hbs',
  codeField: 'identity/sign-in/views/code-field.hbs',
  question: 'privacy/consent/views/question.hbs',
  connectionTest: 'connection/views/panel.hbs',
  doorFacts: 'clinic/views/door-facts.hbs',
  visitRow: 'clinic/views/visit-row.hbs',
  expectedRow: 'clinic/views/expected-row.hbs',
  visitActs: 'clinic/views/visit-acts.hbs',
  notice: 'privacy/notice/views/content.hbs',
  processing: 'privacy/processing/views/content.hbs',
};

/** Pages, made on the server with Handlebars. */
export const views = fp<ViewsOptions>(
  async (app, { controller }) => {
    const handlebars = Handlebars.create();
    handlebars.registerHelper('t', (key: string, options: Handlebars.HelperOptions) => {
      const t: Translate = options.data.root.t;
      return t(key, options.hash as TextParams);
    });
    handlebars.registerHelper('asset', (name: string) => app.assetPath(name));
    const timeHelper = (show: typeof shownInstant) => (at: number, options: Handlebars.HelperOptions) => {
      const language: Language = options.data.root.language;
      const text = Handlebars.escapeExpression(show(at, language));
      return new Handlebars.SafeString(`<time datetime="${new Date(at).toISOString()}">${text}</time>`);
    };
    handlebars.registerHelper('time', timeHelper(shownInstant));
    handlebars.registerHelper('exactTime', timeHelper(shownExactly));
    handlebars.registerHelper('day', timeHelper(shownDay));
    handlebars.registerHelper('json', (value: unknown) => new Handlebars.SafeString(embedJson(value)));

    await app.register(view, {
      engine: { handlebars },
      root: fileURLToPath(new URL('..', import.meta.url)),
      // Reads each view once.
      production: true,
      // A name that nobody filled in is a fault and not an empty place.
      options: { compileOptions: { strict: true, preventIndent: true }, partials },
    });

    app.decorateRequest('visitor', null);
    app.decorateRequest('question', null);
    app.decorateReply('page', async function (name, data, layout = 'edge/views/layout.hbs') {
      const { language, site, t, visitor, question, url, method } = this.request;
      // Pages differ by language and hold what may change with every release: they are cheap to make anew.
      this.header('Cache-Control', 'no-store').header('Content-Language', language);
      const all = {
        t,
        language,
        site,
        looks: app.looksOf(site),
        editionName: t(`layout.editions.${site.edition}`),
        isMed: site.edition === 'med',
        languages: languages.map((code) => ({
          code,
          name: t(`layout.languageNames.${code}`),
          isCurrent: code === language,
          // The answer to a form has no address of its own.
          href: method === 'GET' ? inLanguage(url, code) : `?lang=${code}`,
        })),
        visitor,
        question,
        controllerName: controller.name,
        supportEmail: controller.support_email,
        // Features that an installation may leave out.
        hasContact: app.hasRoute({ method: 'GET', url: '/contact' }),
        hasNewsletter: app.hasRoute({ method: 'GET', url: '/newsletter' }),
        ...data,
      };
      const html = await this.viewAsync(name, all, { layout });
      return this.type('text/html; charset=utf-8').send(html);
    });
  },
  { name: 'views', dependencies: ['assets', 'language', 'sites', 'site-looks'] },
);
