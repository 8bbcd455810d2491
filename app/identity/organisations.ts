import { type Actor, type AuditEntry, type AuditLog, system } from '../audit/audit-log.ts';
import type { ListQuery } from '../database/keyset.ts';
import type { Database, Transaction } from '../database/open.ts';
import { demandNobodyHeld } from '../inventory/legal-holds.ts';
import type { Clock } from '../kernel/clock.ts';
import { AppError } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import type { Scope } from '../kernel/permissions.ts';
import { sortName } from '../kernel/search-words.ts';
import { type Asker, authorityOf } from './authority.ts';
import {
  contentsOf,
  findOrganisation,
  listOrganisations,
  type OrganisationRow,
  organisationNames,
} from './organisations-store.ts';

export interface OrganisationsOptions {
  readonly database: Database;
  readonly audit: AuditLog;
  readonly clock: Clock;
}

/** What is said of an organisation. */
export interface OrganisationFields {
  /** As `readTypedName` answers it. */
  readonly name: string;
  /** When its subscription began. */
  readonly startedAt: number;
}

/** Characters of an organisation's name. */
export const ORGANISATION_NAME_LIMIT = 100;

/** How far people and rooms of an organisation are counted. */
export const COUNTED = 1000;

/**
 * Organisations: client accounts with people and rooms of their own. One that has ended keeps everything, and its
 * people cannot sign in.
 */
export class Organisations {
  readonly #database: Database;
  readonly #audit: AuditLog;
  readonly #clock: Clock;

  constructor({ database, audit, clock }: OrganisationsOptions) {
    this.#database = database;
    this.#audit = audit;
    this.#clock = clock;
  }

  list(scope: Scope, query: ListQuery): Promise<OrganisationRow[]> {
    return listOrganisations(this.#database, scope, query);
  }

  /** Names to choose from, by name; at most `limit`. */
  names(scope: Scope, limit: number): Promise<Pick<OrganisationRow, 'id' | 'name' | 'status'>[]> {
    return organisationNames(this.#database, scope, limit);
  }

  /** @throws AppError `not_found` */
  async read(
    scope: Scope,
    id: string,
  ): Promise<OrganisationRow & { readonly people: number; readonly rooms: number }> {
    const found = await findOrganisation(this.#database, scope, id);
    if (found === null) throw new AppError('not_found');
    return { ...found, ...(await contentsOf(this.#database, id, COUNTED)) };
  }

  /** @throws AppError `organisation_exists` when another one has the name. */
  async make(asker: Asker, { name, startedAt }: OrganisationFields): Promise<string> {
    return this.#database.transaction(async (transaction) => {
      await authorityOf(transaction, asker, 'organisations.write');
      await demandFreeName(transaction, name, null);
      const id = newId();
      await transaction('organisations').insert({
        id,
        name,
        sort_name: sortName(name),
        status: 'active',
        started_at: startedAt,
        ended_at: null,
        ends_at: null,
        created_at: this.#clock(),
      });
      await this.#note(transaction, asker.actor, 'organisation.made', id);
      return id;
    });
  }

  /** @throws AppError `organisation_exists` */
  async change(asker: Asker, id: string, { name, startedAt }: OrganisationFields): Promise<void> {
    await this.#touch(asker, id, async (transaction, target) => {
      const fields = [
        ...(name === target.name ? [] : ['name']),
        ...(startedAt === target.started_at ? [] : ['started_at']),
      ];
      if (fields.length === 0) return;
      await demandFreeName(transaction, name, id);
      await transaction('organisations')
        .where({ id })
        .update({ name, sort_name: sortName(name), started_at: startedAt });
      await this.#note(transaction, asker.actor, 'organisation.changed', id, { fields });
    });
  }

  /** Ends the subscription: now, or by itself at an instant to come; null takes such a date back. */
  async end(asker: Asker, id: string, when: number | 'now' | null): Promise<void> {
    await this.#touch(asker, id, async (transaction, { status }) => {
      if (status === 'ended') return;
      const now = this.#clock();
      const at = when === 'now' ? now : when;
      if (at !== null && at <= now) {
        await this.#endNow(transaction, asker.actor, id, at);
        return;
      }
      await transaction('organisations').where({ id, status: 'active' }).update({ ends_at: at });
      await this.#note(transaction, asker.actor, 'organisation.changed', id, { fields: ['ends_at'] });
    });
  }

