import type { Report, Shares } from '../../statistics/report.ts';
import { type ScaleName, scaleNames } from '../../statistics/spreads.ts';
import type { Sums } from '../../statistics/sums.ts';
import type { Asked } from './asked.ts';
import { type BarChart, barChart } from './bar-chart.ts';
import { figuresOf } from './figures.ts';
import { scaleText, shortScaleText, type Words } from './words.ts';

/** A cell: what a spreadsheet gets, and what people read. */
export interface Cell {
  readonly plain: string | number | null;
  readonly text: string;
  readonly href?: string | null;
}

/** A section of the page: a table, and mostly a chart of it. */
export interface Part {
  readonly name: string;
  readonly heading: string;
  readonly text: string | null;
  readonly chart: BarChart | null;
  readonly headings: readonly string[];
  /** The first cell of a row is its head. */
  readonly rows: readonly (readonly Cell[])[];
}

const text = (value: string, href: string | null = null): Cell => ({ plain: value, text: value, href });
const HOURS = (minutes: number) => Math.round((minutes / 60) * 10) / 10;

/** Every section that there is something to tell in. */
export function partsOf(words: Words, asked: Asked, report: Report, shares: Shares | null): Part[] {
  if (report.isTooSmall) return [];
  return [
    totals(words, report),
    overTime(words, asked, report),
    byHour(words, report),
    ...scaleNames.map((name) => bySteps(words, name, report)),
    ...(shares === null ? [] : [byOrganisation(words, asked, shares)]),
  ].filter(({ rows }) => rows.length > 0);
}

function totals(words: Words, { total, before, period }: Report): Part {
  const { t } = words;
  const were = before === null ? null : figuresOf(before);
  return {
    name: 'totals',
    heading: t('statistics.totals'),
    text:
      before === null
        ? t('statistics.noBefore')
        : t('statistics.compared', { before: words.stretch(period.before) }),
    chart: null,
    headings: [t('statistics.figure'), t('statistics.now'), t('statistics.before'), t('statistics.change')],
    rows: [...figuresOf(total)].flatMap(([name, figure]) => {
      const was = were?.get(name) ?? null;
      if (figure.value === null && (was === null || was.value === null)) return [];
      const write = (value: number | null): Cell => ({
        plain: value,
        text: value === null ? '–' : figure.isShare ? words.percent(value) : words.decimal(value),
      });
      return [
        [
          text(t(`statistics.figures.${name}`)),
          write(figure.value),
          write(was?.value ?? null),
          text(
            figure.value === null || was === null || was.value === null
              ? '–'
              : figure.isShare
                ? t('statistics.points', { points: signed(words, (figure.value - was.value) * 100) })
                : words.change(figure.value, was.value),
          ),
        ],
      ];
    }),
  };
}

function signed(words: Words, value: number): string {
  const rounded = Math.round(value * 10) / 10;
  return rounded > 0 ? `+${words.decimal(rounded)}` : words.decimal(rounded).replace('-', '−');
}

function overTime(words: Words, { shown, period: { unit } }: Asked, { buckets }: Report): Part {
  const { t, number } = words;
  const value = (sums: Sums) => (shown === 'people_minutes' ? HOURS(sums.people_minutes) : sums[shown]);
  const heading = t(`statistics.over.${unit}`, { shown: t(`statistics.shown.${shown}`) });
  return {
    name: 'time',
    heading,
    text: null,
    chart: barChart({
      id: 'chart-time',
      title: heading,
      number,
      bars: buckets.map((bucket) => ({
        label: words.short(bucket, unit),
        title: `${words.stretch(bucket)}: ${words.decimal(value(bucket.sums))}`,
        value: value(bucket.sums),
      })),
    }),
    headings: [
      t('statistics.when'),
      ...['meetings', 'people', 'hours', 'largest', 'withScreen', 'audioOnly', 'med', 'gaveUp'].map((name) =>
        t(`statistics.columns.${name}`),
      ),
    ],
    rows: buckets.map((bucket) => {
      const { sums } = bucket;
      const counts = [sums.meetings, sums.people, HOURS(sums.people_minutes), sums.largest];
      counts.push(sums.with_screen, sums.audio_only, sums.med, sums.gave_up);
      return [
        {
          plain: bucket.from === bucket.to ? bucket.from : `${bucket.from}/${bucket.to}`,
          text: words.stretch(bucket),
        },
        ...counts.map((count) => ({ plain: count, text: words.decimal(count) })),
      ];
    }),
  };
}

