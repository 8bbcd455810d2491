import { joinedPage, type ListQuery, type Query } from '../database/keyset.ts';
import type { Database, Transaction } from '../database/open.ts';
import { withWords } from '../database/word-search.ts';
import type { Scope } from '../kernel/permissions.ts';
import { searchWords, sortName } from '../kernel/search-words.ts';
import type { PersonFields } from './person-fields.ts';
import { type PersonRow, personColumns } from './person-rows.ts';

/** A person with what their organisation is. */
export interface ListedPerson extends PersonRow {
  readonly organisation_name: string;
  readonly organisation_status: 'active' | 'ended';
}

const listedColumns = [
  ...personColumns,
  'organisations.name as organisation_name',
  'organisations.status as organisation_status',
] as const;

/** Limits a query of `people` to those whom a scope reaches. */
function within<Rows extends Query>(query: Rows, scope: Scope): Rows {
  if (scope.kind === 'organisation')
    return query.where({ 'people.organisation_id': scope.organisationId }) as Rows;
  if (scope.kind === 'own') return query.where({ 'people.id': scope.personId }) as Rows;
  return query;
}

/**
 * A page of the people whom a scope reaches, of one organisation if one is named. `filters`: `role`, `status`.
 *
 * Roles but `member` are rare, and so are the blocked: an index leads to them, as otherwise the whole list would be
 * read in search of a page of them.
 */
export async function listPeople(
  database: Database,
  scope: Scope,
  { words, filters, page }: ListQuery,
  organisationId: string | null = null,
): Promise<ListedPerson[]> {
  const { role, status } = filters;
  const rare =
    role !== undefined && role !== 'member' ? 'people_role' : status === 'blocked' ? 'people_blocked' : null;
  const query = within(database(rare === null ? 'people' : database.raw(`people INDEXED BY ${rare}`)), scope);
  if (organisationId !== null) query.where({ 'people.organisation_id': organisationId });
  if (role !== undefined) query.where({ 'people.role': role });
  if (rare === 'people_role') query.whereRaw("people.role <> 'member'");
  if (status === 'blocked') query.whereRaw("people.status = 'blocked'");
  if (status === 'active') {
    // The few that ended are left out: looking among all others would cost as much as the rest of a search.
    const ended = database('organisations').where({ status: 'ended' }).select('id');
    query.where({ 'people.status': 'active' }).whereNotIn('people.organisation_id', ended);
  }
  const { query: found } = await withWords(database, query, words, {
    table: 'people_words',
    key: 'person_id',
    id: 'people.id',
    index: 'people_found',
  });
  return joinedPage(database, found, page, 'people.id', (rows) =>
    rows.join('organisations', 'organisations.id', 'people.organisation_id').select(...listedColumns),
  );
}

/** One person whom a scope reaches. */
export async function findPerson(
  database: Database | Transaction,
  scope: Scope,
  id: string,
): Promise<ListedPerson | null> {
  const row: ListedPerson | undefined = await within(
    database('people').join('organisations', 'organisations.id', 'people.organisation_id'),
    scope,
  )
    .where({ 'people.id': id })
    .first(...listedColumns);
  return row ?? null;
}

/** How much hangs on a person. */
export async function holdingsOf(
  database: Database | Transaction,
  personId: string,
): Promise<{ readonly rooms: number; readonly sessions: number }> {
  const [rooms] = await database('rooms').where({ person_id: personId }).count({ count: '*' });
  const [sessions] = await database('sessions').where({ person_id: personId }).count({ count: '*' });
  return { rooms: Number(rooms?.count ?? 0), sessions: Number(sessions?.count ?? 0) };
}

export interface NewPerson extends PersonFields {
  readonly id: string;
  readonly organisationId: string;
  readonly createdAt: number;
}

/** Rows of one statement: SQLite takes 500 in an insert as knex writes it, and 32766 values. */
const BATCH = 400;

export async function insertPeople(transaction: Transaction, people: readonly NewPerson[]): Promise<void> {
  const rows = people.map((person) => ({
    id: person.id,
    organisation_id: person.organisationId,
    email: person.email,
    name: person.name,
    sort_name: sortName(person.name),
    language: person.language,
    role: person.role,
    status: 'active',
    created_at: person.createdAt,
    signed_in_at: null,
  }));
  await transaction.batchInsert('people', rows, BATCH);
  await insertWords(transaction, people);
}

export async function insertWords(
  transaction: Transaction,
  people: readonly { readonly id: string; readonly name: string; readonly email: string }[],
): Promise<void> {
  const words = people.flatMap(({ id, name, email }) =>
    searchWords(name, email).map((word) => ({ word, person_id: id })),
  );
  await transaction.batchInsert('people_words', words, BATCH);
}

/** Who of these addresses has an account, wherever. */
export async function whoHas(
  transaction: Database | Transaction,
  emails: readonly string[],
): Promise<readonly Pick<PersonRow, 'id' | 'email' | 'organisation_id'>[]> {
  const found: Pick<PersonRow, 'id' | 'email' | 'organisation_id'>[] = [];
  for (let start = 0; start < emails.length; start += BATCH) {
    const batch = emails.slice(start, start + BATCH);
    found.push(
      ...(await transaction('people').whereIn('email', batch).select('id', 'email', 'organisation_id')),
    );
  }
  return found;
}

/**
 * A condition on `people`: not the last one who can act as an owner. Owners are let in whatever became of their
 * organisation, so that only those who are blocked do not count.
 */
export const NOT_THE_LAST_OWNER = `(people.role <> 'owner' OR people.status = 'blocked' OR EXISTS (
  SELECT 1 FROM people AS others
  WHERE others.role = 'owner' AND others.role <> 'member' AND others.status = 'active' AND others.id <> people.id))`;
