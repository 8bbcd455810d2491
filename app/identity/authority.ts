import type { Actor } from '../audit/audit-log.ts';
import type { Transaction } from '../database/open.ts';
import { AppError } from '../kernel/errors.ts';
import { grantableRoles, type Permission, type Scope } from '../kernel/permissions.ts';
import type { Role } from '../kernel/roles.ts';
import { ADMITTED } from './admitted.ts';
import { type Person, scopeOf } from './person.ts';
import { type PersonRow, personColumns, personOf } from './person-rows.ts';

/** Who asks for something to be done: the signed-in person, and how the audit log names them. */
export interface Asker {
  readonly person: Person;
  readonly actor: Actor;
}

/** What the one who asks may do, as it stands in the transaction in which it is done. */
export interface Authority {
  readonly person: Person;
  readonly scope: Scope;
  readonly grantable: readonly Role[];
}

/**
 * Looks again who asks: between their request and the transaction somebody may have taken their role away.
 *
 * @throws AppError `not_found` when they may not.
 */
export async function authorityOf(
  transaction: Transaction,
  { person: { id } }: Pick<Asker, 'person'>,
  permission: Permission,
): Promise<Authority> {
  const row: PersonRow | undefined = await transaction('people')
    .join('organisations', 'organisations.id', 'people.organisation_id')
    .where({ 'people.id': id })
    .whereRaw(ADMITTED)
    .first(...personColumns);
  const person = row && personOf(row);
  const scope = person ? scopeOf(person, permission) : null;
  if (person === undefined || scope === null) throw new AppError('not_found');
  return { person, scope, grantable: grantableRoles(person.role) };
}
