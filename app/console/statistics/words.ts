import type { Translate } from '../../kernel/i18n.ts';
import type { Language } from '../../kernel/languages.ts';
import { firstOf, lastOf, monthOf, noonOf } from '../../statistics/calendar.ts';
import type { Stretch, Unit } from '../../statistics/period.ts';
import { type ScaleName, scales } from '../../statistics/spreads.ts';

/** How numbers and days are written for a reader. */
export interface Words {
  readonly t: Translate;
  readonly number: (value: number) => string;
  /** At most one decimal. */
  readonly decimal: (value: number) => string;
  readonly percent: (share: number) => string;
  /** `+12 %`; a dash where there was nothing before. */
  readonly change: (now: number, before: number) => string;
  /** `3 March 2026`, `3–5 March 2026`. */
  readonly stretch: (stretch: Stretch) => string;
  /** Below a bar: `3`, `2 Mar`, `Mar`. */
  readonly short: (stretch: Stretch, unit: Unit) => string;
  /** `March 2026` */
  readonly month: (month: string) => string;
}

const locales = { en: 'en-GB', fr: 'fr-FR' } as const satisfies Record<Language, string>;

export function wordsOf(t: Translate, language: Language): Words {
  const locale = locales[language];
  const numbers = new Intl.NumberFormat(locale);
  const decimals = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  const percents = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
  const changes = new Intl.NumberFormat(locale, {
    style: 'percent',
    maximumFractionDigits: 0,
    signDisplay: 'exceptZero',
  });
  const days = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long', year: 'numeric' });
  const months = new Intl.DateTimeFormat(locale, { month: 'long', year: 'numeric' });
  const shortDays = {
    day: new Intl.DateTimeFormat(locale, { day: 'numeric' }),
    week: new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' }),
    month: new Intl.DateTimeFormat(locale, { month: 'short' }),
  } as const satisfies Record<Unit, Intl.DateTimeFormat>;
  return {
    t,
    number: (value) => numbers.format(value),
    decimal: (value) => decimals.format(value),
    percent: (share) => percents.format(share),
    change: (now, before) => (before === 0 ? '–' : changes.format(now / before - 1)),
    stretch: ({ from, to }) =>
      from.endsWith('-01') && to === lastOf(monthOf(to))
        ? months.formatRange(noonOf(from), noonOf(to))
        : days.formatRange(noonOf(from), noonOf(to)),
    short: ({ from, to }, unit) =>
      unit === 'day'
        ? shortDays.day.formatRange(noonOf(from), noonOf(to))
        : shortDays[unit].format(noonOf(from)),
    month: (month) => months.format(noonOf(firstOf(month))),
  };
}

/** A stretch of a scale in words: `1–2 min`, `below 25 ms`. */
export function scaleText(words: Words, name: ScaleName, from: number, to: number): string {
  const bounds: readonly number[] = scales[name].bounds;
  const low = from === 0 ? null : (bounds[from - 1] ?? 0);
  const high = to >= bounds.length ? null : (bounds[to] ?? 0);
  const of = (value: number) => words.decimal(value);
  const unit = words.t(`statistics.scales.${name}.unit`);
  if (low === null && high === null) return words.t('statistics.any');
  if (low === null) return words.t('statistics.below', { high: of(high ?? 0), unit });
  if (high === null) return words.t('statistics.above', { low: of(low), unit });
  return words.t('statistics.between', { low: of(low), high: of(high), unit });
}

/** The same below a bar, where there is room for the numbers alone: `< 30`, `30–60`, `≥ 1,800`. */
export function shortScaleText({ decimal, t }: Words, name: ScaleName, from: number, to: number): string {
  const bounds: readonly number[] = scales[name].bounds;
  const [low, high] = [bounds[from - 1], bounds[to]];
  if (low === undefined) return high === undefined ? t('statistics.any') : `< ${decimal(high)}`;
  return high === undefined ? `≥ ${decimal(low)}` : `${decimal(low)}–${decimal(high)}`;
}
