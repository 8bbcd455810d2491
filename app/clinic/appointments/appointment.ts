import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../kernel/clock.ts';
import type { Language } from '../../kernel/languages.ts';

/**
 * - `booked`: expected.
 * - `arrived`: came through the door.
 * - `fulfilled`: was seen.
 * - `noshow`: its time is over, and nobody came.
 */
const appointmentStates = ['booked', 'arrived', 'fulfilled', 'cancelled', 'noshow'] as const;
export type AppointmentState = (typeof appointmentStates)[number];

/** What can become of an appointment, from which states. Nothing else does. */
export const appointmentActs = {
  /** Another time, another clinician: whoever missed one is expected anew. */
  change: { from: ['booked', 'noshow'], to: 'booked' },
  arrive: { from: ['booked', 'arrived', 'noshow'], to: 'arrived' },
  fulfil: { from: ['booked', 'arrived', 'noshow'], to: 'fulfilled' },
  miss: { from: ['booked'], to: 'noshow' },
  /** Somebody was said too early not to have come. */
  expect: { from: ['noshow'], to: 'booked' },
  cancel: { from: ['booked', 'noshow'], to: 'cancelled' },
} as const satisfies Record<
  string,
  { readonly from: readonly AppointmentState[]; readonly to: AppointmentState }
>;
export type AppointmentAct = keyof typeof appointmentActs;

export function allows(state: AppointmentState, act: AppointmentAct): boolean {
  const from: readonly AppointmentState[] = appointmentActs[act].from;
  return from.includes(state);
}

/** What the patient said to it: nothing yet, that they come, that they do not, or that another time would be better. */
const patientReplies = ['none', 'confirmed', 'other_time', 'cancelled'] as const;
export type PatientReply = (typeof patientReplies)[number];

/** What another system calls something: a URI that says whose name it is, and the name (FHIR's `Identifier`). */
export interface ExternalName {
  /** Empty where it was not given. */
  readonly system: string;
  readonly value: string;
}

/** When a patient is expected in which area, and by whom. Instants are milliseconds since 1970. */
export interface PatientAppointment {
  readonly id: string;
  readonly areaId: string;
  readonly organisationId: string;
  readonly areaName: string;
  /** Null for whoever is free. */
  readonly clinicianId: string | null;
  readonly clinicianName: string | null;
  readonly slotId: string | null;
  readonly patientName: string;
  /** In small letters; null for somebody who gets the link by another way. */
  readonly email: string | null;
  readonly language: Language;
  readonly startsAt: number;
  readonly endsAt: number;
  /** IANA name: the zone that it was made in. */
  readonly timeZone: string;
  readonly state: AppointmentState;
  readonly reply: PatientReply;
  /** What they wrote about another time. */
  readonly wish: string | null;
  /** The free time that they would like. */
  readonly wishedSlotId: string | null;
  readonly repliedAt: number | null;
  readonly arrivedAt: number | null;
  readonly external: ExternalName | null;
  /** How often calendars had to be told of a change. */
  readonly sequence: number;
  readonly linkGeneration: number;
  /** Rises with every change. */
  readonly version: number;
  /** When its patient was told its time. */
  readonly toldAt: number;
  /** The last reminder that went out since then. */
  readonly reminded: Reminder | 'none';
  /** The last letter about it; null if there was none, or it is gone. */
  readonly letterId: string | null;
  readonly madeBy: string | null;
  readonly createdAt: number;
  readonly changedAt: number;
}

/** How long before its beginning an appointment's link lets in. */
export const OPENS_BEFORE_MS = 30 * MINUTE_MS;

/** How long before its beginning each reminder goes out. */
export const reminders = { day: DAY_MS, hour: HOUR_MS } as const;
export type Reminder = keyof typeof reminders;

/** The shortest and the longest appointment, in minutes. */
export const SHORTEST_MINUTES = 5;
export const LONGEST_MINUTES = 8 * 60;

/** How far ahead one is made, in days. */
export const FURTHEST_DAYS = 2 * 366;

/** Characters of a patient's name; as many as a participant's. */
export const PATIENT_NAME_LIMIT = 60;

/** Characters of what a patient writes about another time. */
export const WISH_LIMIT = 300;

/**
 * How an appointment looks at an instant: as its state says; `booked` ones `coming`, `open` once the link lets in, `late`
 * once they have begun without the patient, and `over`.
 */
export type Standing = Exclude<AppointmentState, 'booked'> | 'coming' | 'open' | 'late' | 'over';

export function standingOf(
  { state, startsAt, endsAt }: Pick<PatientAppointment, 'state' | 'startsAt' | 'endsAt'>,
  now: number,
): Standing {
  if (state !== 'booked') return state;
  if (now >= endsAt) return 'over';
  if (now >= startsAt) return 'late';
  return now >= startsAt - OPENS_BEFORE_MS ? 'open' : 'coming';
}

/** Whether the link lets in: from half an hour before the beginning to the end, unless it is cancelled or was held. */
export function letsIn(
  appointment: Pick<PatientAppointment, 'state' | 'startsAt' | 'endsAt'>,
  now: number,
): boolean {
  const { state, startsAt, endsAt } = appointment;
  return (state === 'booked' || state === 'arrived') && now >= startsAt - OPENS_BEFORE_MS && now < endsAt;
}

/** Names of the fields that a change touched, for the audit log. */
export function changedFields(before: PatientAppointment, after: PatientAppointment): string[] {
  const fields = [
    'areaId',
    'clinicianId',
    'slotId',
    'patientName',
    'email',
    'language',
    'startsAt',
    'endsAt',
  ] as const;
  return fields.filter((field) => before[field] !== after[field]);
}
