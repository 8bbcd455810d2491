import { type ListQuery, pageBy } from '../../../database/keyset.ts';
import type { Database } from '../../../database/open.ts';
import type { AppointmentReach } from '../reach.ts';
import type { Slot } from './slot.ts';
import { listedSlots, type SlotRow, slotOf } from './slot-store.ts';

/** A slot, and whose it is. */
export interface ListedSlot extends Slot {
  readonly timeZone: string;
  /** The appointment that stands and has it. */
  readonly appointment: { readonly id: string; readonly patientName: string } | null;
}

type ListedRow = SlotRow & {
  readonly time_zone: string;
  readonly appointment_id: string | null;
  readonly patient_name: string | null;
};

const withAppointments = (database: Database, reach: AppointmentReach) =>
  listedSlots(database, reach)
    .leftJoin('appointments', (join) =>
      join.on('appointments.slot_id', 'slots.id').andOnVal('appointments.state', '<>', 'cancelled'),
    )
    .select('areas.time_zone', 'appointments.id as appointment_id', 'appointments.patient_name');

const listedOf = (row: ListedRow): ListedSlot => ({
  ...slotOf(row),
  timeZone: row.time_zone,
  appointment:
    row.appointment_id === null || row.patient_name === null
      ? null
      : { id: row.appointment_id, patientName: row.patient_name },
});

/** A page of the slots within reach. `filters`: `area`, `clinician`, `state` (`free`, `taken`), instants `from` and `before`. */
export async function listSlots(
  database: Database,
  reach: AppointmentReach,
  { filters, page }: ListQuery,
): Promise<ListedSlot[]> {
  const rows = withAppointments(database, reach);
  if (filters.area !== undefined) rows.where({ 'slots.area_id': filters.area });
  if (filters.clinician !== undefined) rows.where({ 'slots.clinician_id': filters.clinician });
  if (filters.state === 'free') rows.where({ 'slots.state': 'free' });
  if (filters.state === 'taken') rows.whereNotNull('appointments.id');
  if (filters.from !== undefined) rows.where('slots.starts_at', '>=', Number(filters.from));
  if (filters.before !== undefined) rows.where('slots.starts_at', '<', Number(filters.before));
  const found: ListedRow[] = await pageBy(rows, page, 'slots.id');
  return found.map(listedOf);
}

export async function findListedSlot(
  database: Database,
  reach: AppointmentReach,
  id: string,
): Promise<ListedSlot | null> {
  const row: ListedRow | undefined = await withAppointments(database, reach)
    .where({ 'slots.id': id })
    .first();
  return row === undefined ? null : listedOf(row);
}
