import { addDays, addMonths, daysIn, firstOf, lastOf, mondayOf, monthOf } from './calendar.ts';

/** What one bar of the chart stands for. */
export const units = ['day', 'week', 'month'] as const;
export type Unit = (typeof units)[number];

/** How many months a period has, by its unit. */
const MONTHS = { day: 1, week: 3, month: 12 } as const satisfies Record<Unit, number>;

/** A stretch of days, both ends included. */
export interface Stretch {
  readonly from: string;
  readonly to: string;
}

/** Whole months that are looked at together; the last may be this one. */
export interface Period extends Stretch {
  readonly unit: Unit;
  /** As far as it has come: `to`, or today. */
  readonly soFar: string;
  readonly months: readonly string[];
  /** The stretch before it that it is compared with: of as many days as it has had so far. */
  readonly before: Stretch;
}

/** @param until its last month. */
export function periodOf(unit: Unit, until: string, today: string): Period {
  const first = addMonths(until, 1 - MONTHS[unit]);
  const [from, to] = [firstOf(first), lastOf(until)];
  const soFar = to < today ? to : today;
  const before = firstOf(addMonths(first, -MONTHS[unit]));
  const lastBefore = addDays(from, -1);
  const sameDays = addDays(before, daysIn(from, soFar) - 1);
  return {
    unit,
    from,
    to,
    soFar,
    months: Array.from({ length: MONTHS[unit] }, (_, index) => addMonths(first, index)),
    // A whole month is compared with a whole one, whatever their lengths.
    before: { from: before, to: soFar === to || sameDays > lastBefore ? lastBefore : sameDays },
  };
}

/** The steps of a period up to now, in order and without a gap. Weeks at its ends are cut where it is. */
export function stepsOf({ unit, from, soFar }: Period): Stretch[] {
  const steps: Stretch[] = [];
  for (let start = from; start <= soFar; ) {
    const end =
      unit === 'day' ? start : unit === 'week' ? addDays(mondayOf(start), 6) : lastOf(monthOf(start));
    steps.push({ from: start, to: end < soFar ? end : soFar });
    start = addDays(end, 1);
  }
  return steps;
}
