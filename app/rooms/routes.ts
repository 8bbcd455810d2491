import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { AppError } from '../kernel/errors.ts';
import { ROOM_NAME_LIMIT, slugOf } from './slug.ts';

export interface RoomsOptions {
  /** What the browser's device is loaded with. @throws AppError `media_unavailable` while the SFU is away. */
  readonly readRouterRtpCapabilities: () => Promise<unknown>;
}

/** The home page, where a room is named, and the pages of the rooms. */
export const rooms = fp<RoomsOptions>(
  async (app, { readRouterRtpCapabilities }) => {
    app.get('/', { config: { access: 'anyone' } }, async (request, reply) =>
      sendHome(request, reply, '', null),
    );

    // The form of the home page, which works without script.
    app.get<{ Querystring: { name?: unknown } }>(
      '/r',
      { config: { access: 'anyone' } },
      async (request, reply) => {
        const { name } = request.query;
        if (typeof name !== 'string') return reply.redirect('/', 302);
        const slug = slugOf(name);
        if (slug !== null) return reply.redirect(`/r/${slug}`, 303);
        const fault = new AppError('invalid_room_name');
        reply.code(fault.status);
        return sendHome(request, reply, name.slice(0, ROOM_NAME_LIMIT), fault);
      },
    );

    app.get<{ Params: { name: string } }>(
      '/r/:name',
      { config: { access: 'anyone' } },
      async (request, reply) => {
        // Rooms are for those who know of them.
        reply.header('X-Robots-Tag', 'noindex, nofollow');
        const { name } = request.params;
        const slug = slugOf(name);
        if (slug === null) throw new AppError('invalid_room_name');
        if (slug !== name) return reply.redirect(`/r/${slug}${queryOf(request)}`, 302);

        const routerRtpCapabilities = await readRouterRtpCapabilities();
        return reply.page('rooms/views/room.hbs', {
          title: request.t('room.title', { slug }),
          slug,
          pageData: {
            slug,
            siteName: request.site.name,
            language: request.language,
            texts: request.texts.client,
            routerRtpCapabilities,
          },
        });
      },
    );
  },
  { name: 'rooms', dependencies: ['views', 'error-pages'] },
);

function sendHome(
  request: FastifyRequest,
  reply: FastifyReply,
  roomName: string,
  fault: AppError | null,
): Promise<FastifyReply> {
  return reply.page('rooms/views/home.hbs', {
    title: request.t('home.title'),
    roomName,
    roomNameLimit: ROOM_NAME_LIMIT,
    fault:
      fault &&
      [request.t(`errors.${fault.code}.sentence`), request.t(`errors.${fault.code}.remedy`)].join(' '),
  });
}

function queryOf(request: FastifyRequest): string {
  const start = request.url.indexOf('?');
  return start === -1 ? '' : request.url.slice(start);
}
