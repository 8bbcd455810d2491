import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import {
  type AppointmentAct,
  allows,
  OPENS_BEFORE_MS,
  type PatientAppointment,
} from '../../clinic/appointments/appointment.ts';
import { appointmentPath, whenInWords } from '../../clinic/appointments/appointment-words.ts';
import { findSlot } from '../../clinic/appointments/slots/slot-store.ts';
import { areasWithin, type ListedAppointment } from '../../clinic/appointments/store.ts';
import { mayInArea } from '../../clinic/area-permissions.ts';
import { readForm } from '../../edge/form-fields.ts';
import { AppError } from '../../kernel/errors.ts';
import { withDone } from '../flash.ts';
import { faultOf, sendFormPage, sentenceOf } from '../form-page.ts';
import { tableView } from '../table.ts';
import { appointmentForms } from './appointment-forms.ts';
import { appointmentsTable, letterCell, replyCell, standingCell } from './appointments-table.ts';
import {
  type AppointmentConsoleOptions,
  appointmentOf,
  appointmentsPath,
  chosenOf,
  type InAppointment,
  makerOf,
  pathOf,
  reachOf,
  recordView,
  using,
} from './asked-appointment.ts';
import { feedPages } from './feed-pages.ts';
import { importPages } from './import-pages.ts';
import { slotPages } from './slot-pages.ts';

