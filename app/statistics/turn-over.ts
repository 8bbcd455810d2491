import type { Database, Transaction } from '../database/open.ts';
import { firstOf, monthOf } from './calendar.ts';
import { FEWEST, merged } from './small-counts.ts';
import type { DayRow } from './store.ts';
import { added, NOTHING, peopleBehind, type Sums, sumsOf } from './sums.ts';

/**
 * Closes the months before this one, in one step:
 *
 * - Their key is destroyed, so that nobody can find out whose a pseudonym was by trying all organisations.
 * - Their facts lose the pseudonym and the day. A key that is gone is not enough: what one pseudonym comes to, day by
 *   day, is just what one organisation's own figures say, and that would lead back.
 * - Days with fewer than five people are put together with their neighbours.
 *
 * Can be done again and again; answers whether there was anything to close.
 */
export async function turnOver(database: Database, today: string): Promise<boolean> {
  const month = monthOf(today);
  return database.transaction(async (transaction) => {
    const keys = await transaction('call_keys').where('month', '<>', month).delete();
    const facts = await transaction('call_facts')
      .where('day', '<', firstOf(month))
      .where((each) => each.whereNotNull('organisation').orWhereRaw("day NOT LIKE '%-01'"))
      .update({ organisation: null, day: transaction.raw("substr(day, 1, 7) || '-01'") });
    const days = await foldDays(transaction, firstOf(month));
    return keys + facts + days > 0;
  });
}

/** Answers how many stretches were made. */
async function foldDays(transaction: Transaction, before: string): Promise<number> {
  const small: { organisation_id: string; month: string }[] = await transaction('call_days')
    .where('day', '<', before)
    .whereRaw('people + gave_up < ?', [FEWEST])
    .distinct('organisation_id', transaction.raw('substr(day, 1, 7) AS month'));
  let stretches = 0;
  for (const { organisation_id, month } of small) {
    const rows: DayRow[] = await transaction('call_days')
      .where({ organisation_id })
      .whereBetween('day', [`${month}-01`, `${month}-31`])
      .orderBy('day');
    const stretched = merged(rows, peopleBehind).filter((group) => group.length > 1);
    if (stretched.length === 0) continue;
    const days = stretched.flat().map(({ day }) => day);
    await transaction('call_days').where({ organisation_id }).whereIn('day', days).delete();
    await transaction('call_days').insert(
      stretched.map((group) => ({
        organisation_id,
        day: group[0]?.day,
        last_day: group.at(-1)?.last_day,
        ...group.reduce((sum: Sums, row) => added(sum, sumsOf(row)), NOTHING),
      })),
    );
    stretches += stretched.length;
  }
  return stretches;
}
