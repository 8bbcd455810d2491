import { DateTime } from 'luxon';
import { openingAt } from '../rooms/opening-hours.ts';
import type { Area } from './area.ts';

/** Whether a door is open by its hours; if not, when it opens again (null if it never does). */
export interface AreaOpening {
  readonly isOpen: boolean;
  readonly opensAt: number | null;
}

type Hours = Pick<Area, 'openingHours' | 'closedDays' | 'timeZone'>;

/** More holidays in a row than anybody has. */
const MOST_STEPS = 800;

/** Looks whether an area is open: by its hours, and closed all day on its holidays. */
export function openingOf({ openingHours, closedDays, timeZone }: Hours, now: number): AreaOpening {
  const closed = new Set(closedDays);
  let at = now;
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const day = DateTime.fromMillis(at, { zone: timeZone }).startOf('day');
    if (closed.has(day.toISODate() ?? '')) {
      at = day.plus({ days: 1 }).startOf('day').toMillis();
      continue;
    }
    const opening = openingHours === null ? { isOpen: true as const } : openingAt(openingHours, timeZone, at);
    if (opening.isOpen) return { isOpen: at === now, opensAt: at === now ? null : at };
    if (opening.opensAt === null) return { isOpen: false, opensAt: null };
    at = opening.opensAt;
  }
  return { isOpen: false, opensAt: null };
}

/** The day of an instant by the clocks of an area: `2027-01-05`. */
export function dayOf({ timeZone }: Pick<Area, 'timeZone'>, at: number): string {
  return DateTime.fromMillis(at, { zone: timeZone }).toISODate() ?? '';
}

/** When the day of an instant is over by the clocks of an area, and so many days more. */
export function endOfDay({ timeZone }: Pick<Area, 'timeZone'>, at: number, moreDays = 0): number {
  return DateTime.fromMillis(at, { zone: timeZone })
    .startOf('day')
    .plus({ days: moreDays + 1 })
    .toMillis();
}
