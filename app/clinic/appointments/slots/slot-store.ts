import type { Query } from '../../../database/keyset.ts';
import type { Database, Transaction } from '../../../database/open.ts';
import type { ExternalName } from '../appointment.ts';
import { type AppointmentReach, withinReach } from '../reach.ts';
import type { Slot, SlotState } from './slot.ts';

interface SlotRow {
  readonly id: string;
  readonly area_id: string;
  readonly organisation_id: string;
  readonly area_name: string;
  readonly clinician_id: string | null;
  readonly clinician_name: string | null;
  readonly starts_at: number;
  readonly ends_at: number;
  readonly state: SlotState;
  readonly external_system: string | null;
  readonly external_value: string | null;
  readonly version: number;
  readonly created_at: number;
  readonly changed_at: number;
}

const slotOf = (row: SlotRow): Slot => ({
  id: row.id,
  areaId: row.area_id,
  organisationId: row.organisation_id,
  areaName: row.area_name,
  clinicianId: row.clinician_id,
  clinicianName: row.clinician_name,
  startsAt: row.starts_at,
  endsAt: row.ends_at,
  state: row.state,
  external:
    row.external_value === null ? null : { system: row.external_system ?? '', value: row.external_value },
  version: row.version,
  createdAt: row.created_at,
  changedAt: row.changed_at,
});

const columnsOf = (slot: Slot) => ({
  area_id: slot.areaId,
  clinician_id: slot.clinicianId,
  starts_at: slot.startsAt,
  ends_at: slot.endsAt,
  state: slot.state,
  external_system: slot.external?.system ?? null,
  external_value: slot.external?.value ?? null,
  changed_at: slot.changedAt,
});

const listed = (database: Database | Transaction, reach: AppointmentReach): Query =>
  withinReach(
    database('slots')
      .join('areas', 'areas.id', 'slots.area_id')
      .leftJoin('people', 'people.id', 'slots.clinician_id')
      .select('slots.*', 'areas.organisation_id', 'areas.name as area_name', 'people.name as clinician_name'),
    reach,
  );

/** What is looked for among slots; null for all. */
export interface SlotSearch {
  readonly areaId: string | null;
  readonly clinicianId: string | null;
  readonly state: SlotState | null;
  /** Those that begin at this instant or later, and before that one. */
  readonly from: number | null;
  readonly before: number | null;
  readonly external: ExternalName | null;
  /** The slot that the page follows. */
  readonly after: { readonly startsAt: number; readonly id: string } | null;
  readonly limit: number;
}

/** Slots by when they begin. */
export async function searchSlots(
  database: Database | Transaction,
  reach: AppointmentReach,
  { areaId, clinicianId, state, from, before, external, after, limit }: SlotSearch,
): Promise<Slot[]> {
  const rows = listed(database, reach);
  if (areaId !== null) rows.where({ 'slots.area_id': areaId });
  if (clinicianId !== null) rows.where({ 'slots.clinician_id': clinicianId });
  if (state !== null) rows.where({ 'slots.state': state });
  if (from !== null) rows.where('slots.starts_at', '>=', from);
  if (before !== null) rows.where('slots.starts_at', '<', before);
  if (external !== null)
    rows.where({ 'slots.external_system': external.system, 'slots.external_value': external.value });
  if (after !== null) rows.whereRaw('(slots.starts_at, slots.id) > (?, ?)', [after.startsAt, after.id]);
  const found: SlotRow[] = await rows.orderBy('slots.starts_at').orderBy('slots.id').limit(limit);
  return found.map(slotOf);
}

/** Free times of an area that are still to come, for anybody or for one clinician. */
export async function freeSlots(
  database: Database | Transaction,
  {
    areaId,
    clinicianId,
    now,
    limit,
  }: {
    readonly areaId: string;
    /** Null: of anybody. */
    readonly clinicianId: string | null;
    readonly now: number;
    readonly limit: number;
  },
): Promise<Slot[]> {
  const rows: SlotRow[] = await database('slots')
    .join('areas', 'areas.id', 'slots.area_id')
    .leftJoin('people', 'people.id', 'slots.clinician_id')
    .select('slots.*', 'areas.organisation_id', 'areas.name as area_name', 'people.name as clinician_name')
    .where({ 'slots.area_id': areaId, 'slots.state': 'free' })
    .modify((own) => {
      if (clinicianId !== null)
        own.where((each) =>
          each.whereNull('slots.clinician_id').orWhere({ 'slots.clinician_id': clinicianId }),
        );
    })
    .where('slots.starts_at', '>', now)
    .orderBy('slots.starts_at')
    .orderBy('slots.id')
    .limit(limit);
  return rows.map(slotOf);
}

export async function findSlot(
  database: Database | Transaction,
  reach: AppointmentReach,
  id: string,
): Promise<Slot | null> {
  const row: SlotRow | undefined = await listed(database, reach).where({ 'slots.id': id }).first();
  return row === undefined ? null : slotOf(row);
}

export async function insertSlot(transaction: Transaction, slot: Slot): Promise<void> {
  await transaction('slots').insert({
    id: slot.id,
    version: slot.version,
    created_at: slot.createdAt,
    ...columnsOf(slot),
  });
}

/** False: somebody else was quicker. */
export async function updateSlot(transaction: Transaction, before: Slot, after: Slot): Promise<boolean> {
  const count = await transaction('slots')
    .where({ id: before.id, version: before.version })
    .update({ ...columnsOf(after), version: before.version + 1 });
  return count === 1;
}

/** Takes a free time for an appointment: of two at once, one. False: it is not free. */
export async function takeSlot(transaction: Transaction, id: string, now: number): Promise<boolean> {
  const count = await transaction('slots')
    .where({ id, state: 'free' })
    .update({ state: 'busy', changed_at: now, version: transaction.raw('version + 1') });
  return count === 1;
}

/** Gives a time back that an appointment had. */
export async function releaseSlot(transaction: Transaction, id: string, now: number): Promise<void> {
  await transaction('slots')
    .where({ id, state: 'busy' })
    .update({ state: 'free', changed_at: now, version: transaction.raw('version + 1') });
}

/** Whether an appointment that stands has the slot. */
export async function isSlotTaken(transaction: Transaction, id: string): Promise<boolean> {
  const row: unknown = await transaction('appointments')
    .where({ slot_id: id })
    .whereRaw("state <> 'cancelled'")
    .first('id');
  return row !== undefined;
}
