import type { Database } from '../database/open.ts';
import { dayOf } from './calendar.ts';
import { type Period, type Stretch, stepsOf } from './period.ts';
import { FEWEST, merged } from './small-counts.ts';
import { type Measure, type ScaleName, scales } from './spreads.ts';
import { type DayRow, EVERYBODY, type SpreadRow } from './store.ts';
import { added, NOTHING, peopleBehind, type SumName, type Sums, sumsOf } from './sums.ts';

/** Sums over a stretch of days. */
export interface Bucket extends Stretch {
  readonly sums: Sums;
}

/** Counts over a stretch of a scale: buckets of spreads.ts from `from` to `to`, both included. */
export interface ScaleBucket {
  readonly from: number;
  readonly to: number;
  readonly meetings: number;
  readonly people: number;
}

/** Figures of a period, with nobody to be picked out: where there are too few people, they are put together. */
export interface Report {
  readonly period: Period;
  readonly total: Sums;
  /** Fewer than five people altogether: nothing else is told. */
  readonly isTooSmall: boolean;
  /** Of the stretch before; null where it is not kept any more, or where too few people stand behind it. */
  readonly before: Sums | null;
  readonly buckets: readonly Bucket[];
  readonly spreads: Readonly<Record<Measure, readonly ScaleBucket[]>>;
}

const countedNames = [
  'meetings',
  'people',
  'gave_up',
  'people_minutes',
] as const satisfies readonly SumName[];
type Counted = Pick<Sums, (typeof countedNames)[number]>;

/** An organisation's share; null for what no organisation of today has. */
export interface Share {
  readonly id: string | null;
  readonly name: string | null;
  readonly meetings: number;
  readonly people: number;
  readonly people_minutes: number;
}

export interface Shares {
  /** Most people first. */
  readonly organisations: readonly Share[];
  /** Organisations of so few people that they are told of together; null if there are none. */
  readonly others: (Share & { readonly count: number }) | null;
}

const rowsIn = (database: Database, organisationId: string, { from, to }: Stretch): Promise<DayRow[]> =>
  database('call_days')
    .where({ organisation_id: organisationId })
    .whereBetween('day', [from, to])
    .orderBy('day');

const totalOf = (rows: readonly Sums[]) => rows.reduce((sum: Sums, row) => added(sum, sumsOf(row)), NOTHING);

/**
 * Reads what a page shows, from the sums: some hundred rows, however many meetings there were.
 *
 * @param organisationId {@link EVERYBODY} for the whole appliance.
 * @param now what was before the same day of last year is being erased.
 */
export async function readReport(
  database: Database,
  {
    organisationId,
    period,
    now,
  }: { readonly organisationId: string; readonly period: Period; readonly now: number },
): Promise<Report> {
  const rows = await rowsIn(database, organisationId, { from: period.from, to: period.soFar });
  const before = await rowsIn(database, organisationId, period.before);
  const spreads: SpreadRow[] = await database('call_spreads')
    .where({ organisation_id: organisationId })
    .whereIn('month', [...period.months]);
  const total = totalOf(rows);
  const totalBefore = totalOf(before);
  const date = new Date(now);
  const keptSince = dayOf(new Date(date.getFullYear() - 1, date.getMonth(), date.getDate() + 2).getTime());
  const isTooSmall = peopleBehind(total) < FEWEST;
  const isKnown = period.before.from >= keptSince && peopleBehind(totalBefore) >= FEWEST;
  const scale = (measure: Measure, size: number) =>
    isTooSmall
      ? []
      : scaleBuckets(
          spreads.filter((row) => row.measure === measure),
          size,
        );
  return {
    period,
    total: isTooSmall ? NOTHING : total,
    isTooSmall,
    before: isKnown ? totalBefore : null,
    buckets: isTooSmall ? [] : bucketsOf(stepsOf(period), rows),
    spreads: {
      hour: scale('hour', 24),
      waiting: scale('waiting', stepsIn('waiting')),
      bit_rate: scale('bit_rate', stepsIn('bit_rate')),
      loss: scale('loss', stepsIn('loss')),
      round_trip: scale('round_trip', stepsIn('round_trip')),
    },
  };
}

const stepsIn = (name: ScaleName) => scales[name].bounds.length + 1;

