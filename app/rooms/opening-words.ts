import type { Translate } from '../kernel/i18n.ts';
import type { Language } from '../kernel/languages.ts';
import { timeOfDay } from './moment.ts';
import type { OpeningHours, Period } from './opening-hours.ts';
import { weekdays } from './room-fields.ts';

/** Opening hours as people write them on a door, days in a row that are alike in one line: `Monday – Friday: 08:00 – 18:00`. */
export function hoursInWords(hours: OpeningHours, language: Language, t: Translate): string[] {
  const lines: string[] = [];
  for (let first = 0; first < hours.length; ) {
    const period = hours[first] ?? null;
    let last = first;
    while (last + 1 < hours.length && isSame(hours[last + 1] ?? null, period)) last += 1;
    if (period !== null) {
      const [from, to] = [weekdays[first], weekdays[last]].map((day) => t(`rooms.days.${day}`));
      const days = first === last ? (from ?? '') : t('rooms.daysFromTo', { from: from ?? '', to: to ?? '' });
      lines.push(
        t('rooms.dayHours', { days, from: clock(period.from, language), to: clock(period.to, language) }),
      );
    }
    first = last + 1;
  }
  return lines;
}

const isSame = (one: Period | null, other: Period | null) =>
  one?.from === other?.from && one?.to === other?.to;

const clock = (minutes: number, language: Language) => timeOfDay(minutes * 60_000, 'UTC', language);
