import type { AppointmentFields } from '../appointments.ts';

/** What makes two appointments the same: what another system calls them, or who comes when. */
export function keysOf({
  patientName,
  email,
  startsAt,
  external,
}: Pick<AppointmentFields, 'patientName' | 'email' | 'startsAt' | 'external'>): string[] {
  return [
    `${startsAt} ${email ?? patientName}`,
    ...(external === null ? [] : [`${external.system} ${external.value}`]),
  ];
}
