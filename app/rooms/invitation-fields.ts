import { readAddress } from '../identity/person-fields.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../kernel/clock.ts';
import { type Language, languages } from '../kernel/languages.ts';
import { readTypedName } from '../kernel/typed-name.ts';
import type { Appointment } from './invitation.ts';
import { instantOf, localOf } from './moment.ts';
import { openingAt } from './opening-hours.ts';
import type { Room } from './room.ts';
import type { Typed } from './room-fields.ts';
import { isTimeZone } from './time-zones.ts';

/** Characters of a guest's name; as many as a participant's. */
export const GUEST_NAME_LIMIT = 60;

export const LONGEST_DURATION_MINUTES = 12 * 60;

/** How long after the end of an appointment its link lets somebody in: some take longer, and some drop out. */
const OVERTIME_MS = 12 * HOUR_MS;
/** How long a link without an appointment may last. */
const LONGEST_DAYS = 366;
/** What a form proposes. */
const USUAL_DAYS = 30;

/** When a link lets somebody in. */
export interface Validity {
  readonly appointment: Appointment | null;
  readonly expiresAt: number;
}

/** What is decided of an invitation. */
export interface InvitationFields extends Validity {
  readonly name: string;
  /** In small letters; null for none. */
  readonly email: string | null;
  readonly language: Language;
}

/** What can be wrong with a field; the texts are `rooms.faults.<fault>`. */
export type InvitationFault =
  | 'guest_name'
  | 'email'
  | 'choice'
  | 'starts'
  | 'starts_past'
  | 'starts_after_room'
  | 'starts_closed'
  | 'duration'
  | 'time_zone'
  | 'until';
export type InvitationFaults = Readonly<Record<string, InvitationFault>>;

/** Reads what was typed of an invitation. */
export function readInvitation(
  typed: Typed,
  room: Room,
  now: number,
): { readonly fields: InvitationFields } | { readonly faults: InvitationFaults } {
  const faults: Record<string, InvitationFault> = {};
  const name = readTypedName(typed.name, GUEST_NAME_LIMIT);
  if (name === null) faults.name = 'guest_name';
  const hasEmail = typed.email !== undefined && typed.email !== '';
  const email = hasEmail ? readAddress(typed.email) : null;
  if (hasEmail && email === null) faults.email = 'email';
  const language = languages.find((each) => each === typed.language);
  if (language === undefined) faults.language = 'choice';
  const validity = readValidity(typed, room, now);
  if ('faults' in validity) return { faults: { ...faults, ...validity.faults } };
  if (name === null || language === undefined || Object.keys(faults).length > 0) return { faults };
  return { fields: { name, email, language, ...validity.validity } };
}

/** Reads until or at what time somebody is invited. `when`: `appointment`, or `any_time`. */
export function readValidity(
  typed: Typed,
  room: Room,
  now: number,
): { readonly validity: Validity } | { readonly faults: InvitationFaults } {
  if (typed.when === 'appointment') return readAppointment(typed, room, now);
  if (typed.when !== 'any_time') return { faults: { when: 'choice' } };
  // To the end of that day, where the room is.
  const end = typeof typed.until === 'string' ? instantOf(`${typed.until}T23:59`, room.timeZone) : null;
  if (end === null || end <= now || end > now + LONGEST_DAYS * DAY_MS) return { faults: { until: 'until' } };
  return { validity: { appointment: null, expiresAt: end + MINUTE_MS } };
}

function readAppointment(
  typed: Typed,
  room: Room,
  now: number,
): { readonly validity: Validity } | { readonly faults: InvitationFaults } {
  const faults: Record<string, InvitationFault> = {};
  const { time_zone: timeZone, starts, duration } = typed;
  if (typeof timeZone !== 'string' || !isTimeZone(timeZone)) return { faults: { time_zone: 'time_zone' } };
  const minutes = typeof duration === 'string' && /^\d{1,3}$/.test(duration.trim()) ? Number(duration) : 0;
  if (minutes < 5 || minutes > LONGEST_DURATION_MINUTES) faults.duration = 'duration';
  const startsAt = typeof starts === 'string' ? instantOf(starts, timeZone) : null;
  const fault = startsAt === null ? 'starts' : faultOf(startsAt, minutes, room, now);
  if (fault !== null) faults.starts = fault;
  if (startsAt === null || Object.keys(faults).length > 0) return { faults };
  return {
    validity: {
      appointment: { startsAt, durationMinutes: minutes, timeZone },
      expiresAt: startsAt + minutes * MINUTE_MS + OVERTIME_MS,
    },
  };
}

/** Why nobody could come at that time. */
function faultOf(startsAt: number, minutes: number, room: Room, now: number): InvitationFault | null {
  const lastAt = now + LONGEST_DAYS * 2 * DAY_MS;
  if (startsAt > lastAt) return 'starts';
  if (startsAt + minutes * MINUTE_MS <= now) return 'starts_past';
  if (room.expiresAt !== null && startsAt >= room.expiresAt) return 'starts_after_room';
  const isOpen = room.openingHours === null || openingAt(room.openingHours, room.timeZone, startsAt).isOpen;
  return isOpen ? null : 'starts_closed';
}

/** The day that a form proposes as the last one: `2027-01-05`. */
export function usualEnd(now: number, timeZone: string): string {
  return localOf(now + USUAL_DAYS * DAY_MS, timeZone).slice(0, 'yyyy-mm-dd'.length);
}