  /** Ends those whose day has come; answers how many. */
  async endDue(): Promise<number> {
    const now = this.#clock();
    const due: { id: string; ends_at: number }[] = await this.#database('organisations')
      .where({ status: 'active' })
      .where('ends_at', '<=', now)
      .select('id', 'ends_at');
    for (const { id, ends_at } of due) {
      await this.#database.transaction((transaction) => this.#endNow(transaction, system, id, ends_at));
    }
    return due.length;
  }

  async reactivate(asker: Asker, id: string): Promise<void> {
    await this.#touch(asker, id, async (transaction) => {
      const count = await transaction('organisations')
        .where({ id, status: 'ended' })
        .update({ status: 'active', ended_at: null, ends_at: null });
      if (count === 1) await this.#note(transaction, asker.actor, 'organisation.reactivated', id);
    });
  }

  /**
   * Deletes an organisation with its people, rooms and letters.
   *
   * @throws AppError `own_organisation`: whoever deletes is an owner, so that one is left; `on_legal_hold`.
   */
  async delete(asker: Asker, id: string): Promise<void> {
    await this.#touch(asker, id, async (transaction) => {
      const { person } = await authorityOf(transaction, asker, 'organisations.write');
      if (person.organisationId === id) throw new AppError('own_organisation');
      await demandNobodyHeld(transaction, this.#clock(), id);
      const { people, rooms } = await contentsOf(transaction, id, Number.MAX_SAFE_INTEGER);
      await transaction('people').where({ organisation_id: id }).delete();
      await transaction('organisations').where({ id }).delete();
      await this.#note(transaction, asker.actor, 'organisation.deleted', id, { people, rooms });
    });
  }

  async #touch(
    asker: Asker,
    id: string,
    act: (transaction: Transaction, target: OrganisationRow) => Promise<void>,
  ): Promise<void> {
    await this.#database.transaction(async (transaction) => {
      const { scope } = await authorityOf(transaction, asker, 'organisations.write');
      const target = await findOrganisation(transaction, scope, id);
      if (target === null) throw new AppError('not_found');
      await act(transaction, target);
    });
  }

  async #endNow(transaction: Transaction, actor: Actor, id: string, at: number): Promise<void> {
    const count = await transaction('organisations')
      .where({ id, status: 'active' })
      .update({ status: 'ended', ended_at: at, ends_at: null });
    if (count === 0) return;
    // Owners are let in whatever becomes of their organisation.
    const people = transaction('people')
      .where({ organisation_id: id })
      .where('role', '<>', 'owner')
      .select('id');
    await transaction('sessions').whereIn('person_id', people.clone()).delete();
    await transaction('sign_ins').whereIn('person_id', people.clone()).whereNull('used_at').delete();
    await this.#note(transaction, actor, 'organisation.ended', id);
  }

  async #note(
    transaction: Transaction,
    actor: Actor,
    action: AuditEntry['action'],
    id: string,
    details: NonNullable<AuditEntry['details']> = {},
  ): Promise<void> {
    const object = { kind: 'organisation', id };
    await this.#audit.record(actor, { action, organisationId: id, object, details }, transaction);
  }
}

async function demandFreeName(
  transaction: Transaction,
  name: string,
  exceptId: string | null,
): Promise<void> {
  const taken = await transaction('organisations')
    .where({ sort_name: sortName(name) })
    .first('id');
  if (taken && taken.id !== exceptId) throw new AppError('organisation_exists');
}
