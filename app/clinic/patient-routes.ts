import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { readForm } from '../edge/form-fields.ts';
import { effectPolicies } from '../edge/security-headers.ts';
import { canonicalHostname } from '../edge/sites.ts';
import type { Clock } from '../kernel/clock.ts';
import { AppError } from '../kernel/errors.ts';
import { newToken } from '../kernel/single-use-token.ts';
import { ofNetworkAnHour } from '../privacy/public-form-limit.ts';
import { timeOfDay } from '../rooms/moment.ts';
import type { Area } from './area.ts';
import type { BackLinks } from './back-link.ts';
import { type Door, pleaseReadOf } from './door.ts';
import { sendDoor } from './door-page.ts';
import type { Hold } from './hold.ts';
import { type HoldLive, NOT_THERE } from './hold-live.ts';
import { holdWords } from './hold-words.ts';
import { openStates, type Visit } from './visit.ts';
import { setVisitCookie, visitTokenOf } from './visit-cookie.ts';
import { readSaid } from './visit-fields.ts';

export interface PatientRoutesOptions {
  readonly door: Door;
  readonly hold: Hold;
  readonly live: HoldLive;
  readonly links: BackLinks;
  readonly clock: Clock;
  /** How many may come from one network within an hour: a ward has one address. */
  readonly arrivalsOfNetwork: number;
}

type BySlug = { Params: { slug: string } };
type ByToken = { Params: { token: string } };

const anyone = { config: { access: 'anyone' } } as const;

