import type { Query } from '../../../database/keyset.ts';
import type { Database, Transaction } from '../../../database/open.ts';
import type { ExternalName } from '../appointment.ts';
import { type AppointmentReach, withinReach } from '../reach.ts';
import type { Slot, SlotState } from './slot.ts';

export interface SlotRow {
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

export const slotOf = (row: SlotRow): Slot => ({
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

/** Slots of the areas within reach, with the names of what they belong to. */
export const listedSlots = (database: Database | Transaction, reach: AppointmentReach): Query =>
  withinReach(namedSlots(database), reach);

const namedSlots = (database: Database | Transaction): Query =>
  database('slots')
    .join('areas', 'areas.id', 'slots.area_id')
    .leftJoin('people', 'people.id', 'slots.clinician_id')
    .select('slots.*', 'areas.organisation_id', 'areas.name as area_name', 'people.name as clinician_name');

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
  const rows = listedSlots(database, reach);
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

/** Free times of an area that are still to come. */
interface FreeSearch {
  readonly areaId: string;
  /** Those that they can be seen by; null: by anybody. */
  readonly clinicianId: string | null;
  readonly now: number;
}

const freeSlotsOf = (database: Database | Transaction, { areaId, clinicianId, now }: FreeSearch): Query =>
  namedSlots(database)
    .where({ 'slots.area_id': areaId, 'slots.state': 'free' })
    .modify((own) => {
      if (clinicianId !== null)
        own.where((each) =>
          each.whereNull('slots.clinician_id').orWhere({ 'slots.clinician_id': clinicianId }),
        );
    })
    .where('slots.starts_at', '>', now)
    .orderBy('slots.starts_at')
    .orderBy('slots.id');

async function freeSlots(
  database: Database | Transaction,
  { limit, ...search }: FreeSearch & { readonly limit: number },
): Promise<Slot[]> {
  const rows: SlotRow[] = await freeSlotsOf(database, search).limit(limit);
  return rows.map(slotOf);
}

/** Of several that begin at the same time, with one clinician or another, the first one. */
export async function freeTimes(
  database: Database | Transaction,
  { limit, ...search }: FreeSearch & { readonly limit: number },
): Promise<Slot[]> {
  const rows: SlotRow[] = await freeSlotsOf(database, search)
    .whereRaw(
      `NOT EXISTS (SELECT 1 FROM slots AS same
        WHERE same.area_id = slots.area_id AND same.state = 'free' AND same.starts_at = slots.starts_at
          AND (? IS NULL OR same.clinician_id IS NULL OR same.clinician_id = ?) AND same.id < slots.id)`,
      [search.clinicianId, search.clinicianId],
    )
    .limit(limit);
  return rows.map(slotOf);
}

/** Whether a slot is one of them. */
export async function isFree(
  database: Database | Transaction,
  id: string,
  search: FreeSearch,
): Promise<boolean> {
  const row: unknown = await freeSlotsOf(database, search).where({ 'slots.id': id }).first();
  return row !== undefined;
}

/** The first free times of an area, with one that was chosen among all of them. */
export async function offeredSlots(
  database: Database | Transaction,
  {
    areaId,
    slotId,
    now,
    limit,
  }: { readonly areaId: string; readonly slotId: string; readonly now: number; readonly limit: number },
): Promise<Slot[]> {
  const first = await freeSlots(database, { areaId, clinicianId: null, now, limit });
  if (slotId === '' || first.some(({ id }) => id === slotId)) return first;
  const row: SlotRow | undefined = await namedSlots(database)
    .where({ 'slots.id': slotId, 'slots.area_id': areaId, 'slots.state': 'free' })
    .where('slots.starts_at', '>', now)
    .first();
  return row === undefined ? first : [...first, slotOf(row)];
}

export async function findSlot(
  database: Database | Transaction,
  reach: AppointmentReach,
  id: string,
): Promise<Slot | null> {
  const row: SlotRow | undefined = await listedSlots(database, reach).where({ 'slots.id': id }).first();
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

/** The first slot of the same area and clinician that lies within one of these times; null for none. */
export async function findOverlap(
  transaction: Transaction,
  { areaId, clinicianId }: Pick<Slot, 'areaId' | 'clinicianId'>,
  times: readonly { readonly startsAt: number; readonly endsAt: number }[],
): Promise<{ readonly startsAt: number } | null> {
  const row: { starts_at: number } | undefined = await transaction('slots')
    .where({ area_id: areaId, clinician_id: clinicianId })
    .whereRaw("state <> 'wrong'")
    .whereRaw(
      `EXISTS (SELECT 1 FROM json_each(?) AS wanted
        WHERE slots.starts_at < json_extract(wanted.value, '$.endsAt')
          AND slots.ends_at > json_extract(wanted.value, '$.startsAt'))`,
      [JSON.stringify(times)],
    )
    .where('starts_at', '<', times.at(-1)?.endsAt ?? 0)
    .where('ends_at', '>', times[0]?.startsAt ?? 0)
    .orderBy('starts_at')
    .first('starts_at');
  return row === undefined ? null : { startsAt: row.starts_at };
}

/** How many slots of an area are still to come. */
export async function countComing(transaction: Transaction, areaId: string, now: number): Promise<number> {
  const [row] = await transaction('slots')
    .where({ area_id: areaId })
    .where('starts_at', '>', now)
    .count({ count: '*' });
  return Number(row?.count ?? 0);
}

/** Deletes a slot as it was read, unless an appointment has it. False: it is not so any more. */
export async function deleteSlot(
  transaction: Transaction,
  { id, version }: Pick<Slot, 'id' | 'version'>,
): Promise<boolean> {
  const count = await transaction('slots')
    .where({ id, version })
    .whereNotExists((taken) =>
      taken
        .from('appointments')
        .whereRaw("appointments.slot_id = slots.id AND appointments.state <> 'cancelled'")
        .select('appointments.id'),
    )
    .delete();
  return count === 1;
}

/** Free times of an area that begin within a period. */
export interface FreePeriod {
  readonly areaId: string;
  /** Null: those that are with anybody. */
  readonly clinicianId: string | null | 'everyone';
  readonly from: number;
  readonly before: number;
}

const freeWithin = (
  database: Database | Transaction,
  { areaId, clinicianId, from, before }: FreePeriod,
): Query => {
  const rows = database('slots')
    .where({ area_id: areaId, state: 'free' })
    .where('starts_at', '>=', from)
    .where('starts_at', '<', before);
  return clinicianId === 'everyone' ? rows : rows.where({ clinician_id: clinicianId });
};

export async function countFree(database: Database | Transaction, period: FreePeriod): Promise<number> {
  const [row] = await freeWithin(database, period).count({ count: '*' });
  return Number(row?.count ?? 0);
}

/** Answers how many there were. */
export async function deleteFree(transaction: Transaction, period: FreePeriod): Promise<number> {
  return freeWithin(transaction, period).delete();
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
