import type { Language } from '../kernel/languages.ts';
import { type Permission, reachOf, type Scope } from '../kernel/permissions.ts';
import type { Role } from '../kernel/roles.ts';

/** Somebody with an account: belongs to one organisation and has one role. */
export interface Person {
  readonly id: string;
  readonly organisationId: string;
  /** In small letters; unique in the appliance. */
  readonly email: string;
  readonly name: string;
  readonly language: Language;
  readonly role: Role;
  /** A blocked person cannot sign in, and their sessions are gone. */
  readonly status: 'active' | 'blocked';
  readonly createdAt: number;
  readonly signedInAt: number | null;
}

/** What a person's permission is limited to, or null if they have none. */
export function scopeOf(
  person: Pick<Person, 'id' | 'organisationId' | 'role'>,
  permission: Permission,
): Scope | null {
  const reach = reachOf(person.role, permission);
  if (reach === null) return null;
  if (reach === 'all') return { kind: 'all' };
  if (reach === 'organisation') return { kind: 'organisation', organisationId: person.organisationId };
  return { kind: 'own', personId: person.id };
}
