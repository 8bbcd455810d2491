import { DateTime } from 'luxon';
import { DAY_MS } from '../../kernel/clock.ts';

/** Days before the end at which the data protection officer is reminded. */
export const REMINDED_DAYS = [14, 7, 2] as const;

/**
 * When a request must be answered (GDPR, Article 12(3)): one month after it was received, or three where it was
 * extended. The day with the same number, or the last one of a month that has none, to its last millisecond, in the
 * server's time zone (Regulation 1182/71, Article 3(2)(c)). Weekends and holidays do not put it off here: who answers
 * before them is never late.
 */
export function dueAt(receivedAt: number, months: 1 | 3): number {
  return DateTime.fromMillis(receivedAt).plus({ months }).endOf('day').toMillis();
}

/** The reminder that is due: the fewest days that are reached; null while there are more. */
export function reminderDue(due: number, now: number): number | null {
  return REMINDED_DAYS.findLast((days) => now >= due - days * DAY_MS) ?? null;
}

/** Whole days that are left; negative once it is too late. */
export function daysLeft(due: number, now: number): number {
  const day = (at: number) => DateTime.fromMillis(at).startOf('day');
  return Math.round(day(due).diff(day(now), 'days').days);
}
