import type { FastifyRequest } from 'fastify';
import type { AppointmentMaker, ChosenAppointment } from '../../clinic/appointments/appointments.ts';
import type { ClinicAppointments } from '../../clinic/appointments/clinic-appointments.ts';
import type { AppointmentReach } from '../../clinic/appointments/reach.ts';
import type { ListedAppointment } from '../../clinic/appointments/store.ts';
import type { Database } from '../../database/open.ts';
import type { Clock } from '../../kernel/clock.ts';
import { AppError } from '../../kernel/errors.ts';

export interface AppointmentConsoleOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly clinic: ClinicAppointments;
}

export type InAppointment = { Params: { id: string } };

export const using = { config: { access: 'clinic.use' } } as const;

export const appointmentsPath = '/console/appointments';
export const pathOf = ({ id }: { readonly id: string }): string => `${appointmentsPath}/${id}`;

/** The areas where whoever asks may look at appointments, or make them. */
export const reachOf = (
  { signedIn }: FastifyRequest,
  permission: 'appointments.read' | 'appointments.write',
): AppointmentReach => ({ kind: 'member', personId: signedIn.id, permission });

/** Who makes or changes appointments by a page, and how letters about it are headed. */
export function makerOf(request: FastifyRequest, { head }: ClinicAppointments): AppointmentMaker {
  return { actor: request.actor, reach: reachOf(request, 'appointments.write'), head };
}

/** The appointment of a page's address. @throws AppError `not_found`, also for one out of reach */
export function appointmentOf(
  request: FastifyRequest<InAppointment>,
  { appointments }: ClinicAppointments,
  permission: 'appointments.read' | 'appointments.write',
): Promise<ListedAppointment> {
  return appointments.read(reachOf(request, permission), request.params.id);
}

/** Looking at an appointment, by a page or a form about it, is in the audit log. */
export async function recordView(
  request: FastifyRequest,
  { id, organisationId }: Pick<ListedAppointment, 'id' | 'organisationId'>,
): Promise<void> {
  await request.server.audit.record(request.actor, {
    action: 'appointment.viewed',
    organisationId,
    object: { kind: 'appointment', id },
  });
}

/** The appointment as the form had read it. @throws AppError `invalid_input` */
export function chosenOf(
  { id }: { readonly id: string },
  { version }: Readonly<Record<string, string>>,
): ChosenAppointment {
  if (version === undefined || !/^\d{1,9}$/.test(version)) throw new AppError('invalid_input');
  return { id, version: Number(version) };
}
