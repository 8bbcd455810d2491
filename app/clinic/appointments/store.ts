import { type ListQuery, pageBy, type Query } from '../../database/keyset.ts';
import type { Database, Transaction } from '../../database/open.ts';
import type { LetterState } from '../../mail/letter-rows.ts';
import { type ExternalName, type PatientAppointment, type Reminder, reminders } from './appointment.ts';
import { type AppointmentRow, appointmentOf, columnsOf } from './appointment-rows.ts';
import { type AppointmentReach, withinReach } from './reach.ts';

/** An appointment, and what became of the last letter about it. */
export interface ListedAppointment extends PatientAppointment {
  /** Null without a letter. */
  readonly letterState: LetterState | null;
}

type ListedRow = AppointmentRow & { readonly letter_state: LetterState | null };

const listedOf = (row: ListedRow): ListedAppointment => ({
  ...appointmentOf(row),
  letterState: row.letter_state,
});

/** Appointments with the names of what they belong to. The areas are those of the appointments, and can be limited. */
export const listed = (database: Database | Transaction): Query =>
  database('appointments')
    .join('areas', 'areas.id', 'appointments.area_id')
    .leftJoin('people', 'people.id', 'appointments.clinician_id')
    .leftJoin('letters', 'letters.id', 'appointments.letter_id')
    .select(
      'appointments.*',
      'areas.organisation_id',
      'areas.name as area_name',
      'people.name as clinician_name',
      'letters.state as letter_state',
    );

/** A page of the appointments within reach. `filters`: `area`, `state`, `reply`, and `from`, an instant. */
export async function listAppointments(
  database: Database,
  reach: AppointmentReach,
  { filters, page }: ListQuery,
): Promise<ListedAppointment[]> {
  const rows = withinReach(listed(database), reach);
  if (filters.area !== undefined) rows.where({ 'appointments.area_id': filters.area });
  if (filters.state !== undefined) rows.where({ 'appointments.state': filters.state });
  if (filters.reply !== undefined) rows.where({ 'appointments.reply': filters.reply });
  if (filters.from !== undefined) rows.where('appointments.ends_at', '>', Number(filters.from));
  const found: ListedRow[] = await pageBy(rows, page, 'appointments.id');
  return found.map(listedOf);
}

export async function findAppointment(
  database: Database | Transaction,
  reach: AppointmentReach,
  id: string,
): Promise<ListedAppointment | null> {
  const row: ListedRow | undefined = await withinReach(listed(database), reach)
    .where({ 'appointments.id': id })
    .first();
  return row === undefined ? null : listedOf(row);
}

/** The appointment that has an id, whoever asks: for its patient, who has its link. */
export async function findById(
  database: Database | Transaction,
  id: string,
): Promise<ListedAppointment | null> {
  const row: ListedRow | undefined = await listed(database).where({ 'appointments.id': id }).first();
  return row === undefined ? null : listedOf(row);
}

/** What another system calls so. */
export async function findByExternal(
  database: Database | Transaction,
  reach: AppointmentReach,
  { system, value }: ExternalName,
): Promise<ListedAppointment | null> {
  const row: ListedRow | undefined = await withinReach(listed(database), reach)
    .where({ 'appointments.external_system': system, 'appointments.external_value': value })
    .first();
  return row === undefined ? null : listedOf(row);
}

/** @throws when its slot has an appointment already, or another one in the area has its external name. */
export async function insertAppointment(
  transaction: Transaction,
  appointment: PatientAppointment,
): Promise<void> {
  await transaction('appointments').insert({
    id: appointment.id,
    area_id: appointment.areaId,
    version: appointment.version,
    ...columnsOf(appointment),
  });
}

/** Writes what changed of an appointment over what was read. False: somebody else was quicker. */
export async function updateAppointment(
  transaction: Transaction,
  before: Pick<PatientAppointment, 'id' | 'version'>,
  after: PatientAppointment,
): Promise<boolean> {
  const count = await transaction('appointments')
    .where({ id: before.id, version: before.version })
    .update({ ...columnsOf(after), area_id: after.areaId, version: before.version + 1 });
  return count === 1;
}

/** Whether an area has so many appointments that are still to come. */
export async function hasComing(
  transaction: Transaction,
  areaId: string,
  { now, count }: { readonly now: number; readonly count: number },
): Promise<boolean> {
  const row: unknown = await transaction('appointments')
    .where({ area_id: areaId })
    .where('starts_at', '>', now)
    .orderBy('starts_at')
    .offset(count - 1)
    .first('id');
  return row !== undefined;
}

