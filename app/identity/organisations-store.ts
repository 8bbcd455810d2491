import { type ListQuery, pageBy, type Query } from '../database/keyset.ts';
import type { Database, Transaction } from '../database/open.ts';
import type { Scope } from '../kernel/permissions.ts';

/** A row of `organisations`. Instants in milliseconds since 1970. */
export interface OrganisationRow {
  readonly id: string;
  readonly name: string;
  readonly sort_name: string;
  readonly status: 'active' | 'ended';
  readonly started_at: number;
  /** When the subscription ended. */
  readonly ended_at: number | null;
  /** When the subscription of an active one is to end; null: nobody knows. */
  readonly ends_at: number | null;
  readonly created_at: number;
}

function within<Rows extends Query>(query: Rows, scope: Scope): Rows {
  if (scope.kind === 'organisation') return query.where({ 'organisations.id': scope.organisationId }) as Rows;
  // Nobody owns an organisation.
  if (scope.kind === 'own') return query.whereRaw('0') as Rows;
  return query;
}

/** A page of the organisations that a scope reaches, found by the beginning of their name. `filters`: `status`. */
export async function listOrganisations(
  database: Database,
  scope: Scope,
  { words, filters, page }: ListQuery,
): Promise<OrganisationRow[]> {
  const query = within(database('organisations').select('organisations.*'), scope);
  if (filters.status !== undefined) query.where({ status: filters.status });
  // There are hundreds, not hundreds of thousands: no table of words.
  for (const word of words) query.whereRaw("(' ' || sort_name) LIKE ?", [`% ${word}%`]);
  return pageBy(query, page, 'organisations.id');
}

export async function findOrganisation(
  database: Database | Transaction,
  scope: Scope,
  id: string,
): Promise<OrganisationRow | null> {
  return (
    (await within(database('organisations'), scope)
      .where({ 'organisations.id': id })
      .first('organisations.*')) ?? null
  );
}

/** Of all organisations that a scope reaches, to choose from; at most `limit`. */
export async function organisationNames(
  database: Database,
  scope: Scope,
  limit: number,
): Promise<Pick<OrganisationRow, 'id' | 'name' | 'status'>[]> {
  return within(database('organisations'), scope)
    .orderBy('sort_name')
    .limit(limit)
    .select('organisations.id', 'organisations.name', 'organisations.status');
}

/** What an organisation has, up to `most` of each: counting all of a large one would take its time. */
export async function contentsOf(
  database: Database | Transaction,
  id: string,
  most: number,
): Promise<{ readonly people: number; readonly rooms: number }> {
  const count = async (table: 'people' | 'rooms') => {
    const few = database(table).where({ organisation_id: id }).limit(most).select('id').as('few');
    const [row] = await database.from(few).count({ count: '*' });
    return Number((row as { count?: number } | undefined)?.count ?? 0);
  };
  return { people: await count('people'), rooms: await count('rooms') };
}
