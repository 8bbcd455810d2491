import fp from 'fastify-plugin';
import { quickWords, staffPage } from '../../clinic/staff-page.ts';
import type { StaffView } from '../../clinic/staff-view.ts';
import type { StaffViews } from '../../clinic/staff-views.ts';
import type { Person } from '../../identity/person.ts';
import type { Clock } from '../../kernel/clock.ts';
import { AppError } from '../../kernel/errors.ts';

export interface WaitingPagesOptions {
  readonly staffViews: StaffViews;
  readonly clock: Clock;
  /** IANA name, for the times that the page shows before its script runs. */
  readonly timeZone: string;
}

/** `/clinic`: who waits in the departments that one works in. Live by script; without, the page is renewed by itself. */
export const waitingPages = fp<WaitingPagesOptions>(
  async (app, { staffViews, clock, timeZone }) => {
    const words = quickWords(app.translates);

    /** Who works in no department is told so, and whom to ask. */
    async function viewOf(person: Person): Promise<StaffView> {
      try {
        return await staffViews.of(person);
      } catch (thrown) {
        if (!(thrown instanceof AppError) || thrown.code !== 'not_found') throw thrown;
        return { now: clock(), me: { id: person.id, name: person.name }, areas: [], targets: [], visits: [] };
      }
    }

    app.get('/clinic', { config: { access: 'clinic.use' } }, async (request, reply) => {
      const view = await viewOf(request.signedIn);
      return reply.consolePage('clinic/views/staff.hbs', {
        title: request.t('queue.heading'),
        section: 'waiting',
        ...staffPage(request, view, timeZone),
        pageData: {
          view,
          quickWords: words,
          siteName: request.site.name,
          language: request.language,
          texts: request.texts.client,
        },
      });
    });
  },
  { name: 'waiting-pages', dependencies: ['console-frame'] },
);
