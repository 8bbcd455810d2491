import fp from 'fastify-plugin';
import { AppError } from '../../../kernel/errors.ts';
import type { Feeds } from './feeds.ts';

/** Appointments for calendars, by secret addresses: programs come without a cookie. */
export const feedRoutes = fp<{ readonly feeds: Feeds }>(
  async (app, { feeds }) => {
    app.get<{ Params: { token: string } }>(
      '/calendar/:token/appointments.ics',
      { config: { access: 'anyone', knowsVisitor: false } },
      async (request, reply) => {
        const calendar = await feeds.read(request.params.token, request.id);
        if (calendar === null) throw new AppError('not_found');
        return reply
          .header('Cache-Control', 'no-store')
          .header('X-Robots-Tag', 'noindex, nofollow')
          .type('text/calendar; charset=utf-8; method=PUBLISH')
          .send(calendar);
      },
    );
  },
  { name: 'calendar-feeds', dependencies: ['access', 'error-pages'] },
);
