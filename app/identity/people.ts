import type { AuditAction } from '../audit/actions.ts';
import type { AuditEntry, AuditLog } from '../audit/audit-log.ts';
import type { ListQuery } from '../database/keyset.ts';
import type { Database, Transaction } from '../database/open.ts';
import { demandNotHeld } from '../inventory/legal-holds.ts';
import type { Clock } from '../kernel/clock.ts';
import { AppError } from '../kernel/errors.ts';
import type { Translate } from '../kernel/i18n.ts';
import { newId } from '../kernel/ids.ts';
import type { Language } from '../kernel/languages.ts';
import type { Scope } from '../kernel/permissions.ts';
import type { Role } from '../kernel/roles.ts';
import { sortName } from '../kernel/search-words.ts';
import type { Outbox } from '../mail/outbox.ts';
import { type Asker, type Authority, authorityOf } from './authority.ts';
import {
  findPerson,
  holdingsOf,
  insertPeople,
  insertWords,
  type ListedPerson,
  listPeople,
  NOT_THE_LAST_OWNER,
  whoHas,
} from './people-store.ts';
import type { PersonFields } from './person-fields.ts';
import type { Sessions } from './sessions.ts';
import { voidAllOf } from './sign-in/store.ts';
import { type Welcome, welcomeLetter } from './welcome-letter.ts';

export interface PeopleOptions {
  readonly database: Database;
  readonly audit: AuditLog;
  readonly outbox: Outbox;
  readonly sessions: Sessions;
  readonly translates: Readonly<Record<Language, Translate>>;
  readonly clock: Clock;
}

/**
 * Everybody with an account. Each use case is one transaction that also holds its entry of the audit log. What is out
 * of reach of the one who asks answers `not_found`; so does, to an administrator, somebody above them.
 */
export class People {
  readonly #database: Database;
  readonly #audit: AuditLog;
  readonly #outbox: Outbox;
  readonly #sessions: Sessions;
  readonly #translates: PeopleOptions['translates'];
  readonly #clock: Clock;

  constructor({ database, audit, outbox, sessions, translates, clock }: PeopleOptions) {
    this.#database = database;
    this.#audit = audit;
    this.#outbox = outbox;
    this.#sessions = sessions;
    this.#translates = translates;
    this.#clock = clock;
  }

