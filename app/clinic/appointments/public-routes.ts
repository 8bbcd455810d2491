import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { Database } from '../../database/open.ts';
import { readForm } from '../../edge/form-fields.ts';
import type { Clock } from '../../kernel/clock.ts';
import { AppError } from '../../kernel/errors.ts';
import { newToken } from '../../kernel/single-use-token.ts';
import { readTypedText } from '../../kernel/typed-text.ts';
import { readArea } from '../area-store.ts';
import type { Door } from '../door.ts';
import type { Said } from '../visit.ts';
import { setVisitCookie, visitTokenOf } from '../visit-cookie.ts';
import { letsIn, WISH_LIMIT } from './appointment.ts';
import { type AppointmentHead, appointmentPath, calendarFile } from './appointment-words.ts';
import type { PatientSide } from './patient-side.ts';
import {
  isAnswerable,
  type ShownAppointment,
  sendAppointment,
  sendCancelQuestion,
  sendOtherTime,
} from './public-page.ts';
import { openVisitOf } from './visit-of-appointment.ts';

export interface AppointmentPagesOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly patientSide: PatientSide;
  readonly door: Door;
  readonly head: AppointmentHead;
}

type ByToken = { Params: { token: string } };

const anyone = { config: { access: 'anyone' } } as const;
const path = '/appointment/:token';

