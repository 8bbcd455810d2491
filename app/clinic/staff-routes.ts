import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { readForm } from '../edge/form-fields.ts';
import type { Asker } from '../identity/authority.ts';
import { AppError } from '../kernel/errors.ts';
import { languages } from '../kernel/languages.ts';
import { readTypedName } from '../kernel/typed-name.ts';
import { readTypedText } from '../kernel/typed-text.ts';
import { canonicalAddress, isMailAddress } from '../mail/address.ts';
import type { AreaDesk } from './area-desk.ts';
import type { AreaPermission } from './area-permissions.ts';
import type { Guests, NewGuest } from './guests.ts';
import type { Memberships } from './memberships.ts';
import type { Queue } from './queue.ts';
import type { StaffLive } from './staff-live.ts';
import { quickWords, staffPage } from './staff-page.ts';
import type { StaffViews } from './staff-views.ts';

export interface StaffRoutesOptions {
  readonly views: StaffViews;
  readonly live: StaffLive;
  readonly queue: Queue;
  readonly guests: Guests;
  readonly desk: AreaDesk;
  readonly memberships: Memberships;
  /** IANA name. */
  readonly timeZone: string;
}

type ById = { Params: { id: string } };

const NOTE_LIMIT = 500;
const MESSAGE_LIMIT = 300;
const GUEST_NAME_LIMIT = 80;

const config = { access: 'clinic.use' } as const;

