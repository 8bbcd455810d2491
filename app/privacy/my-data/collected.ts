import type { Database } from '../../database/open.ts';
import type { CollectedRecord, Subject } from '../../inventory/category-store.ts';
import type { DataCategory } from '../../inventory/data-category.ts';

/** What one category holds about a subject. */
export interface Collected {
  readonly category: DataCategory;
  /** Other people's data is cut out. */
  readonly records: readonly CollectedRecord[];
}

/** Everything that is stored about a subject, by the register, as of one moment. Nothing is left out but empty categories. */
export async function collectAll(
  database: Database,
  categories: readonly DataCategory[],
  subject: Subject,
): Promise<readonly Collected[]> {
  // One transaction: what is written meanwhile is in all of it or in none.
  return database.transaction(async (transaction) => {
    const collected: Collected[] = [];
    for (const category of categories) {
      const records = (await category.store?.collect(transaction, subject)) ?? [];
      if (records.length > 0) collected.push({ category, records });
    }
    return collected;
  });
}
