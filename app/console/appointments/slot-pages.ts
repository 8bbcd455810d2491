import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { findListedSlot } from '../../clinic/appointments/slots/slot-list.ts';
import { readSeries, type SeriesFaults } from '../../clinic/appointments/slots/slot-series.ts';
import { type AreaName, areasWithin, cliniciansOf } from '../../clinic/appointments/store.ts';
import { readArea } from '../../clinic/area-store.ts';
import { readForm } from '../../edge/form-fields.ts';
import { AppError } from '../../kernel/errors.ts';
import { appointmentInWords, shortMoment } from '../../rooms/moment.ts';
import { withDone } from '../flash.ts';
import { faultOf, sentenceOf } from '../form-page.ts';
import { tableView } from '../table.ts';
import type { TypedText } from './appointment-form.ts';
import {
  type AppointmentConsoleOptions,
  appointmentsPath,
  chosenOf,
  pathOf,
  reachOf,
  recordView,
  using,
} from './asked-appointment.ts';
import { areaOf, type InArea, sendAreaChoice } from './asked-area.ts';
import { type InSlot, makerOf, slotPathOf, slotsPath } from './asked-slot.ts';
import { seriesFields, typedOfNewSeries } from './slot-form.ts';
import { slotRemovalPages } from './slot-removal-pages.ts';
import { cliniciansWithin, slotCell, slotsTable } from './slots-table.ts';

/** Free times beside the appointments: those of one's areas, made by the series, given to patients, deleted. */
export const slotPages = fp<AppointmentConsoleOptions>(
  async (app, options) => {
    const { database, clock, clinic } = options;

    app.get(slotsPath, using, async (request, reply) => {
      if (Object.keys(Object(request.query)).length === 0)
        return reply.redirect(`${slotsPath}?from=coming`, 303);
      const areas = await areasWithin(database, reachOf(request, 'appointments.read'));
      const clinicians = await cliniciansWithin(options, areas);
      if (areas.length > 0) {
        // It names patients, as the list of appointments does.
        await app.audit.record(request.actor, {
          action: 'appointments.listed',
          organisationId: request.signedIn.organisationId,
          details: { areas: areas.length },
        });
      }
      return reply.consolePage('console/appointments/views/slots.hbs', {
        title: request.t('appointments.slots.title'),
        section: 'appointments',
        back: appointmentsPath,
        path: slotsPath,
        mayMake: areas.length > 0,
        table: await tableView(request, slotsTable(options, { areas, clinicians }, request.language)),
      });
    });

    app.get<InArea>(`${slotsPath}/new`, using, async (request, reply) => {
      const area = await areaOf(database, request);
      if (area !== null)
        return sendSeries(request, reply, { area, typed: typedOfNewSeries(area.timeZone, clock()) });
      const page = { title: request.t('appointments.slots.new'), path: `${slotsPath}/new`, back: slotsPath };
      return sendAreaChoice(database, request, reply, page);
    });

    app.post<InArea>(`${slotsPath}/new`, using, async (request, reply) => {
      const area = await areaOf(database, request);
      if (area === null) throw new AppError('invalid_input');
      const typed = readForm(request.body);
      const closedDays = (await readArea(database, area.id))?.closedDays ?? [];
      const read = readSeries(typed, {
        area: { timeZone: area.timeZone, closedDays },
        clinicians: await cliniciansOf(database, area.id),
        now: clock(),
      });
      if ('faults' in read) return sendSeries(request, reply, { area, typed, faults: read.faults });
      const momentOf = (at: number) => shortMoment(at, area.timeZone, request.language);
      const fault = await faultOf(
        () => clinic.slots.makeSeries(makerOf(request), area.id, read.series, momentOf),
        ['slots_overlap', 'too_many_slots'],
      );
      if (fault !== null) return sendSeries(request, reply, { area, typed, fault });
      return reply.redirect(withDone(`${slotsPath}?from=coming&area=${area.id}`, 'slots_made'), 303);
    });

    await app.register(slotRemovalPages, options);

    app.get<InSlot>(slotPathOf({ id: ':slotId' }), using, async (request, reply) =>
      sendSlot(request, reply, null),
    );

    app.post<InSlot>(`${slotPathOf({ id: ':slotId' })}/delete`, using, async (request, reply) => {
      const { slotId } = request.params;
      const maker = makerOf(request);
      await clinic.slots.read(maker.reach, slotId);
      const { version } = chosenOf({ id: slotId }, readForm(request.body));
      if (version === null) throw new AppError('invalid_input');
      const fault = await faultOf(
        () => clinic.slots.remove(maker, { id: slotId, version }),
        ['slot_taken', 'changed_meanwhile'],
      );
      if (fault !== null) return sendSlot(request, reply, fault);
      return reply.redirect(withDone(`${slotsPath}?from=coming`, 'slot_deleted'), 303);
    });

    const sendSlot = async (request: FastifyRequest<InSlot>, reply: FastifyReply, fault: AppError | null) => {
      const { t, language } = request;
      const reach = reachOf(request, 'appointments.read');
      const slot = await findListedSlot(database, reach, request.params.slotId);
      if (slot === null) throw new AppError('not_found');
      const { appointment, startsAt, endsAt, timeZone } = slot;
      if (appointment !== null) {
        await recordView(request, { id: appointment.id, organisationId: slot.organisationId });
      }
      if (fault !== null) reply.code(fault.status);
      const isToCome = startsAt > clock();
      return reply.consolePage('console/appointments/views/slot.hbs', {
        title: shortMoment(startsAt, timeZone, language),
        section: 'appointments',
        back: { href: `${slotsPath}?from=coming`, text: t('appointments.slots.title') },
        path: slotPathOf(slot),
        version: slot.version,
        fault: fault && sentenceOf(request, fault),
        when: appointmentInWords(
          { startsAt, durationMinutes: (endsAt - startsAt) / 60_000, timeZone },
          language,
          t,
        ),
        area: slot.areaName,
        clinician: slot.clinicianName ?? t('appointments.anybody'),
        state: slotCell(slot, t),
        appointment: appointment && { name: appointment.patientName, href: pathOf(appointment) },
        bookPath:
          slot.state === 'free' && isToCome
            ? `${appointmentsPath}/new?area=${slot.areaId}&slot=${slot.id}`
            : null,
        mayDelete: appointment === null,
      });
    };

    const sendSeries = async (
      request: FastifyRequest,
      reply: FastifyReply,
      {
        area,
        typed,
        faults = {},
        fault = null,
      }: {
        readonly area: AreaName;
        readonly typed: TypedText;
        readonly faults?: SeriesFaults;
        readonly fault?: AppError | null;
      },
    ): Promise<FastifyReply> => {
      const { t } = request;
      const isWrong = Object.keys(faults).length > 0;
      if (fault !== null) reply.code(fault.status);
      else if (isWrong) reply.code(400);
      return reply.consolePage('console/appointments/views/slot-series.hbs', {
        title: t('appointments.slots.new'),
        section: 'appointments',
        back: { href: `${slotsPath}?from=coming`, text: t('appointments.slots.title') },
        area: area.name,
        fault: fault !== null ? sentenceOf(request, fault) : isWrong ? t('console.form.wrong') : null,
        ...seriesFields(
          request,
          { area, clinicians: await cliniciansOf(database, area.id), now: clock() },
          typed,
          faults,
        ),
      });
    };
  },
  { name: 'slot-pages', dependencies: ['console-frame'] },
);
