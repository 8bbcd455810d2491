import { fileURLToPath } from 'node:url';
import view from '@fastify/view';
import fp from 'fastify-plugin';
import Handlebars from 'handlebars';
import type { Config } from '../../config/config.ts';
import type { TextParams, Translate } from '../kernel/i18n.ts';
import { languages } from '../kernel/languages.ts';

export interface ViewsOptions {
  readonly controller: Config['controller'];
}

/** What a view gets besides what `page` is called with. */
export interface PageData {
  /** Stands in the title, before the site's name. */
  readonly title: string;
  readonly [name: string]: unknown;
}

declare module 'fastify' {
  interface FastifyReply {
    /**
     * Answers a page: `view` is the path of a template below `app/`, put into `edge/views/layout.hbs`. In a view
     * `{{t "key" name=value}}` is a text in the reader's language, `{{asset "room.js"}}` the address of a file of the
     * client, and `{{json value}}` a value for a `<script type="application/json">`. Everything is escaped.
     */
    page(view: string, data: PageData): Promise<FastifyReply>;
  }
}

/** Characters that could end the script element around the JSON, or start another; equal to them inside of strings. */
const markup: Readonly<Record<string, string>> = { '<': '\\u003c', '>': '\\u003e', '&': '\\u0026' };

/** A value as JSON that can stand inside of an HTML script element. */
export function embedJson(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&]/g, (character) => markup[character] ?? '');
}

/** Pages, made on the server with Handlebars. */
export const views = fp<ViewsOptions>(
  async (app, { controller }) => {
    const handlebars = Handlebars.create();
    handlebars.registerHelper('t', (key: string, options: Handlebars.HelperOptions) => {
      const t: Translate = options.data.root.t;
      return t(key, options.hash as TextParams);
    });
    handlebars.registerHelper('asset', (name: string) => app.assetPath(name));
    handlebars.registerHelper('json', (value: unknown) => new Handlebars.SafeString(embedJson(value)));

    await app.register(view, {
      engine: { handlebars },
      root: fileURLToPath(new URL('..', import.meta.url)),
      layout: 'edge/views/layout.hbs',
      // Reads each view once.
      production: true,
      // A name that nobody filled in is a fault and not an empty place.
      options: { compileOptions: { strict: true } },
    });

    app.decorateReply('page', async function (name, data) {
      const { language, site, t } = this.request;
      // Pages differ by language and hold what may change with every release: they are cheap to make anew.
      this.header('Cache-Control', 'no-store').header('Content-Language', language);
      const html = await this.viewAsync(name, {
        t,
        language,
        site,
        languages: languages.map((code) => ({
          code,
          name: t(`layout.languageNames.${code}`),
          isCurrent: code === language,
        })),
        controllerName: controller.name,
        supportEmail: controller.support_email,
        ...data,
      });
      return this.type('text/html; charset=utf-8').send(html);
    });
  },
  { name: 'views', dependencies: ['assets', 'language', 'sites'] },
);
