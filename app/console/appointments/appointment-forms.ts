import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import {
  type AppointmentChoices,
  type AppointmentFaults,
  readAppointment,
} from '../../clinic/appointments/appointment-fields.ts';
import { freeSlots } from '../../clinic/appointments/slots/slot-store.ts';
import {
  type AreaName,
  areasWithin,
  cliniciansOf,
  findArea,
  type ListedAppointment,
} from '../../clinic/appointments/store.ts';
import { readForm } from '../../edge/form-fields.ts';
import { AppError } from '../../kernel/errors.ts';
import { withDone } from '../flash.ts';
import { faultOf, sentenceOf } from '../form-page.ts';
import { appointmentFields, areaChoice, type TypedText, typedOf, typedOfNew } from './appointment-form.ts';
import {
  type AppointmentConsoleOptions,
  appointmentOf,
  appointmentsPath,
  chosenOf,
  type InAppointment,
  makerOf,
  pathOf,
  reachOf,
  using,
} from './asked-appointment.ts';

/** Free times that a form offers. */
const OFFERED = 100;

type InArea = { Querystring: { area?: unknown } };

/** The forms that make an appointment and change it. */
export const appointmentForms = fp<AppointmentConsoleOptions>(
  async (app, { database, clock, clinic }) => {
    const choicesOf = async (area: AreaName): Promise<AppointmentChoices> => ({
      area,
      clinicians: await cliniciansOf(database, area.id),
      slots: await freeSlots(database, { areaId: area.id, clinicianId: null, now: clock(), limit: OFFERED }),
      now: clock(),
    });

    /** The area that is asked for, or the only one there is; null where it has to be chosen first. */
    const areaOf = async (request: FastifyRequest<InArea>): Promise<AreaName | null> => {
      const reach = reachOf(request, 'appointments.write');
      const { area: asked } = request.query;
      if (typeof asked === 'string') {
        const area = await findArea(database, reach, asked);
        if (area === null) throw new AppError('not_found');
        return area;
      }
      const areas = await areasWithin(database, reach);
      return areas.length === 1 ? (areas[0] ?? null) : null;
    };

    app.get<InArea>(`${appointmentsPath}/new`, using, async (request, reply) => {
      const { t } = request;
      const area = await areaOf(request);
      if (area !== null) return sendForm(request, reply, { area, typed: typedOfNew(request) });
      const areas = await areasWithin(database, reachOf(request, 'appointments.write'));
      if (areas.length === 0) return reply.redirect(appointmentsPath, 303);
      return reply.consolePage('console/appointments/views/choose-area.hbs', {
        title: t('appointments.new'),
        section: 'appointments',
        path: `${appointmentsPath}/new`,
        area: areaChoice(request, areas),
      });
    });

    app.post<InArea>(`${appointmentsPath}/new`, using, async (request, reply) => {
      const area = await areaOf(request);
      if (area === null) throw new AppError('invalid_input');
      const typed = readForm(request.body);
      const read = readAppointment(typed, await choicesOf(area));
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
      const { t } = request;
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
        fields: appointmentFields(request, await choicesOf(area), typed, faults),
        submit: appointment === null ? t('appointments.make') : t('appointments.save'),
      });
    };
  },
  { name: 'appointment-forms', dependencies: ['console-frame'] },
);
