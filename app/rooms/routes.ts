import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { Database } from '../database/open.ts';
import { effectPolicies } from '../edge/security-headers.ts';
import { signInPath } from '../identity/return-path.ts';
import { AppError } from '../kernel/errors.ts';
import type { Refusal } from './admission.ts';
import type { RoomDirectory, Visit } from './directory.ts';
import type { Invitation } from './invitation.ts';
import { appointmentInWords } from './moment.ts';
import { refusalFault } from './refusal.ts';
import { isHiddenSlug, ROOM_NAME_LIMIT, slugOf } from './slug.ts';
import { newestRoomsOf } from './store.ts';

export interface RoomsOptions {
  /** What the browser's device is loaded with. @throws AppError `media_unavailable` while the SFU is away. */
  readonly readRouterRtpCapabilities: () => Promise<unknown>;
  readonly directory: RoomDirectory;
  readonly database: Database;
  /** Whether a name that is no room's opens one. */
  readonly anyoneCanOpen: boolean;
}

/** How many of their own rooms somebody finds on the home page. */
const OWN_ROOMS_SHOWN = 6;

const anyone = { config: { access: 'anyone' } } as const;

/** The home page, where a room is named, the pages of the rooms, and the personal links that lead into them. */
export const rooms = fp<RoomsOptions>(
  async (app, { readRouterRtpCapabilities, directory, database, anyoneCanOpen }) => {
    app.get('/', anyone, async (request, reply) => sendHome(request, reply, '', null));

    // The form of the home page, which works without script.
    app.get<{ Querystring: { name?: unknown } }>('/r', anyone, async (request, reply) => {
      const { name } = request.query;
      if (typeof name !== 'string') return reply.redirect('/', 302);
      const slug = slugOf(name);
      if (slug !== null && (anyoneCanOpen || (await directory.find(slug)) !== null))
        return reply.redirect(`/r/${slug}`, 303);
      const fault = new AppError(slug === null ? 'invalid_room_name' : 'room_unknown');
      reply.code(fault.status);
      return sendHome(request, reply, name.slice(0, ROOM_NAME_LIMIT), fault);
    });

    app.get<{ Params: { name: string } }>('/r/:name', anyone, async (request, reply) => {
      forThoseWhoKnow(reply);
      const { name } = request.params;
      const slug = slugOf(name);
      if (slug === null) throw new AppError('invalid_room_name');
      if (slug !== name) return reply.redirect(`/r/${slug}${queryOf(request)}`, 302);
      const visit = await directory.visit(slug, request.person, null);
      return sendRoom(request, reply, slug, visit, null);
    });

    // One person's own link. What it says of them is for them alone.
    app.get<{ Params: { token: string } }>('/i/:token', anyone, async (request, reply) => {
      forThoseWhoKnow(reply);
      const { token } = request.params;
      const followed = await directory.follow(token);
      if (followed === null)
        return sendRefused(request, reply, { kind: 'refused', reason: 'invitation_over' });
      const { slug } = followed.room;
      return sendRoom(request, reply, slug, await directory.visit(slug, request.person, token), token);
    });

    async function sendHome(
      request: FastifyRequest,
      reply: FastifyReply,
      roomName: string,
      fault: AppError | null,
    ): Promise<FastifyReply> {
      const { t, person } = request;
      const own = person === null ? [] : await newestRoomsOf(database, person.id, OWN_ROOMS_SHOWN);
      return reply.page('rooms/views/home.hbs', {
        title: t('home.title'),
        anyoneCanOpen,
        roomName,
        roomNameLimit: ROOM_NAME_LIMIT,
        isSignedIn: person !== null,
        own: own.map(({ name, slug }) => ({ name, path: `/r/${slug}` })),
        fault: fault && [t(`errors.${fault.code}.sentence`), t(`errors.${fault.code}.remedy`)].join(' '),
      });
    }

    async function sendRoom(
      request: FastifyRequest,
      reply: FastifyReply,
      slug: string,
      { room, invitation, admission }: Visit,
      token: string | null,
    ): Promise<FastifyReply> {
      if (admission.kind === 'refused') return sendRefused(request, reply, admission);
      const routerRtpCapabilities = await readRouterRtpCapabilities();
      reply.header('Content-Security-Policy', effectPolicies.room);
      const roomName = room?.name ?? slug;
      // Made for one visit: nobody is to pass its address on, and everybody comes from a queue.
      const isVisit = isHiddenSlug(slug);
      return reply.page('rooms/views/room.hbs', {
        title: room === null ? request.t('room.title', { slug }) : room.name,
        slug,
        roomName,
        isVisit,
        backPath: isVisit ? (request.person === null ? '/w' : '/clinic') : '/',
        name: request.person?.name ?? invitation?.name ?? '',
        appointment: appointmentOf(request, invitation),
        pageData: {
          slug,
          roomName,
          titleName: isVisit ? roomName : slug,
          invitation: token,
          siteName: request.site.name,
          language: request.language,
          texts: request.texts.client,
          routerRtpCapabilities,
          effects: { blurWorker: app.assetPath('blur.js'), noiseWorklet: app.assetPath('noise.js') },
        },
      });
    }
  },
  { name: 'rooms', dependencies: ['views', 'error-pages', 'access'] },
);

/** Says kindly why not, before camera or name are asked for, and what can be done. */
function sendRefused(request: FastifyRequest, reply: FastifyReply, refusal: Refusal): Promise<FastifyReply> {
  const { t, person, language } = request;
  const fault = refusalFault(refusal, t, language);
  // An account may be what is missing: a host's, or that of somebody whose address is invited.
  const signInHelps = person === null && refusal.reason !== 'expired' && refusal.reason !== 'not_found';
  const { opens } = fault.params;
  return reply.code(fault.status).page('rooms/views/refused.hbs', {
    title: opens === undefined ? t(`errors.${fault.code}.sentence`) : t('rooms.closed'),
    remedy: opens ?? t(`errors.${fault.code}.remedy`),
    signIn: signInHelps ? signInPath(request.url) : null,
    isForSignedIn: refusal.reason === 'sign_in',
  });
}

/** Rooms are for those who know of them, and not for search engines. */
function forThoseWhoKnow(reply: FastifyReply): void {
  reply.header('X-Robots-Tag', 'noindex, nofollow');
}

function appointmentOf({ language, t }: FastifyRequest, invitation: Invitation | null): string | null {
  return invitation?.appointment ? appointmentInWords(invitation.appointment, language, t) : null;
}

function queryOf(request: FastifyRequest): string {
  const start = request.url.indexOf('?');
  return start === -1 ? '' : request.url.slice(start);
}
