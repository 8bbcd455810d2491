import type { Database } from '../../database/open.ts';
import type { AppointmentState, ExternalName, PatientAppointment } from './appointment.ts';
import { type AppointmentRow, appointmentOf } from './appointment-rows.ts';
import { type AppointmentReach, withinReach } from './reach.ts';
import { listed } from './store.ts';

/** What is looked for among appointments; null for all. */
export interface AppointmentSearch {
  /** Those that begin at this instant or later, and before that one. */
  readonly from: number | null;
  readonly before: number | null;
  readonly state: AppointmentState | null;
  readonly external: ExternalName | null;
  /** An area, or a clinician. */
  readonly actorId: string | null;
  readonly slotId: string | null;
  /** The appointment that the page follows. */
  readonly after: { readonly startsAt: number; readonly id: string } | null;
  readonly limit: number;
}

/** Appointments by when they begin. */
export async function searchAppointments(
  database: Database,
  reach: AppointmentReach,
  { from, before, state, external, actorId, slotId, after, limit }: AppointmentSearch,
): Promise<PatientAppointment[]> {
  const rows = withinReach(listed(database), reach);
  if (from !== null) rows.where('appointments.starts_at', '>=', from);
  if (before !== null) rows.where('appointments.starts_at', '<', before);
  if (state !== null) rows.where({ 'appointments.state': state });
  if (external !== null)
    rows.where({
      'appointments.external_system': external.system,
      'appointments.external_value': external.value,
    });
  if (slotId !== null) rows.where({ 'appointments.slot_id': slotId });
  if (actorId !== null)
    rows.where((each) =>
      each.where({ 'appointments.area_id': actorId }).orWhere({ 'appointments.clinician_id': actorId }),
    );
  if (after !== null)
    rows.whereRaw('(appointments.starts_at, appointments.id) > (?, ?)', [after.startsAt, after.id]);
  const found: AppointmentRow[] = await rows
    .orderBy('appointments.starts_at')
    .orderBy('appointments.id')
    .limit(limit);
  return found.map(appointmentOf);
}