  list(scope: Scope, query: ListQuery, organisationId: string | null = null): Promise<ListedPerson[]> {
    return listPeople(this.#database, scope, query, organisationId);
  }

  /** @throws AppError `not_found` */
  async read(
    scope: Scope,
    id: string,
  ): Promise<ListedPerson & { readonly rooms: number; readonly sessions: number }> {
    const found = await findPerson(this.#database, scope, id);
    if (found === null) throw new AppError('not_found');
    return { ...found, ...(await holdingsOf(this.#database, id)) };
  }

  /**
   * Makes an account and writes its person a letter of welcome.
   *
   * @returns the id.
   * @throws AppError `person_exists` when somebody of the asker's reach has the address, `address_not_usable` when
   * somebody else has: an administrator is not told who uses the appliance beside their own people.
   */
  async make(
    asker: Asker,
    { organisationId, fields }: { readonly organisationId: string; readonly fields: PersonFields },
    welcome: Welcome,
  ): Promise<string> {
    return this.#database.transaction(async (transaction) => {
      const authority = await authorityOf(transaction, asker, 'people.write');
      await demandOrganisation(transaction, authority, organisationId);
      if (!authority.grantable.includes(fields.role)) throw new AppError('not_found');
      await demandFree(transaction, authority.scope, fields.email, null);
      const person = { ...fields, id: newId(), organisationId, createdAt: this.#clock() };
      await insertPeople(transaction, [person]);
      await this.#outbox.post(transaction, welcomeLetter(person, this.#translates[person.language], welcome));
      await this.#audit.record(
        asker.actor,
        {
          action: 'person.made',
          organisationId,
          object: { kind: 'person', id: person.id },
          details: { role: person.role },
        },
        transaction,
      );
      return person.id;
    });
  }

  /** Changes name, address or language. Another address ends the sessions, and what was sent to the old one is void. */
  async change(
    asker: Asker,
    id: string,
    fields: Pick<PersonFields, 'name' | 'email' | 'language'>,
  ): Promise<void> {
    await this.#touch(asker, id, 'people.write', async (transaction, target, { scope }) => {
      const changed = (['name', 'email', 'language'] as const).filter((key) => fields[key] !== target[key]);
      if (changed.length === 0) return null;
      if (changed.includes('email')) await demandFree(transaction, scope, fields.email, id);
      await transaction('people')
        .where({ id })
        .update({ ...fields, sort_name: sortName(fields.name) });
      await transaction('people_words').where({ person_id: id }).delete();
      await insertWords(transaction, [{ id, ...fields }]);
      if (changed.includes('email')) await this.#signOut(transaction, id);
      return { action: 'person.changed', details: { fields: changed } };
    });
  }

  /** @throws AppError `own_account`, `last_owner` */
  async changeRole(asker: Asker, id: string, role: Role): Promise<void> {
    await this.#touch(asker, id, 'roles.write', async (transaction, target, { grantable }) => {
      if (!grantable.includes(role)) throw new AppError('not_found');
      if (role === target.role) return null;
      demandOther(asker, id);
      await demandOwnerLeft(
        transaction('people').where({ id }).whereRaw(NOT_THE_LAST_OWNER).update({ role }),
      );
      await this.#signOut(transaction, id);
      return { action: 'person.role_changed', details: { from: target.role, to: role } };
    });
  }

  /** Keeps somebody out: their sessions end. @throws AppError `own_account`, `last_owner` */
  async block(asker: Asker, id: string): Promise<void> {
    await this.#touch(asker, id, 'people.write', async (transaction, target) => {
      demandOther(asker, id);
      if (target.status === 'blocked') return null;
      await demandOwnerLeft(
        transaction('people').where({ id }).whereRaw(NOT_THE_LAST_OWNER).update({ status: 'blocked' }),
      );
      await this.#signOut(transaction, id);
      return { action: 'person.blocked' };
    });
  }

  async unblock(asker: Asker, id: string): Promise<void> {
    await this.#touch(asker, id, 'people.write', async (transaction) => {
      const count = await transaction('people').where({ id, status: 'blocked' }).update({ status: 'active' });
      return count === 1 ? { action: 'person.unblocked' } : null;
    });
  }

  /** Deletes the account and what is theirs alone; their rooms stay with the organisation. @throws AppError `on_legal_hold` */
  async delete(asker: Asker, id: string): Promise<void> {
    await this.#touch(asker, id, 'people.write', async (transaction, target) => {
      demandOther(asker, id);
      await demandNotHeld(transaction, this.#clock(), [id, target.organisation_id]);
      await demandOwnerLeft(transaction('people').where({ id }).whereRaw(NOT_THE_LAST_OWNER).delete());
      return { action: 'person.deleted' };
    });
  }

  /** Does something to one person, if they are within reach; `act` answers what to note, or null for nothing new. */
  async #touch(
    asker: Asker,
    id: string,
    permission: 'people.write' | 'roles.write',
    act: (
      transaction: Transaction,
      target: ListedPerson,
      authority: Authority,
    ) => Promise<(Pick<AuditEntry, 'details'> & { readonly action: AuditAction }) | null>,
  ): Promise<void> {
    await this.#database.transaction(async (transaction) => {
      const authority = await authorityOf(transaction, asker, permission);
      const target = await findPerson(transaction, authority.scope, id);
      if (target === null || !authority.grantable.includes(target.role)) throw new AppError('not_found');
      const entry = await act(transaction, target, authority);
      if (entry === null) return;
      await this.#audit.record(
        asker.actor,
        { ...entry, organisationId: target.organisation_id, object: { kind: 'person', id } },
        transaction,
      );
    });
  }

  async #signOut(transaction: Transaction, id: string): Promise<void> {
    await this.#sessions.endAllOf(transaction, id);
    await voidAllOf(transaction, id);
  }
}

function demandOther({ person }: Asker, id: string): void {
  if (person.id === id) throw new AppError('own_account');
}

/** The last owner is where a write that leaves them out found nobody. */
async function demandOwnerLeft(write: PromiseLike<number>): Promise<void> {
  if ((await write) === 0) throw new AppError('last_owner');
}

export async function demandOrganisation(
  transaction: Transaction,
  { scope }: Pick<Authority, 'scope'>,
  id: string,
): Promise<void> {
  const isReached = scope.kind === 'all' || (scope.kind === 'organisation' && scope.organisationId === id);
  const found = isReached && (await transaction('organisations').where({ id }).first('id'));
  if (!found) throw new AppError('not_found');
}

async function demandFree(
  transaction: Transaction,
  scope: Scope,
  email: string,
  exceptId: string | null,
): Promise<void> {
  const [taken] = await whoHas(transaction, [email]);
  if (taken === undefined || taken.id === exceptId) return;
  throw new AppError(isSeen(scope, taken.organisation_id) ? 'person_exists' : 'address_not_usable');
}

/** Whether somebody of an organisation may be spoken of to those whom a scope is given to. */
export function isSeen(scope: Scope, organisationId: string): boolean {
  return scope.kind === 'all' || (scope.kind === 'organisation' && scope.organisationId === organisationId);
}