/** A patient's own appointment, by the link of their letter. No GET changes anything: programs open the links of letters. */
export const appointmentPages = fp<AppointmentPagesOptions>(
  async (app, { database, clock, patientSide, door, head }) => {
    /** What a link leads to; null once it has said that there is nothing. */
    const shownBy = async (
      request: FastifyRequest<ByToken>,
      reply: FastifyReply,
    ): Promise<ShownAppointment | null> => {
      // One person's own, and for no search engine.
      reply.header('X-Robots-Tag', 'noindex, nofollow');
      const { token } = request.params;
      const appointment = request.site.edition === 'med' ? await patientSide.follow(token) : null;
      const area = appointment && (await readArea(database, appointment.areaId));
      if (appointment !== null && area !== null) return { appointment, area, token, now: clock() };
      await reply.code(404).page('clinic/appointments/views/gone.hbs', {
        title: request.t('appointments.page.gone'),
      });
      return null;
    };
    const back = (reply: FastifyReply, { token }: ShownAppointment) =>
      reply.redirect(appointmentPath(token), 303);
    /** Does something and goes back to the page; where it is too late the page says so. */
    const acting = async (
      request: FastifyRequest<ByToken>,
      reply: FastifyReply,
      act: (shown: ShownAppointment) => Promise<FastifyReply | undefined>,
    ) => {
      const shown = await shownBy(request, reply);
      if (shown === null) return reply;
      try {
        return (await act(shown)) ?? back(reply, shown);
      } catch (thrown) {
        if (!(thrown instanceof AppError) || !shownFaults.has(thrown.code)) throw thrown;
        return sendAppointment(request, reply, (await shownBy(request, reply)) ?? shown, thrown);
      }
    };

    app.get<ByToken>(path, anyone, async (request, reply) => {
      const shown = await shownBy(request, reply);
      return shown === null ? reply : sendAppointment(request, reply, shown);
    });

    app.get<ByToken>(`${path}/appointment.ics`, anyone, async (request, reply) => {
      const shown = await shownBy(request, reply);
      if (shown === null) return reply;
      const { appointment, token, now } = shown;
      const occasion = appointment.state === 'cancelled' ? 'cancelled' : 'made';
      const { content, contentType, fileName } = calendarFile(appointment, token, head, { occasion, now });
      return reply
        .header('Cache-Control', 'no-store')
        .header('Content-Disposition', `attachment; filename="${fileName}"`)
        .type(contentType)
        .send(content);
    });

    app.post<ByToken>(`${path}/confirm`, anyone, async (request, reply) =>
      acting(request, reply, async ({ token }) => {
        await patientSide.confirm(token, request.actor);
        return undefined;
      }),
    );

    app.get<ByToken>(`${path}/cancel`, anyone, async (request, reply) => {
      const shown = await shownBy(request, reply);
      if (shown === null) return reply;
      return isAnswerable(shown) ? sendCancelQuestion(request, reply, shown) : back(reply, shown);
    });

    app.post<ByToken>(`${path}/cancel`, anyone, async (request, reply) =>
      acting(request, reply, async ({ token }) => {
        await patientSide.cancel(token, request.actor, head);
        return undefined;
      }),
    );

    app.get<ByToken>(`${path}/other-time`, anyone, async (request, reply) => {
      const shown = await shownBy(request, reply);
      if (shown === null) return reply;
      if (!isAnswerable(shown)) return back(reply, shown);
      const { wish, wishedSlotId } = shown.appointment;
      const typed = { wish: wish ?? '', slot: wishedSlotId ?? '' };
      const offers = await patientSide.offers(shown.appointment);
      return sendOtherTime(request, reply, shown, { offers, typed });
    });

    app.post<ByToken>(`${path}/other-time`, anyone, async (request, reply) =>
      acting(request, reply, async (shown) => {
        const { wish: typed = '', slot = '' } = readForm(request.body);
        const text = readTypedText(typed, WISH_LIMIT);
        if (text === null || (text === '' && slot === '')) {
          const fault = request.t(
            text === null ? 'appointments.faults.wish' : 'appointments.faults.wish_empty',
            { most: WISH_LIMIT },
          );
          const offers = await patientSide.offers(shown.appointment);
          const kept = { wish: typed.slice(0, WISH_LIMIT), slot };
          return sendOtherTime(request, reply, shown, { offers, typed: kept, fault });
        }
        const wish = { text: text === '' ? null : text, slotId: slot === '' ? null : slot };
        try {
          await patientSide.askOtherTime(shown.token, request.actor, head, wish);
        } catch (thrown) {
          if (!(thrown instanceof AppError) || thrown.code !== 'slot_taken') throw thrown;
          const offers = await patientSide.offers(shown.appointment);
          return sendOtherTime(request, reply, shown, { offers, typed: { wish: text, slot: '' }, thrown });
        }
        return undefined;
      }),
    );

    app.post<ByToken>(`${path}/enter`, anyone, async (request, reply) =>
      acting(request, reply, async (shown) => {
        const { appointment, area, now } = shown;
        if (!letsIn(appointment, now)) throw new AppError('appointment_over');
        const accepts = readForm(request.body).accepted === 'yes';
        if (area.pleaseRead[request.language] !== '' && !accepts) throw new AppError('please_read_needed');
        const own = await door.visitOf(visitTokenOf(request));
        const open = await openVisitOf(database, appointment.id);
        // Another page of theirs is the same patient; another device takes the place over.
        if (open === null || open.id !== own?.id) {
          const { token } = newToken();
          if (open !== null) await door.handTo(open.id, token);
          else {
            await door.arrive({
              areaId: area.id,
              language: request.language,
              host: request.site.host,
              said: saidBy(shown),
              token,
              appointment: {
                id: appointment.id,
                startsAt: appointment.startsAt,
                withPersonId: appointment.clinicianId,
              },
            });
          }
          setVisitCookie(reply, token);
        }
        await patientSide.arrive(appointment);
        return reply.redirect(`/w/${area.slug}/wait`, 303);
      }),
    );
  },
  { name: 'appointment-pages', dependencies: ['views', 'access', 'mail'] },
);

/** Faults that the appointment's own page tells of. */
const shownFaults: ReadonlySet<string> = new Set([
  'appointment_over',
  'please_read_needed',
  'changed_meanwhile',
  'area_closed',
  'area_full',
]);

/** What an appointment says of its patient, as if they had said it at the door. */
function saidBy({ appointment: { patientName, email } }: ShownAppointment): Said {
  return { name: patientName, birth_date: null, case_number: null, reason: null, email, phone: null };
}
