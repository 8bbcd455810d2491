import type { FastifyInstance, FastifyRequest } from 'fastify';
import { system } from '../../../audit/audit-log.ts';
import type { Database } from '../../../database/open.ts';
import type { Clock } from '../../../kernel/clock.ts';
import { AppError } from '../../../kernel/errors.ts';
import type { PatientAppointment } from '../appointment.ts';
import { type AppointmentHead, appointmentPath } from '../appointment-words.ts';
import type { AppointmentFields, AppointmentMaker, Appointments } from '../appointments.ts';
import { searchAppointments } from '../search-store.ts';
import type { SecretLinks } from '../secret-links.ts';
import { findSlot } from '../slots/slot-store.ts';
import { cliniciansOf, findArea } from '../store.ts';
import {
  appointmentResource,
  type ReadAppointment,
  readAppointmentResource,
} from './appointment-resource.ts';
import {
  baseOf,
  demandSameId,
  ifMatch,
  ifNoneExist,
  reachOf,
  recordLook,
  sendJson,
  sendResource,
  tokenDetails,
} from './exchange.ts';
import { invalid, missing, refused } from './outcome.ts';
import { resourceOf } from './reading.ts';
import type { Reference } from './references.ts';
import { SearchParameters, searchBundle } from './search.ts';

export interface AppointmentResourcesOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly appointments: Appointments;
  readonly links: SecretLinks;
  readonly head: AppointmentHead;
}

type ById = { Params: { id: string } };

const service = { config: { access: 'service' } } as const;

/** `Appointment` of FHIR R4: create, read, update, cancel, search. */
export async function appointmentResources(
  app: FastifyInstance,
  { database, clock, appointments, links, head }: AppointmentResourcesOptions,
): Promise<void> {
  const shown = (appointment: PatientAppointment) =>
    appointmentResource(appointment, head.urlOf(appointmentPath(links.tokenOf(appointment))));

  const makerOf = (request: FastifyRequest): AppointmentMaker => ({
    actor: { ...system, requestId: request.id },
    reach: reachOf(request),
    head,
    details: tokenDetails(request),
  });

  /** Looks up what a resource refers to. @throws FhirFault */
  const fieldsOf = async (
    request: FastifyRequest,
    read: ReadAppointment,
    before: PatientAppointment | null,
  ): Promise<AppointmentFields> => {
    const reach = reachOf(request);
    const slot = read.slotId === null ? null : await findSlot(database, reach, read.slotId);
    if (read.slotId !== null && slot === null) throw refused('There is no such slot.', 'Appointment.slot[0]');
    const areaId = read.areaId ?? slot?.areaId ?? before?.areaId ?? null;
    if (areaId === null)
      throw missing(
        'Appointment.participant',
        'An appointment needs a participant HealthcareService/id, or a slot.',
      );
    if (slot !== null && slot.areaId !== areaId)
      throw refused('The slot is in another area.', 'Appointment.slot[0]');
    const area = await findArea(database, reach, areaId);
    if (area === null) throw refused('There is no such area.', 'Appointment.participant.actor');
    const clinicianId = (await clinicianOf(read.clinician, area.id)) ?? slot?.clinicianId ?? null;
    const time = read.time ?? slot ?? before;
    if (time === null) throw missing('Appointment.start', 'An appointment needs a start, or a slot.');
    if (slot !== null && (slot.startsAt !== time.startsAt || slot.endsAt !== time.endsAt))
      throw refused('The slot is at another time.', 'Appointment.start');
    return {
      areaId: area.id,
      clinicianId,
      slotId: slot?.id ?? null,
      patientName: read.patientName,
      email: read.email,
      language: read.language ?? before?.language ?? request.site.language,
      startsAt: time.startsAt,
      endsAt: time.endsAt,
      timeZone: area.timeZone,
      external: read.external,
    };
  };

  /** By `Practitioner/id`, or an identifier that is the address of their account. */
  const clinicianOf = async (reference: Reference | null, areaId: string): Promise<string | null> => {
    if (reference === null) return null;
    const found = (await cliniciansOf(database, areaId)).find(({ id, email }) =>
      reference.id === null ? email === reference.identifier?.toLowerCase() : id === reference.id,
    );
    if (found === undefined)
      throw refused('No practitioner of the area is called so.', 'Appointment.participant.actor');
    return found.id;
  };

  app.post('/Appointment', service, async (request, reply) => {
    const read = readAppointmentResource(resourceOf(request.body, 'Appointment'), clock());
    if (read.status !== 'booked') throw refused('An appointment is made as booked.', 'Appointment.status');
    const wanted = ifNoneExist(request);
    const known = wanted && (await appointments.called(reachOf(request), wanted));
    if (known) return sendResource(request, reply, shown(known));
    const made = await appointments.make(makerOf(request), await fieldsOf(request, read, null));
    return sendResource(request, reply, shown(made), 201);
  });

  app.get<ById>('/Appointment/:id', service, async (request, reply) => {
    const appointment = await appointments.read(reachOf(request), request.params.id);
    await recordLook(request, 'appointment.viewed', { kind: 'appointment', id: appointment.id });
    return sendResource(request, reply, shown(appointment));
  });

  app.put<ById>('/Appointment/:id', service, async (request, reply) => {
    const { id } = request.params;
    const resource = resourceOf(request.body, 'Appointment');
    demandSameId(resource, id);
    const read = readAppointmentResource(resource, clock());
    const before = await appointments.read(reachOf(request), id);
    const version = ifMatch(request);
    if (version !== null && version !== before.version) throw new AppError('changed_meanwhile');
    const chosen = { id, version: before.version };
    const maker = makerOf(request);
    // What is so already does not become it once more.
    if (read.status !== 'booked' && read.status === before.state)
      return sendResource(request, reply, shown(before));
    const after = await (async () => {
      switch (read.status) {
        case 'cancelled':
          return appointments.cancel(maker, chosen);
        case 'arrived':
          return appointments.mark(maker, chosen, 'arrive');
        case 'fulfilled':
          return appointments.mark(maker, chosen, 'fulfil');
        case 'noshow':
          return appointments.mark(maker, chosen, 'miss');
        case 'booked':
          return appointments.change(maker, chosen, await fieldsOf(request, read, before));
      }
    })();
    return sendResource(request, reply, shown(after));
  });

  app.get('/Appointment', service, async (request, reply) => {
    const parameters = new SearchParameters(request.query);
    const status = parameters.one('status');
    const known = ['booked', 'arrived', 'fulfilled', 'cancelled', 'noshow'] as const;
    const state = known.find((each) => each === status) ?? null;
    if (status !== null && state === null) throw invalid('No appointment has this status.');
    const limit = parameters.count();
    await recordLook(request, 'appointments.listed');
    const found = await searchAppointments(database, reachOf(request), {
      ...parameters.period('date'),
      state,
      external: parameters.token('identifier'),
      actorId: parameters.reference('actor', ['HealthcareService', 'Location', 'Practitioner']),
      slotId: parameters.reference('slot', ['Slot']),
      after: parameters.after(),
      limit: limit + 1,
    });
    const entries = found.slice(0, limit);
    const last = found.length > limit ? (entries.at(-1) ?? null) : null;
    const bundle = searchBundle('Appointment', baseOf(request), parameters.used(request), {
      entries: entries.map(shown),
      next: last,
    });
    return sendJson(reply, bundle);
  });
}
