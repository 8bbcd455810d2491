import { readAddress } from '../../identity/person-fields.ts';
import { DAY_MS, MINUTE_MS } from '../../kernel/clock.ts';
import { type Language, languages } from '../../kernel/languages.ts';
import { readTypedName } from '../../kernel/typed-name.ts';
import { instantOf } from '../../rooms/moment.ts';
import type { Typed } from '../../rooms/room-fields.ts';
import {
  type ExternalName,
  FURTHEST_DAYS,
  LONGEST_MINUTES,
  PATIENT_NAME_LIMIT,
  SHORTEST_MINUTES,
} from './appointment.ts';
import type { AppointmentFields } from './appointments.ts';
import type { Slot } from './slots/slot.ts';
import type { AreaName } from './store.ts';

/** What can be wrong with a field; the texts are `appointments.faults.<fault>`. */
export type AppointmentFault =
  | 'area'
  | 'name'
  | 'email'
  | 'choice'
  | 'starts'
  | 'starts_past'
  | 'starts_far'
  | 'duration'
  | 'clinician'
  | 'reference';
export type AppointmentFaults = Readonly<Record<string, AppointmentFault>>;

/** What what was typed is held against. */
export interface AppointmentChoices {
  readonly area: AreaName;
  readonly clinicians: readonly { readonly id: string; readonly name: string; readonly email: string }[];
  /** Free times that can be chosen instead of typing one. */
  readonly slots: readonly Slot[];
  readonly now: number;
}

/** Characters of what another system calls an appointment. */
export const REFERENCE_LIMIT = 100;

/** Minutes of an appointment where nobody says. */
export const USUAL_MINUTES = 20;

/**
 * Reads what was typed of an appointment, times by the clocks of the area. Fields: `name`, `email`, `language`,
 * `starts` (`2027-01-05T10:00`), `duration` in minutes, `clinician` (id), `slot` (id; instead of `starts` and
 * `duration`), `reference`.
 */
export function readAppointment(
  typed: Typed,
  { area, clinicians, slots, now }: AppointmentChoices,
): { readonly fields: AppointmentFields } | { readonly faults: AppointmentFaults } {
  const faults: Record<string, AppointmentFault> = {};
  const name = readTypedName(typed.name, PATIENT_NAME_LIMIT);
  if (name === null) faults.name = 'name';
  const hasEmail = typed.email !== undefined && typed.email !== '';
  const email = hasEmail ? readAddress(typed.email) : null;
  if (hasEmail && email === null) faults.email = 'email';
  const language = languages.find((each) => each === typed.language);
  if (language === undefined) faults.language = 'choice';
  const slot = slots.find(({ id }) => id === typed.slot) ?? null;
  const wantsSlot = typeof typed.slot === 'string' && typed.slot !== '';
  if (wantsSlot && slot === null) faults.slot = 'choice';
  const wantsClinician = typeof typed.clinician === 'string' && typed.clinician !== '';
  const clinician = clinicians.find(({ id }) => id === typed.clinician) ?? null;
  if (wantsClinician && clinician === null) faults.clinician = 'clinician';
  const external = readReference(typed.reference);
  if (external === undefined) faults.reference = 'reference';
  const time = slot === null ? readTime(typed, area, now) : slot;
  if ('faults' in time) Object.assign(faults, time.faults);
  if (name === null || language === undefined || external === undefined || 'faults' in time)
    return { faults };
  if (Object.keys(faults).length > 0) return { faults };
  return {
    fields: {
      areaId: area.id,
      clinicianId: clinician?.id ?? slot?.clinicianId ?? null,
      slotId: slot?.id ?? null,
      patientName: name,
      email,
      language: language satisfies Language,
      startsAt: time.startsAt,
      endsAt: time.endsAt,
      timeZone: area.timeZone,
      external,
    },
  };
}

function readTime(
  typed: Typed,
  { timeZone }: AreaName,
  now: number,
): { readonly startsAt: number; readonly endsAt: number } | { readonly faults: AppointmentFaults } {
  const faults: Record<string, AppointmentFault> = {};
  const { starts, duration = '' } = typed;
  const minutes =
    duration === ''
      ? USUAL_MINUTES
      : typeof duration === 'string' && /^\d{1,3}$/.test(duration.trim())
        ? Number(duration)
        : 0;
  if (minutes < SHORTEST_MINUTES || minutes > LONGEST_MINUTES) faults.duration = 'duration';
  const startsAt =
    typeof starts === 'string' ? instantOf(starts.slice(0, 'yyyy-mm-ddThh:mm'.length), timeZone) : null;
  if (startsAt === null) return { faults: { ...faults, starts: 'starts' } };
  const endsAt = startsAt + minutes * MINUTE_MS;
  const fault = faultOfTime(startsAt, endsAt, now);
  if (fault !== null) faults.starts = fault;
  return Object.keys(faults).length > 0 ? { faults } : { startsAt, endsAt };
}

/** Why nobody could come then; null if they can. */
export function faultOfTime(
  startsAt: number,
  endsAt: number,
  now: number,
): 'starts_past' | 'starts_far' | null {
  if (endsAt <= now) return 'starts_past';
  return startsAt > now + FURTHEST_DAYS * DAY_MS ? 'starts_far' : null;
}

/** What another system calls it; null for nothing, undefined for what is none. */
function readReference(typed: unknown): ExternalName | null | undefined {
  if (typed === undefined || typed === '') return null;
  const value = readTypedName(typed, REFERENCE_LIMIT);
  return value === null ? undefined : { system: '', value };
}
