import { DateTime } from 'luxon';
import { DAY_MS } from '../../../kernel/clock.ts';

/** How far ahead free times are made, and deleted together, in days. */
export const FURTHEST_DAYS = 366;

/** What can be wrong with them; the texts are `appointments.slots.faults.<fault>`. */
export interface DayFaults {
  readonly first_day?: 'first_day';
  readonly last_day?: 'last_day' | 'too_far';
}

/**
 * Reads a period of days by the clocks of an area: `first_day` and `last_day` (`2027-01-05`), today or later. Answers the
 * beginnings of both days, or what is wrong.
 */
export function readDays(
  { first_day, last_day }: Readonly<Record<string, string>>,
  zone: string,
  now: number,
): { readonly first: DateTime; readonly last: DateTime } | { readonly faults: DayFaults } {
  const first = dayIn(first_day, zone);
  const last = dayIn(last_day, zone);
  const isFirstWrong = first === null || first < DateTime.fromMillis(now, { zone }).startOf('day');
  if (last === null || (first !== null && last < first))
    return { faults: { ...(isFirstWrong && { first_day: 'first_day' }), last_day: 'last_day' } };
  if (last.toMillis() > now + FURTHEST_DAYS * DAY_MS)
    return { faults: { ...(isFirstWrong && { first_day: 'first_day' }), last_day: 'too_far' } };
  return isFirstWrong ? { faults: { first_day: 'first_day' } } : { first, last };
}

function dayIn(typed: string | undefined, zone: string): DateTime | null {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(typed ?? '') ? DateTime.fromISO(typed ?? '', { zone }) : null;
  return day?.isValid ? day : null;
}
