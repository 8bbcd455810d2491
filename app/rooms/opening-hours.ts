import { DateTime } from 'luxon';

/** Minutes since midnight by the clock on the wall, 0 to 1439. `to` at or before `from` is on the following day. */
export interface Period {
  readonly from: number;
  readonly to: number;
}

/** When a room is open on each day of the week, Monday first; null for a day that it stays closed. */
export type OpeningHours = readonly [
  monday: Period | null,
  tuesday: Period | null,
  wednesday: Period | null,
  thursday: Period | null,
  friday: Period | null,
  saturday: Period | null,
  sunday: Period | null,
];

export const DAYS_A_WEEK = 7;

/** Whether it is open; if not, when it opens again (null if it never does). */
export type Opening = { readonly isOpen: true } | { readonly isOpen: false; readonly opensAt: number | null };

/**
 * Looks whether hours let somebody in at an instant. A wall clock that jumps does no harm: what begins within an hour
 * that is left out begins when that hour would have ended, and what begins or ends within an hour that comes twice
 * begins with the first and ends with the second.
 *
 * @param timeZone IANA name.
 */
export function openingAt(hours: OpeningHours, timeZone: string, now: number): Opening {
  const today = DateTime.fromMillis(now, { zone: timeZone }).startOf('day');
  let opensAt: number | null = null;
  // From yesterday, whose hours may last until today, to this day of the next week, whose hours may have begun today.
  for (let offset = -1; offset <= DAYS_A_WEEK; offset += 1) {
    const day = today.plus({ days: offset });
    const period = hours[day.weekday - 1];
    if (!period) continue;
    const startsAt = Math.min(...instantsOf(day, period.from));
    const endsAt = Math.max(...instantsOf(period.to > period.from ? day : day.plus({ days: 1 }), period.to));
    if (startsAt <= now && now < endsAt) return { isOpen: true };
    if (startsAt > now && (opensAt === null || startsAt < opensAt)) opensAt = startsAt;
  }
  return { isOpen: false, opensAt };
}

/** The instants at which a wall clock shows a time of a day: one, or two where it is turned back. */
function instantsOf(day: DateTime, minutes: number): number[] {
  const shown = day.set({ hour: Math.floor(minutes / 60), minute: minutes % 60 });
  return shown.getPossibleOffsets().map((each) => each.toMillis());
}
