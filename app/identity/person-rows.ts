import type { Language } from '../kernel/languages.ts';
import type { Role } from '../kernel/roles.ts';
import type { Person } from './person.ts';

/** A row of `people`. */
export interface PersonRow {
  readonly id: string;
  readonly organisation_id: string;
  readonly email: string;
  readonly name: string;
  readonly sort_name: string;
  readonly language: Language;
  readonly role: Role;
  readonly status: Person['status'];
  readonly created_at: number;
  readonly signed_in_at: number | null;
}

/** Columns of a person, with the table's name before them, for joins. */
export const personColumns = [
  'people.id',
  'people.organisation_id',
  'people.email',
  'people.name',
  'people.sort_name',
  'people.language',
  'people.role',
  'people.status',
  'people.created_at',
  'people.signed_in_at',
] as const;

export function personOf(row: PersonRow): Person {
  return {
    id: row.id,
    organisationId: row.organisation_id,
    email: row.email,
    name: row.name,
    language: row.language,
    role: row.role,
    status: row.status,
    createdAt: row.created_at,
    signedInAt: row.signed_in_at,
  };
}
