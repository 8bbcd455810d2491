import type { Query } from './keyset.ts';
import type { Database } from './open.ts';

/** A table of words by which rows of another are found. */
export interface WordIndex {
  /** `people_words` */
  readonly table: string;
  /** Its column that names the row: `person_id`. */
  readonly key: string;
  /** What that leads to: `people.id`, the primary key of the table that is listed. */
  readonly id: string;
  /**
   * An index of that table that begins with its id and holds whatever lists are sorted and limited by: matches are then
   * sorted without looking at their rows. Default: that of the primary key.
   */
  readonly index?: string;
}

/**
 * Up to so many matches are fetched and sorted: that takes some 50 ms. Going through the list in its order is quicker
 * where matches are spread over it, but those of a first name stand together, perhaps at its other end.
 */
const FEW = 10_000;

/**
 * Limits a query to the rows that have, for each of the words, one that begins with it. `words` come from
 * `searchWords`: small Latin letters and digits.
 *
 * A rare word leads to its rows; with common ones alone the list is read in its order, which soon fills a page.
 */
export async function withWords<Rows extends Query>(
  database: Database,
  query: Rows,
  words: readonly string[],
  { table, key, id, index }: WordIndex,
): Promise<{ readonly query: Rows }> {
  const [listed = ''] = id.split('.');
  const found = index ?? `sqlite_autoindex_${listed}_1`;
  const beginning = (word: string) => [word, `${word}{`] as const; // `{` follows `z`
  let rarest: { readonly word: string; readonly count: number } | null = null;
  for (const word of words) {
    const [from, to] = beginning(word);
    const matches = database(table)
      .where('word', '>=', from)
      .where('word', '<', to)
      .limit(FEW + 1)
      .select(database.raw('1'));
    const [counted] = await database.from(matches.as('matches')).count({ count: '*' });
    const count = Number(counted?.count ?? 0);
    if (count <= FEW && (rarest === null || count < rarest.count)) rarest = { word, count };
  }
  for (const word of words) {
    const [from, to] = beginning(word);
    if (word === rarest?.word) {
      // Named, as SQLite might think that an organisation has fewer people than a word.
      query.from(database.raw('?? INDEXED BY ??', [listed, found]));
      query.whereRaw('?? IN (SELECT ?? FROM ?? WHERE word >= ? AND word < ?)', [id, key, table, from, to]);
    } else {
      query.whereRaw('EXISTS (SELECT 1 FROM ?? WHERE ?? = ?? AND word >= ? AND word < ?)', [
        table,
        key,
        id,
        from,
        to,
      ]);
    }
  }
  return { query };
}
