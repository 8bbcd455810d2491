import { type ListQuery, pageBy } from '../../database/keyset.ts';
import type { Database, Transaction } from '../../database/open.ts';
import { withWords } from '../../database/word-search.ts';
import { searchWords } from '../../kernel/search-words.ts';
import type { ContactRow } from './contact-rows.ts';

export async function insertContact(transaction: Transaction, row: ContactRow): Promise<void> {
  await transaction('contacts').insert(row);
  const words = searchWords(row.name, row.company, row.email);
  await transaction.batchInsert(
    'contacts_words',
    words.map((word) => ({ word, contact_id: row.id })),
  );
}

/** A page of the list. `filters`: `state`, `open` or `handled`. */
export async function listContacts(
  database: Database,
  { words, filters, page }: ListQuery,
): Promise<ContactRow[]> {
  const rows = database('contacts').select('contacts.*');
  if (filters.state === 'open') rows.whereNull('contacts.handled_at');
  if (filters.state === 'handled') rows.whereNotNull('contacts.handled_at');
  const { query } = await withWords(database, rows, words, {
    table: 'contacts_words',
    key: 'contact_id',
    id: 'contacts.id',
  });
  return pageBy(query, page, 'contacts.id');
}

export async function readContact(database: Database, id: string): Promise<ContactRow | null> {
  return (await database('contacts').where({ id }).first()) ?? null;
}

/** How many came since an instant. */
export async function countSince(transaction: Transaction, since: number): Promise<number> {
  const [row] = await transaction('contacts').where('created_at', '>', since).count({ count: '*' });
  return Number(row?.count ?? 0);
}

/** Whom messages go to where the settings name no address. */
export async function ownersOf(transaction: Transaction): Promise<
  readonly {
    readonly id: string;
    readonly email: string;
    readonly name: string;
    readonly language: ContactRow['language'];
  }[]
> {
  return transaction('people')
    .where({ role: 'owner', status: 'active' })
    .select('id', 'email', 'name', 'language')
    .orderBy('created_at');
}
