import { type ListQuery, pageBy, type Query } from '../../database/keyset.ts';
import type { Database, Transaction } from '../../database/open.ts';
import type { Scope } from '../../kernel/permissions.ts';
import type { Service, ServiceToken } from './service-token.ts';

interface TokenRow {
  readonly id: string;
  readonly organisation_id: string;
  readonly organisation_name: string;
  readonly name: string;
  readonly created_at: number;
  readonly used_at: number | null;
  readonly revoked_at: number | null;
}

const tokenOf = (row: TokenRow): ServiceToken => ({
  id: row.id,
  organisationId: row.organisation_id,
  organisationName: row.organisation_name,
  name: row.name,
  createdAt: row.created_at,
  usedAt: row.used_at,
  revokedAt: row.revoked_at,
});

function within<Rows extends Query>(query: Rows, scope: Scope): Rows {
  if (scope.kind === 'organisation')
    return query.where({ 'service_tokens.organisation_id': scope.organisationId }) as Rows;
  // A token is an organisation's, and nobody's own.
  return (scope.kind === 'own' ? query.whereRaw('0') : query) as Rows;
}

const listed = (database: Database | Transaction) =>
  database('service_tokens')
    .join('organisations', 'organisations.id', 'service_tokens.organisation_id')
    .select(
      'service_tokens.id',
      'service_tokens.organisation_id',
      'organisations.name as organisation_name',
      'service_tokens.name',
      'service_tokens.created_at',
      'service_tokens.used_at',
      'service_tokens.revoked_at',
    );

/** A page of the tokens that a scope reaches. */
export async function listTokens(
  database: Database,
  scope: Scope,
  { page }: ListQuery,
): Promise<ServiceToken[]> {
  const rows: TokenRow[] = await pageBy(within(listed(database), scope), page, 'service_tokens.id');
  return rows.map(tokenOf);
}

export async function findToken(
  database: Database | Transaction,
  scope: Scope,
  id: string,
): Promise<ServiceToken | null> {
  const row: TokenRow | undefined = await within(listed(database), scope)
    .where({ 'service_tokens.id': id })
    .first();
  return row === undefined ? null : tokenOf(row);
}

/** How many tokens of an organisation are in force, counted up to `most`. */
export async function countTokens(
  transaction: Transaction,
  organisationId: string,
  most: number,
): Promise<number> {
  const rows: unknown[] = await transaction('service_tokens')
    .where({ organisation_id: organisationId, revoked_at: null })
    .limit(most)
    .select('id');
  return rows.length;
}

export async function insertToken(
  transaction: Transaction,
  token: {
    readonly id: string;
    readonly organisationId: string;
    readonly name: string;
    readonly hash: string;
    readonly madeBy: string | null;
    readonly createdAt: number;
  },
): Promise<void> {
  await transaction('service_tokens').insert({
    id: token.id,
    organisation_id: token.organisationId,
    name: token.name,
    token_hash: token.hash,
    made_by: token.madeBy,
    created_at: token.createdAt,
  });
}

/** False: it was revoked before. */
export async function revokeToken(transaction: Transaction, id: string, now: number): Promise<boolean> {
  const count = await transaction('service_tokens')
    .where({ id, revoked_at: null })
    .update({ revoked_at: now });
  return count === 1;
}

/** Whose token has this hash, of those that are in force and whose organisation is a client. */
export async function serviceOf(
  database: Database,
  hash: string,
): Promise<(Service & { readonly usedAt: number | null }) | null> {
  const row: { id: string; organisation_id: string; used_at: number | null } | undefined = await database(
    'service_tokens',
  )
    .join('organisations', 'organisations.id', 'service_tokens.organisation_id')
    .where({ token_hash: hash, revoked_at: null, 'organisations.status': 'active' })
    .first('service_tokens.id', 'service_tokens.organisation_id', 'service_tokens.used_at');
  return row === undefined
    ? null
    : { tokenId: row.id, organisationId: row.organisation_id, usedAt: row.used_at };
}

export async function noteUse(database: Database, id: string, now: number): Promise<void> {
  await database('service_tokens').where({ id }).update({ used_at: now });
}
