import type { Translate } from '../kernel/i18n.ts';
import type { OpeningHours } from '../rooms/opening-hours.ts';
import { weekdays } from '../rooms/room-fields.ts';

type Typed = Readonly<Record<string, string>>;

/** Hours that most offices keep, for a form that had none yet. */
export const usualHours: Typed = Object.fromEntries(
  weekdays.slice(0, 5).flatMap((day) => [
    [`${day}_from`, '08:00'],
    [`${day}_to`, '18:00'],
  ]),
);

/** Opening hours as a form shows them; empty for none. */
export function typedHours(openingHours: OpeningHours | null): Typed {
  return Object.fromEntries(
    weekdays.flatMap((day, index) => {
      const period = openingHours?.[index];
      if (!period) return [];
      return [[`${day}_from`, clockOf(period.from)] as const, [`${day}_to`, clockOf(period.to)] as const];
    }),
  );
}

/** The rows of a form, a day each. */
export function hourRows(t: Translate, typed: Typed, faults: Typed) {
  return weekdays.map((day) => ({
    label: t(`rooms.days.${day}`),
    fromName: `${day}_from`,
    from: typed[`${day}_from`] ?? '',
    toName: `${day}_to`,
    to: typed[`${day}_to`] ?? '',
    error: faults[`${day}_from`] ?? '',
  }));
}

/** 510 → `08:30` */
const clockOf = (minutes: number) =>
  [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0')).join(':');
