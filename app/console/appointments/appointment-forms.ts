import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import {
  type AppointmentChoices,
  type AppointmentFaults,
  readAppointment,
} from '../../clinic/appointments/appointment-fields.ts';
import { offeredSlots } from '../../clinic/appointments/slots/slot-store.ts';
import {
  type AreaName,
  cliniciansOf,
  findArea,
  type ListedAppointment,
} from '../../clinic/appointments/store.ts';
import { readForm } from '../../edge/form-fields.ts';
import { AppError } from '../../kernel/errors.ts';
import { shortMoment } from '../../rooms/moment.ts';
import { withDone } from '../flash.ts';
import { faultOf, sentenceOf } from '../form-page.ts';
import { appointmentFields, type TypedText, typedOf, typedOfNew } from './appointment-form.ts';
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
import { areaOf, type InArea, sendAreaChoice } from './asked-area.ts';

/** Free times that a form offers. */
const OFFERED = 100;

/** The free time that the form is for, by its address; empty for none. */
function bookingOf({ query }: FastifyRequest): string {
  const { slot } = Object(query) as InArea['Querystring'];
  return typeof slot === 'string' ? slot : '';
}

/** The forms that make an appointment and change it. */
export const appointmentForms = fp<AppointmentConsoleOptions>(
  async (app, { database, clock, clinic }) => {
    const choicesOf = async (area: AreaName, slotId = ''): Promise<AppointmentChoices> => ({
      area,
      clinicians: await cliniciansOf(database, area.id),
      slots: await offeredSlots(database, { areaId: area.id, slotId, now: clock(), limit: OFFERED }),
      now: clock(),
    });

    app.get<InArea>(`${appointmentsPath}/new`, using, async (request, reply) => {
      const area = await areaOf(database, request);
      if (area !== null) return sendForm(request, reply, { area, typed: typedOfNew(request) });
      const page = { title: request.t('appointments.new'), path: `${appointmentsPath}/new` };
      return sendAreaChoice(database, request, reply, page);
    });

    app.post<InArea>(`${appointmentsPath}/new`, using, async (request, reply) => {
      const area = await areaOf(database, request);
      if (area === null) throw new AppError('invalid_input');
      const typed = readForm(request.body);
      const booking = bookingOf(request);
      const choices = await choicesOf(area, booking);
      // Somebody else was quicker: the form goes on with all times, and what was typed.
      if (booking !== '' && !choices.slots.some(({ id }) => id === booking))
        return sendForm(request, reply, {
          area,
          typed: { ...typedOfNew(request), ...typed, slot: '' },
          fault: new AppError('slot_taken'),
        });
      const read = readAppointment(booking === '' ? typed : { ...typed, slot: booking }, choices);
      if ('faults' in read) return sendForm(request, reply, { area, typed, faults: read.faults });
      let id = '';
      const fault = await faultOf(async () => {
        ({ id } = await clinic.appointments.make(makerOf(request, clinic), read.fields));
      }, ['slot_taken', 'too_many_appointments', 'external_name_taken']);
      if (fault !== null) return sendForm(request, reply, { area, typed, fault });
      const done = read.fields.email === null ? 'appointment_made' : 'appointment_sent';
      return reply.redirect(withDone(pathOf({ id }), done), 303);
    });

    app.get<InAppointment>(`${appointmentsPath}/:id/edit`, using, async (request, reply) => {
      const { appointment, area } = await editedOf(request);
      return sendForm(request, reply, { area, appointment, typed: typedOf(appointment, area.timeZone) });
    });

    app.post<InAppointment>(`${appointmentsPath}/:id/edit`, using, async (request, reply) => {
      const { appointment, area } = await editedOf(request);
      const typed = readForm(request.body);
      const chosen = chosenOf(appointment, typed);
      const read = readAppointment(typed, await choicesOf(area));
      if ('faults' in read)
        return sendForm(request, reply, { area, appointment, typed, faults: read.faults });
      const isSameTime =
        read.fields.startsAt === appointment.startsAt && read.fields.endsAt === appointment.endsAt;
      const { external } = read.fields;
      const fields = {
        ...read.fields,
        // A time that it has stays its own until another one is given.
        slotId: read.fields.slotId ?? (isSameTime ? appointment.slotId : null),
        external:
          external !== null && external.value === appointment.external?.value
            ? appointment.external
            : external,
      };
      const fault = await faultOf(
        () => clinic.appointments.change(makerOf(request, clinic), chosen, fields),
        ['changed_meanwhile', 'slot_taken', 'external_name_taken', 'appointment_over'],
      );
      if (fault !== null) return sendForm(request, reply, { area, appointment, typed, fault });
      return reply.redirect(withDone(pathOf(appointment), 'appointment_changed'), 303);
    });

    const editedOf = async (request: FastifyRequest<InAppointment>) => {
      const appointment = await appointmentOf(request, clinic, 'appointments.write');
      const area = await findArea(database, reachOf(request, 'appointments.write'), appointment.areaId);
      if (area === null) throw new AppError('not_found');
      return { appointment, area };
    };

    const sendForm = async (
      request: FastifyRequest,
      reply: FastifyReply,
      {
        area,
        typed,
        appointment = null,
        faults = {},
        fault = null,
      }: {
        readonly area: AreaName;
        readonly typed: TypedText;
        readonly appointment?: ListedAppointment | null;
        readonly faults?: AppointmentFaults;
        readonly fault?: AppError | null;
      },
    ): Promise<FastifyReply> => {
      const { t, language } = request;
      if (appointment !== null) await recordView(request, appointment);
      const booking = appointment === null ? bookingOf(request) : '';
      const choices = await choicesOf(area, booking);
      // One that was chosen in the list of free times is not asked for again.
      const slot = booking === '' ? null : (choices.slots.find(({ id }) => id === booking) ?? null);
      const isWrong = Object.keys(faults).length > 0;
      if (fault !== null) reply.code(fault.status);
      else if (isWrong) reply.code(400);
      return reply.consolePage('console/appointments/views/appointment-form.hbs', {
        title: appointment === null ? t('appointments.new') : t('appointments.editTitle'),
        section: 'appointments',
        back:
          appointment === null
            ? { href: appointmentsPath, text: t('appointments.title') }
            : { href: pathOf(appointment), text: appointment.patientName },
        area: area.name,
        fault: fault !== null ? sentenceOf(request, fault) : isWrong ? t('console.form.wrong') : null,
        // As it was read when the form was made: what changed since then is not written over.
        version: typed.version ?? '',
        fields: appointmentFields(request, { ...choices, booked: slot }, typed, faults),
        slot:
          slot &&
          t('appointments.slots.booked', {
            when: [shortMoment(slot.startsAt, area.timeZone, language), slot.clinicianName]
              .filter(Boolean)
              .join(', '),
          }),
        submit: appointment === null ? t('appointments.make') : t('appointments.save'),
      });
    };
  },
  { name: 'appointment-forms', dependencies: ['console-frame'] },
);