/** Appointments in the console: for those who work in an area, those of their areas. */
export const appointmentConsole = fp<AppointmentConsoleOptions>(
  async (app, options) => {
    const { database, clock, clinic } = options;

    app.get(appointmentsPath, using, async (request, reply) => {
      // What is to come is what most look for.
      if (Object.keys(Object(request.query)).length === 0)
        return reply.redirect(`${appointmentsPath}?from=coming`, 303);
      const areas = await areasWithin(database, reachOf(request, 'appointments.read'));
      if (areas.length > 0) {
        await app.audit.record(request.actor, {
          action: 'appointments.listed',
          organisationId: request.signedIn.organisationId,
          details: { areas: areas.length },
        });
      }
      return reply.consolePage('console/appointments/views/appointments.hbs', {
        title: request.t('appointments.title'),
        section: 'appointments',
        mayMake: areas.length > 0,
        path: appointmentsPath,
        table: await tableView(request, appointmentsTable(options, areas, request.language)),
      });
    });

    app.get<InAppointment>(`${appointmentsPath}/:id`, using, async (request, reply) => {
      const appointment = await appointmentOf(request, clinic, 'appointments.read');
      return sendAppointment(request, reply, appointment);
    });

    const sendAppointment = async (
      request: FastifyRequest,
      reply: FastifyReply,
      appointment: ListedAppointment,
      fault: AppError | null = null,
    ): Promise<FastifyReply> => {
      const { t, language } = request;
      await recordView(request, appointment);
      const now = clock();
      const role = await app.clinic.memberships.demand(
        request.signedIn.id,
        appointment.areaId,
        'appointments.read',
      );
      const mayWrite = mayInArea(role, 'appointments.write');
      const may = (act: AppointmentAct) => mayWrite && allows(appointment.state, act);
      const slot =
        appointment.wishedSlotId === null
          ? null
          : await findSlot(database, reachOf(request, 'appointments.read'), appointment.wishedSlotId);
      const marks = (['arrive', 'fulfil', 'miss'] as const)
        .filter((act) => may(act) && (act !== 'arrive' || appointment.state !== 'arrived'))
        // Nobody comes before the door opens, or is missed before their time.
        .filter((act) => now >= appointment.startsAt - (act === 'miss' ? 0 : OPENS_BEFORE_MS))
        .map((act) => ({ act, text: t(`appointments.mark.${act}`) }));
      const isWish = appointment.reply === 'other_time' && appointment.state === 'booked';
      if (fault !== null) reply.code(fault.status);
      return reply.consolePage('console/appointments/views/appointment.hbs', {
        title: appointment.patientName,
        section: 'appointments',
        back: appointmentsPath,
        path: pathOf(appointment),
        version: appointment.version,
        fault: fault && sentenceOf(request, fault),
        when: whenInWords(appointment, language, t),
        area: appointment.areaName,
        clinician: appointment.clinicianName ?? t('appointments.anybody'),
        standing: standingCell(appointment, now, t),
        reply: replyCell(appointment, t),
        letter: letterCell(appointment, t),
        email: appointment.email ?? '–',
        hasEmail: appointment.email !== null,
        languageName: t(`layout.languageNames.${appointment.language}`),
        reference: appointment.external?.value ?? null,
        link: request.ownUrl(appointmentPath(clinic.links.tokenOf(appointment))),
        wish: isWish
          ? {
              text: appointment.wish === null ? null : t('appointments.wishText', { wish: appointment.wish }),
              slot:
                slot === null
                  ? null
                  : t('appointments.wishSlot', {
                      when: whenInWords(
                        { ...appointment, startsAt: slot.startsAt, endsAt: slot.endsAt },
                        language,
                        t,
                      ),
                    }),
              mayAccept: mayWrite && slot?.state === 'free',
            }
          : null,
        mayChange: may('change'),
        mayCancel: may('cancel'),
        marks,
        hasMarks: marks.length > 0,
      });
    };

    /** Does something with an appointment as its page had read it; where it is too late the page says so. */
    const act = (
      name: string,
      work: (
        request: FastifyRequest<InAppointment>,
        appointment: ListedAppointment,
        typed: Readonly<Record<string, string>>,
      ) => Promise<PatientAppointment>,
    ) =>
      app.post<InAppointment>(`${appointmentsPath}/:id/${name}`, using, async (request, reply) => {
        const appointment = await appointmentOf(request, clinic, 'appointments.write');
        const typed = readForm(request.body);
        const fault = await faultOf(
          () => work(request, appointment, typed),
          ['changed_meanwhile', 'appointment_over', 'slot_taken'],
        );
        if (fault !== null) {
          const now = await appointmentOf(request, clinic, 'appointments.read');
          return sendAppointment(request, reply, now, fault);
        }
        return reply.redirect(withDone(pathOf(appointment), 'appointment_changed'), 303);
      });

    act('mark', (request, appointment, typed) => {
      const chosen = (['arrive', 'fulfil', 'miss'] as const).find((each) => each === typed.act);
      if (chosen === undefined) throw new AppError('invalid_input');
      return clinic.appointments.mark(makerOf(request, clinic), chosenOf(appointment, typed), chosen);
    });
    act('resend', (request, appointment, typed) =>
      clinic.appointments.resend(makerOf(request, clinic), chosenOf(appointment, typed)),
    );
    act('renew', (request, appointment, typed) =>
      clinic.appointments.renewLink(makerOf(request, clinic), chosenOf(appointment, typed)),
    );
    act('accept', async (request, appointment, typed) => {
      const chosen = chosenOf(appointment, typed);
      const { wishedSlotId } = appointment;
      const reach = reachOf(request, 'appointments.write');
      const slot = wishedSlotId === null ? null : await findSlot(database, reach, wishedSlotId);
      if (slot === null) throw new AppError('slot_taken');
      return clinic.appointments.change(makerOf(request, clinic), chosen, {
        ...appointment,
        slotId: slot.id,
        clinicianId: slot.clinicianId ?? appointment.clinicianId,
        startsAt: slot.startsAt,
        endsAt: slot.endsAt,
      });
    });

    app.get<InAppointment>(`${appointmentsPath}/:id/cancel`, using, async (request, reply) => {
      const appointment = await appointmentOf(request, clinic, 'appointments.write');
      return sendCancel(request, reply, appointment, null);
    });

    app.post<InAppointment>(`${appointmentsPath}/:id/cancel`, using, async (request, reply) => {
      const appointment = await appointmentOf(request, clinic, 'appointments.write');
      const fault = await faultOf(
        () => clinic.appointments.cancel(makerOf(request, clinic), { id: appointment.id, version: null }),
        ['changed_meanwhile', 'appointment_over'],
      );
      if (fault !== null) return sendCancel(request, reply, appointment, sentenceOf(request, fault));
      return reply.redirect(withDone(pathOf(appointment), 'appointment_cancelled'), 303);
    });

    await app.register(appointmentForms, options);
    await app.register(slotPages, options);
    await app.register(importPages, options);
    await app.register(feedPages, options);
  },
  { name: 'appointment-console', dependencies: ['console-frame', 'clinic-appointments'] },
);

async function sendCancel(
  request: FastifyRequest,
  reply: FastifyReply,
  appointment: ListedAppointment,
  fault: string | null,
): Promise<FastifyReply> {
  const { t, language } = request;
  await recordView(request, appointment);
  return sendFormPage(reply, {
    title: t('appointments.cancelTitle', { name: appointment.patientName }),
    section: 'appointments',
    back: { href: pathOf(appointment), text: appointment.patientName },
    words: [whenInWords(appointment, language, t), t('appointments.cancelText')],
    fields: [],
    submit: t('appointments.cancelSubmit'),
    isDangerous: true,
    fault,
  });
}
