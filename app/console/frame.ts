/**
 * The frame around every page of the console: navigation by permission, who is signed in, language, what was just
 * done.
 *
 * A page:
 * ```ts
 * app.get('/console/rooms', { config: { access: 'rooms.read' } }, async (request, reply) =>
 *   reply.consolePage('console/rooms/views/rooms.hbs', { title: request.t('rooms.title'), section: 'rooms' }));
 * ```
 * - Views are Handlebars below `app/`. They begin with `<header class="page-head"><h1>{{title}}</h1> …` and may use
 *   the partials `{{> table table}}` (table.ts) and `{{> field fields.name}}` (edge/form-fields.ts), `{{time at}}` and
 *   `{{t "key"}}`. Every name that a view mentions must be in its data, if only as null.
 * - Classes (client/styles/console.css): `page-head` (heading and, in `.actions`, buttons), `panel` (a box), `form`
 *   (fields below one another), `facts` in a `panel`, `badge-text is-good|is-warning|is-bad|is-quiet` (a state, beside
 *   its word), `danger-zone`, `button is-plain|is-danger`.
 * - A form posts to the address of its page. A fault: `reply.code(400)` and the same page with what was typed. Done:
 *   `reply.redirect(withDone('/console/rooms', 'room_made'), 303)` with a code of flash.ts.
 */
import fp from 'fastify-plugin';
import type { PageData } from '../edge/views.ts';
import { doneCode } from './flash.ts';
import { type SectionName, sectionsOf } from './sections.ts';

/** What a console page gets. */
export interface ConsolePageData extends PageData {
  /** The entry of the navigation that the page belongs to; null for none. */
  readonly section: SectionName | null;
}

declare module 'fastify' {
  interface FastifyReply {
    /** Answers a page in the console's frame; for routes that only let in who is signed in. */
    consolePage(view: string, data: ConsolePageData): Promise<FastifyReply>;
  }
}

export const consoleFrame = fp(
  async (app) => {
    app.decorateReply('consolePage', async function (view, data) {
      const { request } = this;
      const { t } = request;
      const person = request.signedIn;
      const done = doneCode(request.query);
      // Pages hold what only this person may see.
      this.header('X-Robots-Tag', 'noindex, nofollow');
      return this.page(
        view,
        {
          ...data,
          person: { name: person.name, roleName: t(`roles.${person.role}`) },
          sections: sectionsOf(person.role, request.site.edition).map(({ name, path, icon }) => ({
            path,
            icon,
            text: t(`console.sections.${name}`),
            isCurrent: name === data.section,
          })),
          done: done && t(`console.done.${done}`),
        },
        'console/views/layout.hbs',
      );
    });
  },
  { name: 'console-frame', dependencies: ['views', 'access'] },
);