function byHour(words: Words, { spreads: { hour } }: Report): Part {
  const { t, number } = words;
  const heading = t('statistics.hours');
  const label = ({ from, to }: { readonly from: number; readonly to: number }) =>
    t('statistics.hourRange', { from, to: to + 1 });
  return {
    name: 'hours',
    heading,
    text: t('statistics.hoursText'),
    chart: barChart({
      id: 'chart-hours',
      title: heading,
      number,
      bars: hour.map((bucket) => ({
        label: bucket.from === bucket.to ? String(bucket.from) : `${bucket.from}–${bucket.to + 1}`,
        title: `${label(bucket)}: ${number(bucket.people)}`,
        value: bucket.people,
      })),
    }),
    headings: [t('statistics.hour'), t('statistics.columns.meetings'), t('statistics.columns.people')],
    rows: hour.map((bucket) => [
      text(label(bucket)),
      { plain: bucket.meetings, text: number(bucket.meetings) },
      { plain: bucket.people, text: number(bucket.people) },
    ]),
  };
}

function bySteps(words: Words, name: ScaleName, { spreads }: Report): Part {
  const { t, number } = words;
  const buckets = spreads[name];
  const total = buckets.reduce((sum, { people }) => sum + people, 0);
  const heading = t('statistics.inUnit', {
    what: t(`statistics.scales.${name}.heading`),
    unit: t(`statistics.scales.${name}.unit`),
  });
  const label = ({ from, to }: { readonly from: number; readonly to: number }) =>
    scaleText(words, name, from, to);
  return {
    name,
    heading,
    text: t(`statistics.scales.${name}.text`, { people: total }),
    chart: barChart({
      id: `chart-${name}`,
      title: heading,
      number,
      bars: buckets.map((bucket) => ({
        label: shortScaleText(words, name, bucket.from, bucket.to),
        title: `${label(bucket)}: ${number(bucket.people)}`,
        value: bucket.people,
      })),
    }),
    headings: [t('statistics.step'), t('statistics.columns.people'), t('statistics.share')],
    rows: buckets.map((bucket) => [
      text(label(bucket)),
      { plain: bucket.people, text: number(bucket.people) },
      { plain: bucket.people / total, text: words.percent(bucket.people / total) },
    ]),
  };
}

function byOrganisation(words: Words, asked: Asked, { organisations, others }: Shares): Part {
  const { t, number } = words;
  const counts = ({ meetings, people, people_minutes }: Shares['organisations'][number]): Cell[] =>
    [meetings, people, HOURS(people_minutes)].map((count) => ({ plain: count, text: words.decimal(count) }));
  return {
    name: 'organisations',
    heading: t('statistics.organisations'),
    text: null,
    chart: null,
    headings: [
      t('statistics.organisation'),
      ...['meetings', 'people', 'hours'].map((name) => t(`statistics.columns.${name}`)),
    ],
    rows: [
      ...organisations.map((share) => [
        text(
          share.name ?? t('statistics.nobodys'),
          share.id && `/console/statistics${asked.query}&organisation=${share.id}`,
        ),
        ...counts(share),
      ]),
      ...(others === null
        ? []
        : [
            [
              text(t('statistics.others', { count: others.count, shown: number(others.count) })),
              ...counts(others),
            ],
          ]),
    ],
  };
}