/** What patients open: the door of a department, and the page on which they wait. On sites of the edition `med` alone. */
export const patientRoutes = fp<PatientRoutesOptions>(
  async (app, { door, hold, live, links, clock, arrivalsOfNetwork }) => {
    /**
     * The area of an address, and the visit of who asks: in that area, or in another into which they were moved.
     *
     * @throws AppError `not_found`
     */
    const at = async (request: FastifyRequest<BySlug>) => {
      if (request.site.edition !== 'med') throw new AppError('not_found');
      const area = await door.area(request.params.slug);
      return { area, visit: await door.visitOf(visitTokenOf(request)) };
    };
    const waitPath = ({ slug }: Area) => `/w/${slug}/wait`;
    const isIn = (area: Area, visit: Visit | null) => visit?.areaId === area.id && isOpen(visit);

    app.get<BySlug>('/w/:slug', anyone, async (request, reply) => {
      const { area, visit } = await at(request);
      if (isIn(area, visit)) return reply.redirect(waitPath(area), 303);
      // By it the form is taken once, however often it is sent.
      if (visitTokenOf(request) === undefined) setVisitCookie(reply, newToken().token);
      return sendDoor(request, reply, area, clock());
    });

    app.post<BySlug>(
      '/w/:slug',
      { config: { access: 'anyone', rateLimit: ofNetworkAnHour(arrivalsOfNetwork) } },
      async (request, reply) => {
        const { area, visit } = await at(request);
        if (isIn(area, visit)) return reply.redirect(waitPath(area), 303);
        const { t, language } = request;
        const typed = readForm(request.body);
        const known = visitTokenOf(request);
        const read = readSaid(typed, area.fields, clock());
        const isAccepted = pleaseReadOf(area) === null || typed.accepted === 'yes';
        const refuse = (fault: string) => {
          reply.code(400);
          const faults = 'faults' in read ? read.faults : {};
          return sendDoor(request, reply, area, clock(), { typed, faults, isAccepted, fault });
        };
        if ('faults' in read || !isAccepted) return refuse(t('clinic.door.wrong'));
        if (known === undefined) {
          setVisitCookie(reply, newToken().token);
          return refuse(t('clinic.door.cookies'));
        }
        // A browser is in one place: who comes to another door gives up the place at the first.
        if (visit !== null && isOpen(visit)) await door.leave(visit);
        const token = visit === null ? known : newToken().token;
        try {
          await door.arrive({
            areaId: area.id,
            language,
            host: canonicalHostname(request.host),
            said: read.said,
            token,
          });
        } catch (fault) {
          const isTold =
            fault instanceof AppError && (fault.code === 'area_closed' || fault.code === 'area_full');
          if (!isTold) throw fault;
          reply.code(fault.status);
          return sendDoor(request, reply, await door.area(area.slug), clock(), {
            typed,
            faults: {},
            isAccepted: true,
            fault: t(`errors.${fault.code}.sentence`),
          });
        }
        if (token !== known) setVisitCookie(reply, token);
        return reply.redirect(waitPath(area), 303);
      },
    );

    app.get<BySlug>('/w/:slug/wait', anyone, async (request, reply) => {
      const { area, visit } = await at(request);
      const seen = visit && (await hold.of(visit.id));
      if (visit === null || seen === null) return reply.redirect(`/w/${area.slug}`, 303);
      if (visit.areaId !== area.id) return backTo(reply, visit);
      // A page without script is one that was loaded a moment ago.
      if (!live.isHere(visit.id)) await door.notePresence(visit, clock());
      const { t, language, site } = request;
      const { view } = seen;
      const words = holdWords(view, (key, values) => t(`client.hold.${key}`, values));
      // It tries camera and microphone as the room does.
      reply
        .header('Content-Security-Policy', effectPolicies.room)
        .header('X-Robots-Tag', 'noindex, nofollow');
      return reply.page('clinic/views/hold.hbs', {
        title: area.name,
        area: { name: area.name, slug: area.slug, supportContact: area.supportContact },
        hold: view,
        words,
        isOpenVisit: isOpen(visit),
        messages: view.messages.map(({ text, sentAt }) => ({
          text,
          at: timeOfDay(sentAt, area.timeZone, language),
        })),
        pageData: {
          slug: area.slug,
          siteName: site.name,
          hold: view,
          language,
          texts: request.texts.client,
        },
      });
    });

    app.get<BySlug>('/w/:slug/wait.json', anyone, async (request, reply) => {
      const { visit } = await at(request);
      const seen = visit && (await hold.of(visit.id));
      if (visit === null || seen === null) throw new AppError('not_found');
      if (!live.isHere(visit.id)) await door.notePresence(visit, clock());
      return reply.header('Cache-Control', 'no-store').send(seen.view);
    });

    app.get<BySlug>(
      '/w/:slug/live',
      { websocket: true, config: { access: 'anyone' } },
      async (socket, request) => {
        try {
          const { visit } = await at(request as FastifyRequest<BySlug>);
          if (visit === null) throw new AppError('not_found');
          live.add(socket, visit);
        } catch {
          socket.close(NOT_THERE);
        }
      },
    );

    app.post<BySlug>('/w/:slug/leave', anyone, async (request, reply) => {
      const { area, visit } = await at(request);
      if (visit !== null && isOpen(visit)) await door.leave(visit);
      return reply.redirect(waitPath(area), 303);
    });

    app.post<BySlug>('/w/:slug/return', anyone, async (request, reply) => {
      const { area, visit } = await at(request);
      if (visit?.state === 'left') await door.comeBack(visit);
      return reply.redirect(waitPath(area), 303);
    });

    app.get<BySlug>('/w/:slug/enter', anyone, async (request, reply) => {
      const { area, visit } = await at(request);
      return reply.redirect((visit && door.enterPath(visit)) ?? waitPath(area), 303);
    });

    // Out of a call, back to where one waited.
    app.get('/w', anyone, async (request, reply) => {
      const visit = await door.visitOf(visitTokenOf(request));
      return visit === null ? reply.redirect('/', 303) : backTo(reply, visit);
    });

    app.get<ByToken>('/w/back/:token', anyone, async (request, reply) => {
      const visit = await followed(request);
      const own = visit && (await door.visitOf(visitTokenOf(request)));
      if (visit !== null && own?.id === visit.id) return backTo(reply, visit);
      reply.header('X-Robots-Tag', 'noindex, nofollow');
      // Programs open the links of letters: the button brings the visit over, not the link itself.
      if (visit === null) reply.code(404);
      return reply.page('clinic/views/back.hbs', {
        title: visit === null ? request.t('clinic.back.over') : request.t('clinic.back.title'),
        action: visit === null ? null : `/w/back/${request.params.token}`,
      });
    });

    app.post<ByToken>('/w/back/:token', anyone, async (request, reply) => {
      const visit = await followed(request);
      if (visit === null) return reply.redirect(`/w/back/${request.params.token}`, 303);
      const { token } = newToken();
      await door.handTo(visit.id, token);
      setVisitCookie(reply, token);
      if (visit.state === 'left') await door.comeBack(visit);
      return backTo(reply, visit);
    });

    async function followed(request: FastifyRequest<ByToken>): Promise<Visit | null> {
      if (request.site.edition !== 'med') throw new AppError('not_found');
      const id = links.visitIdOf(request.params.token);
      const visit = id === null ? null : await door.visitById(id);
      return visit === null || visit.state === 'ended' ? null : visit;
    }

    async function backTo(reply: FastifyReply, visit: Visit): Promise<FastifyReply> {
      const area = await door.areaById(visit.areaId);
      return reply.redirect(waitPath(area), 303);
    }
  },
  { name: 'patient-routes', dependencies: ['views', 'access', 'rate-limits', 'meetings'] },
);

const isOpen = ({ state }: Visit): boolean => openStates.some((each) => each === state);
