import { type ListQuery, pageBy, type Query } from '../database/keyset.ts';
import type { Database, Transaction } from '../database/open.ts';
import type { Scope } from '../kernel/permissions.ts';
import type { Attestation, AttestedStay } from './attestation.ts';

/** An attestation as lists and documents show it. */
export interface KeptAttestation extends Attestation {
  readonly seal: string;
  readonly organisationName: string;
  /** Null once the account is gone. */
  readonly personName: string | null;
}

export interface AttestationRow {
  readonly id: string;
  readonly organisation_id: string;
  readonly person_id: string | null;
  readonly edition: Attestation['edition'];
  readonly started_at: number;
  readonly ended_at: number;
  readonly together_seconds: number;
  readonly people: number;
  readonly drops: number;
  readonly stays: string;
  readonly seal: string;
}

type ShownRow = AttestationRow & {
  readonly organisation_name: string;
  readonly person_name: string | null;
};

/**
 * Writes an attestation down. Not where its organisation is gone meanwhile; without its person where they are.
 */
export async function addAttestation(
  database: Database | Transaction,
  attestation: Attestation,
  seal: string,
): Promise<void> {
  const { id, organisationId, personId, stays } = attestation;
  await database.raw(
    `INSERT INTO attestations
       (id, organisation_id, person_id, edition, started_at, ended_at, together_seconds, people, drops, stays, seal)
     SELECT ?, organisations.id, (SELECT people.id FROM people WHERE people.id = ?), ?, ?, ?, ?, ?, ?, ?, ?
     FROM organisations WHERE organisations.id = ?`,
    [
      id,
      personId,
      attestation.edition,
      attestation.startedAt,
      attestation.endedAt,
      attestation.togetherSeconds,
      attestation.people,
      attestation.drops,
      JSON.stringify(stays),
      seal,
      organisationId,
    ],
  );
}

function reached(database: Database, scope: Scope): Query {
  const query = database('attestations');
  if (scope.kind === 'organisation')
    return query.where({ 'attestations.organisation_id': scope.organisationId });
  if (scope.kind === 'own') return query.where({ 'attestations.person_id': scope.personId });
  return query;
}

const shown = (query: Query): Query =>
  query
    .join('organisations', 'organisations.id', 'attestations.organisation_id')
    .leftJoin('people', 'people.id', 'attestations.person_id')
    .select('attestations.*', 'organisations.name as organisation_name', 'people.name as person_name');

/** Those that a scope reaches, a page of them. */
export async function listAttestations(
  database: Database,
  scope: Scope,
  { page }: ListQuery,
): Promise<KeptAttestation[]> {
  const rows: ShownRow[] = await pageBy(shown(reached(database, scope)), page, 'attestations.id');
  return rows.map(keptOf);
}

/** Null where there is none, or it is out of reach. */
export async function findAttestation(
  database: Database,
  scope: Scope,
  id: string,
): Promise<KeptAttestation | null> {
  const row: ShownRow | undefined = await shown(reached(database, scope))
    .where({ 'attestations.id': id })
    .first();
  return row === undefined ? null : keptOf(row);
}

function attestationOfRow(row: AttestationRow): Attestation {
  return {
    id: row.id,
    organisationId: row.organisation_id,
    personId: row.person_id,
    edition: row.edition,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    togetherSeconds: row.together_seconds,
    people: row.people,
    drops: row.drops,
    stays: JSON.parse(row.stays) as AttestedStay[],
  };
}

function keptOf(row: ShownRow): KeptAttestation {
  return {
    ...attestationOfRow(row),
    seal: row.seal,
    organisationName: row.organisation_name,
    personName: row.person_name,
  };
}
