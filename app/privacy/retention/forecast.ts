import type { Database } from '../../database/open.ts';
import { heldIds } from '../../inventory/legal-holds.ts';
import type { OutsideStore } from '../../inventory/outside-store.ts';
import { DAY_MS } from '../../kernel/clock.ts';
import { cutOffOf, type RetentionSettings, type StoredCategory, termsOf } from './terms.ts';

/** What stands in the table for a category that could not be counted. */
export interface Forecast {
  readonly category: string;
  /** What ended then or before is erased. */
  readonly cutOffAt: number;
  readonly total: number;
  /** How many a run at that instant erases. */
  readonly due: number;
  /** How many more follow within seven days. */
  readonly dueNextWeek: number;
  readonly isFailed: boolean;
}

type Counts = { readonly total: number; readonly due: number };

/** Counts, of every category, what there is and what goes. Changes nothing. */
export async function forecast(
  database: Database,
  {
    categories,
    outside,
    settings,
    at,
  }: {
    readonly categories: readonly StoredCategory[];
    readonly outside: readonly OutsideStore[];
    readonly settings: RetentionSettings;
    readonly at: number;
  },
): Promise<readonly Forecast[]> {
  const later = at + 7 * DAY_MS;
  const now = termsOf(settings, at, await heldIds(database, at));
  // What a hold keeps back now does not go next week, unless it ends until then.
  const nextWeek = termsOf(settings, later, await heldIds(database, later));
  const found: Forecast[] = [];
  const count = async (
    category: string,
    cutOffAt: number,
    countBy: (isLater: boolean) => Promise<Counts>,
  ) => {
    try {
      const { total, due } = await countBy(false);
      const { due: byThen } = await countBy(true);
      const dueNextWeek = Math.max(0, byThen - due);
      found.push({ category, cutOffAt, total, due, dueNextWeek, isFailed: false });
    } catch {
      found.push({ category, cutOffAt, total: 0, due: 0, dueNextWeek: 0, isFailed: true });
    }
  };
  for (const category of categories) {
    await count(category.name, cutOffOf(category, now), (isLater) =>
      category.store.count(database, isLater ? nextWeek : now),
    );
  }
  for (const store of outside) {
    await count(store.category, store.cutOff(at), (isLater) => store.count(isLater ? later : at));
  }
  return found;
}

/** Keeps a forecast for the console: counting a million rows takes its time, and nobody waits for a page. */
export async function keepForecast(
  database: Database,
  forecasts: readonly Forecast[],
  countedAt: number,
): Promise<void> {
  await database.transaction(async (transaction) => {
    await transaction('retention_counts').delete();
    const rows = forecasts
      .filter(({ isFailed }) => !isFailed)
      .map(({ category, total, due, dueNextWeek }) => ({
        category,
        total,
        due,
        due_next_week: dueNextWeek,
        counted_at: countedAt,
      }));
    if (rows.length > 0) await transaction('retention_counts').insert(rows);
  });
}

/** What was counted last, by category. */
export async function keptForecast(
  database: Database,
): Promise<
  ReadonlyMap<
    string,
    { readonly total: number; readonly due: number; readonly dueNextWeek: number; readonly countedAt: number }
  >
> {
  const rows: {
    category: string;
    total: number;
    due: number;
    due_next_week: number;
    counted_at: number;
  }[] = await database('retention_counts').select();
  return new Map(
    rows.map((row) => [
      row.category,
      { total: row.total, due: row.due, dueNextWeek: row.due_next_week, countedAt: row.counted_at },
    ]),
  );
}
