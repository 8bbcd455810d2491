import { countOf } from '../database/counting.ts';
import type { Query } from '../database/keyset.ts';
import type { Database, Transaction } from '../database/open.ts';
import type { CategoryStore, RetentionTerms } from '../inventory/category-store.ts';
import { endedLongAgo } from '../inventory/ended-organisations.ts';
import { notHeld } from '../inventory/legal-holds.ts';
import { DAY_MS, HOUR_MS } from '../kernel/clock.ts';
import { addDays, addMonths, dayOf, monthOf } from './calendar.ts';
import { pseudonym } from './pseudonym.ts';
import { type DayRow, EVERYBODY } from './store.ts';
import { sumsOf } from './sums.ts';

/** Runs are a day apart, or an hour more where clocks are set back; nothing may outlive its time until the next. */
const LEAD_MS = DAY_MS + 2 * HOUR_MS;

/** Since when things are kept: the same day of the year before; what was before that day goes. */
function keptSince({ now }: RetentionTerms): Date {
  const date = new Date(now + LEAD_MS);
  return new Date(date.getFullYear() - 1, date.getMonth(), date.getDate());
}

/**
 * What is over, table by table. Where a row stands for a stretch of days or a month, its first day counts: nothing is
 * ever there for longer than twelve months.
 */
function over(
  database: Database | Transaction,
  terms: RetentionTerms,
): Readonly<Record<(typeof tables)[number], Query>> {
  const day = dayOf(keptSince(terms).getTime());
  const ended = endedLongAgo(database, terms);
  const isOver = (rows: Query, column: string, since: string) =>
    notHeld(rows, terms, 'organisation_id').where((each) =>
      each.where(column, '<', since).orWhereIn('organisation_id', ended),
    );
  return {
    call_facts: database('call_facts').where('day', '<', day),
    call_days: isOver(database('call_days'), 'day', day),
    // The first of a month is over when its month began before.
    call_spreads: isOver(database('call_spreads'), 'month', monthAfter(day)),
  };
}

/** The first month of which no day is over. */
const monthAfter = (day: string) => addMonths(monthOf(addDays(day, -1)), 1);

/** Primary keys, by which rows are deleted. */
const keys = {
  call_facts: ['id'],
  call_days: ['organisation_id', 'day'],
  call_spreads: ['organisation_id', 'month', 'measure', 'bucket'],
} as const;

const tables = ['call_facts', 'call_days', 'call_spreads'] as const;

/** Figures of meetings. Whose facts are is known for a month only; after that, sums alone are an organisation's. */
export const statisticsStore: CategoryStore = {
  cutOff: (terms) => keptSince(terms).getTime(),

  async collect(database, subject) {
    if (subject.kind !== 'organisation') return [];
    const rows: DayRow[] = await database('call_days').where({ organisation_id: subject.id }).orderBy('day');
    return rows.map((row) => ({ from: row.day, to: row.last_day, ...sumsOf(row) }));
  },

  async erase(transaction, subject) {
    if (subject.kind !== 'organisation') return 0;
    const kept: { key: string }[] = await transaction('call_keys');
    const names = kept.map(({ key }) => pseudonym(key, subject.id));
    const facts = await transaction('call_facts').whereIn('organisation', names).delete();
    const days = await transaction('call_days').where({ organisation_id: subject.id }).delete();
    return facts + days + (await transaction('call_spreads').where({ organisation_id: subject.id }).delete());
  },

  async expire(transaction, terms, limit) {
    const due = over(transaction, terms);
    for (const table of tables) {
      const columns: readonly string[] = keys[table];
      const rows: Record<string, string | number>[] = await due[table].limit(limit).select(...columns);
      if (rows.length === 0) continue;
      const values = rows.map((row) => columns.map((column) => row[column] ?? EVERYBODY));
      return transaction(table)
        .whereIn([...columns], values)
        .delete();
    }
    return 0;
  },

  async count(database, terms) {
    const due = over(database, terms);
    const counts = await Promise.all(
      tables.map(async (table) => [await countOf(database(table)), await countOf(due[table])] as const),
    );
    return {
      total: counts.reduce((sum, [total]) => sum + total, 0),
      due: counts.reduce((sum, [, count]) => sum + count, 0),
    };
  },
};
