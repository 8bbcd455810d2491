import type { Actor, AuditLog } from '../../audit/audit-log.ts';
import type { Database } from '../../database/open.ts';
import type { Language } from '../../kernel/languages.ts';
import { sortName } from '../../kernel/search-words.ts';
import { insertWords } from '../people-store.ts';
import type { Person } from '../person.ts';
import type { Session, Sessions } from '../sessions.ts';
import { voidAllOf } from '../sign-in/store.ts';

export interface AccountsOptions {
  readonly database: Database;
  readonly audit: AuditLog;
  readonly sessions: Sessions;
}

/** What people do with their own account. */
export class Accounts {
  readonly #database: Database;
  readonly #audit: AuditLog;
  readonly #sessions: Sessions;

  constructor({ database, audit, sessions }: AccountsOptions) {
    this.#database = database;
    this.#audit = audit;
    this.#sessions = sessions;
  }

  /** Where somebody is signed in. */
  sessionsOf(person: Person): Promise<Session[]> {
    return this.#sessions.listOf(person);
  }

  /** @param fields.name as `readTypedName` answers it. */
  async change(
    person: Person,
    actor: Actor,
    fields: { readonly name: string; readonly language: Language },
  ): Promise<void> {
    const { id, organisationId } = person;
    const changed = (['name', 'language'] as const).filter((key) => fields[key] !== person[key]);
    if (changed.length === 0) return;
    await this.#database.transaction(async (transaction) => {
      await transaction('people')
        .where({ id })
        .update({ ...fields, sort_name: sortName(fields.name) });
      if (changed.includes('name')) {
        await transaction('people_words').where({ person_id: id }).delete();
        await insertWords(transaction, [{ id, name: fields.name, email: person.email }]);
      }
      await this.#audit.record(
        actor,
        {
          action: 'person.changed',
          organisationId,
          object: { kind: 'person', id },
          details: { fields: changed },
        },
        transaction,
      );
    });
  }

  /** Ends one session of somebody's own. False: it is none of theirs, or over. */
  async endSession(person: Person, actor: Actor, sessionId: string): Promise<boolean> {
    return this.#database.transaction(async (transaction) => {
      if (!(await this.#sessions.end(transaction, { id: sessionId, personId: person.id }))) return false;
      await this.#audit.record(
        actor,
        {
          action: 'session.ended',
          organisationId: person.organisationId,
          object: { kind: 'session', id: sessionId },
        },
        transaction,
      );
      return true;
    });
  }

  /** Ends every session of somebody, and voids what they were sent to sign in with. */
  async endAllSessions(person: Person, actor: Actor): Promise<void> {
    const { id, organisationId } = person;
    await this.#database.transaction(async (transaction) => {
      const sessions = await this.#sessions.endAllOf(transaction, id);
      await voidAllOf(transaction, id);
      await this.#audit.record(
        actor,
        {
          action: 'session.all_ended',
          organisationId,
          object: { kind: 'person', id },
          details: { sessions },
        },
        transaction,
      );
    });
  }
}