/** Those of one area that begin within a time and were not cancelled, for a calendar; at most `limit`. */
export async function listBetween(
  database: Database,
  areaId: string,
  {
    from,
    to,
    clinicianId,
    limit,
  }: {
    readonly from: number;
    readonly to: number;
    /** Those of one clinician, and of nobody in particular; null for all. */
    readonly clinicianId: string | null;
    readonly limit: number;
  },
): Promise<PatientAppointment[]> {
  const rows: ListedRow[] = await listed(database)
    .where({ 'appointments.area_id': areaId })
    .whereRaw("appointments.state <> 'cancelled'")
    .modify((own) => {
      if (clinicianId === null) return;
      own.where((each) =>
        each.whereNull('appointments.clinician_id').orWhere({ 'appointments.clinician_id': clinicianId }),
      );
    })
    .where('appointments.starts_at', '>=', from)
    .where('appointments.starts_at', '<', to)
    .orderBy('appointments.starts_at')
    .limit(limit);
  return rows.map(appointmentOf);
}

/** Those whose patients are to be reminded now, the first ones first; at most `limit`. */
export async function listToRemind(
  database: Database,
  reminder: Reminder,
  { now, limit }: { readonly now: number; readonly limit: number },
): Promise<string[]> {
  const aheadMs = reminders[reminder];
  return database('appointments')
    .whereRaw("state = 'booked'")
    .whereNotNull('email')
    .where('starts_at', '>', reminder === 'day' ? now + reminders.hour : now)
    .where('starts_at', '<=', now + aheadMs)
    .whereRaw(reminder === 'day' ? "reminded = 'none'" : "reminded <> 'hour'")
    .whereRaw('told_at < starts_at - ?', [aheadMs])
    .orderBy('starts_at')
    .limit(limit)
    .pluck('id');
}

/** Ids of those that are expected although their time is over; at most `limit`. */
export async function listMissed(database: Database, now: number, limit: number): Promise<string[]> {
  return database('appointments')
    .whereRaw("state = 'booked'")
    .where('ends_at', '<=', now)
    .orderBy('starts_at')
    .limit(limit)
    .pluck('id');
}

/** Says of those whose patients were seen that they were; answers in which areas. */
export async function fulfilSeen(transaction: Transaction, now: number): Promise<readonly string[]> {
  const rows: { area_id: string }[] = await transaction('appointments')
    .where({ state: 'arrived' })
    .whereExists((seen) =>
      seen
        .from('visits')
        .whereRaw('visits.appointment_id = appointments.id')
        .where({ 'visits.state': 'ended', 'visits.outcome': 'seen' })
        .select('visits.id'),
    )
    .update({ state: 'fulfilled', changed_at: now, version: transaction.raw('version + 1') }, ['area_id']);
  return [...new Set(rows.map((row) => row.area_id))];
}

/** Where an appointment can be: the areas within reach, by name. */
export async function areasWithin(
  database: Database | Transaction,
  reach: AppointmentReach,
): Promise<readonly AreaName[]> {
  const rows: AreaRow[] = await withinReach(database('areas'), reach)
    .orderBy('areas.sort_name')
    .limit(MOST_AREAS)
    .select(...areaColumns);
  return rows.map(areaOf);
}

const MOST_AREAS = 500;

/** An area, as appointments need it. */
export interface AreaName {
  readonly id: string;
  readonly organisationId: string;
  readonly name: string;
  readonly slug: string;
  readonly timeZone: string;
}

interface AreaRow {
  readonly id: string;
  readonly organisation_id: string;
  readonly name: string;
  readonly slug: string;
  readonly time_zone: string;
}

const areaColumns = ['areas.id', 'areas.organisation_id', 'areas.name', 'areas.slug', 'areas.time_zone'];

const areaOf = (row: AreaRow): AreaName => ({
  id: row.id,
  organisationId: row.organisation_id,
  name: row.name,
  slug: row.slug,
  timeZone: row.time_zone,
});

export async function findArea(
  database: Database | Transaction,
  reach: AppointmentReach,
  id: string,
): Promise<AreaName | null> {
  const row: AreaRow | undefined = await withinReach(database('areas'), reach)
    .where({ 'areas.id': id })
    .first(...areaColumns);
  return row === undefined ? null : areaOf(row);
}

/** Who takes patients in an area, by name. */
export async function cliniciansOf(
  database: Database | Transaction,
  areaId: string,
): Promise<readonly { readonly id: string; readonly name: string; readonly email: string }[]> {
  return database('area_members')
    .join('people', 'people.id', 'area_members.person_id')
    .where({ 'area_members.area_id': areaId, 'people.status': 'active' })
    .whereIn('area_members.role', ['manager', 'clinician'])
    .orderBy('people.sort_name')
    .select('people.id', 'people.name', 'people.email');
}