/** `/clinic`: the queue of all areas that somebody works in, and what they do there. */
export const staffRoutes = fp<StaffRoutesOptions>(
  async (app, { views, live, queue, guests, desk, memberships, timeZone }) => {
    /** Before anything is shown: what can't be written down is not seen. */
    const noteLook = async ({ signedIn, session, actor }: FastifyRequest) => {
      const areas = (await memberships.of(signedIn.id)).map(({ areaId }) => areaId).sort();
      await app.audit.recordLook(session?.id ?? signedIn.id, actor, {
        action: 'queue.viewed',
        organisationId: signedIn.organisationId,
        details: { areas },
      });
    };

    app.get('/clinic', { config }, async (request, reply) => {
      await noteLook(request);
      const view = await views.of(request.signedIn);
      return reply.consolePage('clinic/views/staff.hbs', {
        title: request.t('queue.heading'),
        section: 'waiting',
        ...staffPage(request, view, timeZone),
        pageData: {
          view,
          siteName: request.site.name,
          quickWords: quickWords(app.translates),
          language: request.language,
          texts: request.texts.client,
        },
      });
    });

    app.get('/clinic/queue.json', { config }, async (request, reply) => {
      await noteLook(request);
      return reply.header('Cache-Control', 'no-store').send(await views.of(request.signedIn));
    });

    app.get(
      '/clinic/live',
      { websocket: true, config, preHandler: noteLook },
      (socket, { signedIn: { id, name, organisationId }, session }) => {
        if (session !== null) live.add(socket, { id, name, organisationId, sessionId: session.id });
      },
    );

    app.post<ById>('/clinic/visits/:id/take', { config }, async (request, reply) => {
      const { id } = request.params;
      await queue.take(asker(request), id);
      return done(request, reply, `/clinic/visits/${id}/enter`);
    });

    app.get<ById>('/clinic/visits/:id/enter', { config }, async (request, reply) =>
      reply.redirect(await guests.enterPath(request.signedIn.id, request.params.id), 303),
    );

    app.post<ById>('/clinic/visits/:id/put-back', { config }, async (request, reply) => {
      await queue.putBack(asker(request), request.params.id);
      return done(request, reply);
    });

    // Who may not is told so before what they sent is looked at: by no answer can one tell what there is.
    const visitFor = async (request: FastifyRequest<ById>, permission: AreaPermission) => {
      await queue.demand(request.signedIn.id, request.params.id, permission);
      return request.params.id;
    };

    app.post<ById>('/clinic/visits/:id/hand-over', { config }, async (request, reply) => {
      const id = await visitFor(request, 'visits.hand_over');
      const { to = '', area = '', note = '' } = readForm(request.body);
      const text = readTypedText(note, NOTE_LIMIT);
      if (text === null || (to === '' && area === '')) throw new AppError('invalid_input');
      await queue.handOver(asker(request), id, {
        areaId: area || null,
        personId: to || null,
        note: text,
      });
      return done(request, reply);
    });

    app.post<ById>('/clinic/visits/:id/end', { config }, async (request, reply) => {
      await queue.end(asker(request), request.params.id);
      return done(request, reply);
    });

    app.post<ById>('/clinic/visits/:id/message', { config }, async (request, reply) => {
      const id = await visitFor(request, 'visits.message');
      await queue.message(asker(request), id, messageOf(request));
      return done(request, reply);
    });

    app.post<ById>('/clinic/visits/:id/call-back', { config }, async (request, reply) => {
      await queue.callBack(asker(request), request.params.id);
      return done(request, reply);
    });

    app.post<ById>('/clinic/visits/:id/bring-in', { config }, async (request, reply) => {
      const id = await visitFor(request, 'visits.bring_in');
      const guest = guestOf(request);
      const path = await guests.add(asker(request), id, guest);
      const isToPass = !('personId' in guest) && guest.email === null;
      if (wantsJson(request)) return reply.send({ link: isToPass ? request.ownUrl(path) : null });
      if (!isToPass) return done(request, reply);
      return reply.consolePage('clinic/views/guest-link.hbs', {
        title: request.t('clinic.guestLink.title'),
        section: 'waiting',
        link: request.ownUrl(path),
      });
    });

    for (const [act, isSuspended] of [
      ['suspend', true],
      ['resume', false],
    ] as const)
      app.post<ById>(`/clinic/areas/:id/${act}`, { config }, async (request, reply) => {
        await desk.setSuspended(asker(request), request.params.id, isSuspended);
        return done(request, reply);
      });

    app.post<ById>('/clinic/areas/:id/transfer', { config }, async (request, reply) => {
      await memberships.demand(request.signedIn.id, request.params.id, 'area.transfer');
      const { to = '' } = readForm(request.body);
      if (to === '') throw new AppError('invalid_input');
      await desk.transfer(asker(request), request.params.id, to);
      return done(request, reply);
    });

    app.post<ById>('/clinic/areas/:id/message', { config }, async (request, reply) => {
      await memberships.demand(request.signedIn.id, request.params.id, 'visits.message');
      await desk.messageAll(asker(request), request.params.id, messageOf(request));
      return done(request, reply);
    });
  },
  { name: 'staff-routes', dependencies: ['console-frame', 'access', 'own-urls', 'meetings'] },
);

const asker = ({ signedIn, actor }: FastifyRequest): Asker => ({ person: signedIn, actor });

const wantsJson = ({ headers }: FastifyRequest) => headers.accept === 'application/json';

/** Scripts learn where it goes on; browsers are led there. */
function done(request: FastifyRequest, reply: FastifyReply, path = '/clinic'): FastifyReply {
  return wantsJson(request) ? reply.send({ path }) : reply.redirect(path, 303);
}

function messageOf(request: FastifyRequest): string {
  const text = readTypedText(readForm(request.body).text, MESSAGE_LIMIT);
  if (!text) throw new AppError('invalid_input');
  return text;
}

function guestOf(request: FastifyRequest): NewGuest {
  const form = readForm(request.body);
  const kind = (['interpreter', 'family', 'colleague'] as const).find((each) => each === form.kind);
  if (kind === undefined) throw new AppError('invalid_input');
  if (form.person) return { kind, personId: form.person };
  const name = readTypedName(form.name, GUEST_NAME_LIMIT);
  const address = form.email ? canonicalAddress(form.email) : null;
  if (name === null || (address !== null && !isMailAddress(address))) throw new AppError('invalid_input');
  const language = languages.find((each) => each === form.language) ?? request.language;
  return { kind, name, email: address, language };
}