/** Sums by step. Days that are kept as one stretch put the steps together that they touch. */
function bucketsOf(steps: readonly Stretch[], rows: readonly DayRow[]): Bucket[] {
  const pieces: Bucket[] = [];
  let next = 0;
  for (const step of steps) {
    const last = pieces.at(-1);
    const inside: DayRow[] = [];
    for (; next < rows.length && (rows[next]?.day ?? '') <= step.to; next += 1)
      inside.push(rows[next] as DayRow);
    const reach = inside.reduce((end, { last_day }) => (last_day > end ? last_day : end), step.to);
    // An earlier stretch goes on into this step.
    if (last !== undefined && last.to >= step.from) {
      pieces[pieces.length - 1] = {
        from: last.from,
        to: reach > last.to ? reach : last.to < step.to ? step.to : last.to,
        sums: added(last.sums, totalOf(inside)),
      };
    } else pieces.push({ from: step.from, to: reach, sums: totalOf(inside) });
  }
  return merged(pieces, ({ sums }) => peopleBehind(sums)).map((group) => ({
    from: group[0]?.from ?? '',
    to: group.at(-1)?.to ?? '',
    sums: totalOf(group.map(({ sums }) => sums)),
  }));
}

function scaleBuckets(rows: readonly SpreadRow[], size: number): ScaleBucket[] {
  const counts = Array.from({ length: size }, (_, bucket) => {
    const inside = rows.filter((row) => row.bucket === bucket);
    return {
      bucket,
      meetings: inside.reduce((sum, { meetings }) => sum + meetings, 0),
      people: inside.reduce((sum, { people }) => sum + people, 0),
    };
  });
  const total = counts.reduce((sum, { people }) => sum + people, 0);
  if (total < FEWEST) return [];
  return merged(counts, ({ people }) => people).map((group) => ({
    from: group[0]?.bucket ?? 0,
    to: group.at(-1)?.bucket ?? 0,
    meetings: group.reduce((sum, { meetings }) => sum + meetings, 0),
    people: group.reduce((sum, { people }) => sum + people, 0),
  }));
}

/** How a period's figures are shared among organisations, for who may see them all. */
export async function readShares(database: Database, period: Period): Promise<Shares> {
  // These alone: over a year of hundreds of organisations, each column more is felt.
  const sums = countedNames.map((name) => database.raw('sum(??) AS ??', [name, name]));
  const rows: (Counted & { readonly organisation_id: string })[] = await database('call_days')
    .whereBetween('day', [period.from, period.soFar])
    .groupBy('organisation_id')
    .select('organisation_id', ...sums);
  const names: { id: string; name: string }[] = await database('organisations')
    .whereIn(
      'id',
      rows.map(({ organisation_id }) => organisation_id),
    )
    .select('id', 'name');
  const nameOf = new Map(names.map(({ id, name }) => [id, name]));
  const everybody = rows.find(({ organisation_id }) => organisation_id === EVERYBODY) ?? NOTHING;
  const own = rows.filter(({ organisation_id }) => nameOf.has(organisation_id));
  const rest = own.reduce(
    (left: Counted, row) => ({
      meetings: left.meetings - row.meetings,
      people: left.people - row.people,
      gave_up: left.gave_up - row.gave_up,
      people_minutes: left.people_minutes - row.people_minutes,
    }),
    everybody,
  );
  const all = [
    ...own.map((row) => ({ ...row, id: row.organisation_id, name: nameOf.get(row.organisation_id) ?? null })),
    { ...rest, id: null, name: null },
  ]
    .filter((row) => peopleBehind(row) > 0)
    .toSorted((one, other) => peopleBehind(other) - peopleBehind(one));
  // The smallest ones, until nobody can be picked out among them; nobody can be reckoned out of the total then either.
  let cut = all.findIndex((row) => peopleBehind(row) < FEWEST);
  if (cut === -1) cut = all.length;
  while (
    cut > 0 &&
    cut < all.length &&
    all.slice(cut).reduce((sum, row) => sum + peopleBehind(row), 0) < FEWEST
  ) {
    cut -= 1;
  }
  const small = all.slice(cut);
  const share = ({ id, name, meetings, people, people_minutes }: Share): Share => ({
    id,
    name,
    meetings,
    people,
    people_minutes,
  });
  return {
    organisations: all.slice(0, cut).map(share),
    others:
      small.length === 0
        ? null
        : {
            id: null,
            name: null,
            count: small.length,
            meetings: small.reduce((sum, { meetings }) => sum + meetings, 0),
            people: small.reduce((sum, { people }) => sum + people, 0),
            people_minutes: small.reduce((sum, { people_minutes }) => sum + people_minutes, 0),
          },
  };
}
