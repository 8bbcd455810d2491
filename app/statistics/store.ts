import type { Transaction } from '../database/open.ts';
import type { Measure, SpreadCount } from './spreads.ts';
import { type Sums, sumNames } from './sums.ts';

/** Stands where an organisation's id would, for the figures of the whole appliance. */
export const EVERYBODY = '';

export interface FactRow extends Sums {
  readonly id: string;
  /** The first of its month once that is over. */
  readonly day: string;
  readonly hour: number;
  /** A pseudonym; null for no organisation, and for all once the month is over. */
  readonly organisation: string | null;
}

export interface DayRow extends Sums {
  readonly organisation_id: string;
  readonly day: string;
  /** `day`, unless days with few people were put together. */
  readonly last_day: string;
}

export interface SpreadRow extends SpreadCount {
  readonly organisation_id: string;
  readonly month: string;
  readonly measure: Measure;
}

/** Rows of one statement: SQLite takes 32,766 values. */
const ROWS = 500;

function* portions<Row>(rows: readonly Row[]): Generator<readonly Row[]> {
  for (let start = 0; start < rows.length; start += ROWS) yield rows.slice(start, start + ROWS);
}

export async function addFacts(transaction: Transaction, rows: readonly FactRow[]): Promise<void> {
  for (const portion of portions(rows)) await transaction('call_facts').insert(portion);
}

/** Adds to the sums of days. One row a day and organisation. */
export async function addDays(transaction: Transaction, rows: readonly DayRow[]): Promise<void> {
  const sums = Object.fromEntries(
    sumNames.map((name) => [
      name,
      transaction.raw(
        name === 'largest'
          ? 'max(call_days.largest, excluded.largest)'
          : `call_days.${name} + excluded.${name}`,
      ),
    ]),
  );
  for (const portion of portions(rows)) {
    await transaction('call_days').insert(portion).onConflict(['organisation_id', 'day']).merge(sums);
  }
}

/** Adds to spreads. One row a month, organisation, measure and bucket. */
export async function addSpreads(transaction: Transaction, rows: readonly SpreadRow[]): Promise<void> {
  for (const portion of portions(rows)) {
    await transaction('call_spreads')
      .insert(portion)
      .onConflict(['organisation_id', 'month', 'measure', 'bucket'])
      .merge({
        meetings: transaction.raw('call_spreads.meetings + excluded.meetings'),
        people: transaction.raw('call_spreads.people + excluded.people'),
      });
  }
}
