import { MINUTE_MS } from '../../../kernel/clock.ts';
import { instantOf } from '../../../rooms/moment.ts';
import { weekdays } from '../../../rooms/room-fields.ts';
import { LONGEST_MINUTES, SHORTEST_MINUTES } from '../appointment.ts';
import { readDays } from './slot-days.ts';

/** Most free times that are made at once. */
export const MOST_OF_SERIES = 500;

/** What can be wrong with a field; the texts are `appointments.slots.faults.<fault>`. */
export type SeriesFault =
  | 'first_day'
  | 'last_day'
  | 'too_far'
  | 'weekdays'
  | 'from'
  | 'to'
  | 'duration'
  | 'clinician'
  | 'none'
  | 'too_many';
export type SeriesFaults = Readonly<Record<string, SeriesFault>>;

/** When a time of a series is, in milliseconds since 1970. */
export interface SlotTime {
  readonly startsAt: number;
  readonly endsAt: number;
}

export interface SlotSeries {
  readonly clinicianId: string | null;
  /** Those to come, in their order. */
  readonly times: readonly SlotTime[];
}

/** What what was typed is held against. */
export interface SeriesChoices {
  /** `closedDays`: `2027-01-01`; there is no time on them. */
  readonly area: { readonly timeZone: string; readonly closedDays: readonly string[] };
  readonly clinicians: readonly { readonly id: string }[];
  readonly now: number;
}

type Typed = Readonly<Record<string, string>>;

const CLOCK = /^([01]\d|2[0-3]):[0-5]\d$/;

/**
 * Reads a series of free times, by the clocks of the area. Fields: `first_day` and `last_day` (`2027-01-05`), `monday` to
 * `sunday` (`yes`), `from` and `to` (`08:30`), `duration` in minutes, `clinician` (id, or empty).
 */
export function readSeries(
  typed: Typed,
  { area, clinicians, now }: SeriesChoices,
): { readonly series: SlotSeries } | { readonly faults: SeriesFaults } {
  const { timeZone: zone } = area;
  const days = readDays(typed, zone, now);
  const faults: Record<string, SeriesFault> = 'faults' in days ? { ...days.faults } : {};
  const chosen = weekdays.map((day) => typed[day] === 'yes');
  if (!chosen.some(Boolean)) faults.weekdays = 'weekdays';
  const { from = '', to = '', duration = '' } = typed;
  if (!CLOCK.test(from)) faults.from = 'from';
  if (!CLOCK.test(to) || to <= from) faults.to = 'to';
  const minutes = /^\d{1,3}$/.test(duration.trim()) ? Number(duration) : 0;
  if (minutes < SHORTEST_MINUTES || minutes > LONGEST_MINUTES) faults.duration = 'duration';
  const clinicianId = typed.clinician || null;
  if (clinicianId !== null && !clinicians.some(({ id }) => id === clinicianId))
    faults.clinician = 'clinician';
  if ('faults' in days || Object.keys(faults).length > 0) return { faults };

  const closed = new Set(area.closedDays);
  const times: SlotTime[] = [];
  for (
    let day = days.first;
    day <= days.last && times.length <= MOST_OF_SERIES;
    day = day.plus({ days: 1 })
  ) {
    const name = day.toISODate() ?? '';
    if (!chosen[day.weekday - 1] || closed.has(name)) continue;
    times.push(...timesOf({ day: name, from, to, minutes, zone }).filter(({ startsAt }) => startsAt > now));
  }
  if (times.length === 0) return { faults: { to: 'none' } };
  if (times.length > MOST_OF_SERIES) return { faults: { last_day: 'too_many' } };
  return { series: { clinicianId, times } };
}

/** Times one after the other; what is left of the period, and is shorter than they are, is none. */
function timesOf({
  day,
  from,
  to,
  minutes,
  zone,
}: {
  readonly day: string;
  readonly from: string;
  readonly to: string;
  readonly minutes: number;
  readonly zone: string;
}): SlotTime[] {
  const begins = instantOf(`${day}T${from}`, zone);
  const ends = instantOf(`${day}T${to}`, zone);
  // Clocks that are put forward leave it out.
  if (begins === null || ends === null) return [];
  const lasts = minutes * MINUTE_MS;
  const times: SlotTime[] = [];
  for (let startsAt = begins; startsAt + lasts <= ends; startsAt += lasts)
    times.push({ startsAt, endsAt: startsAt + lasts });
  return times;
}
