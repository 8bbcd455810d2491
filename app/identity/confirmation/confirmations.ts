import type { AuditLog } from '../../audit/audit-log.ts';
import type { Database } from '../../database/open.ts';
import { type Clock, MINUTE_MS } from '../../kernel/clock.ts';
import type { Translate } from '../../kernel/i18n.ts';
import { newId } from '../../kernel/ids.ts';
import type { Language } from '../../kernel/languages.ts';
import type { Outbox } from '../../mail/outbox.ts';
import type { Session, Sessions } from '../sessions.ts';
import type { Codes } from '../sign-in/codes.ts';
import { confirmationLetter, readerOf } from '../sign-in/letters.ts';
import type { Proofs } from '../sign-in/proofs.ts';
import * as store from '../sign-in/store.ts';
import type { Visit } from '../sign-in/visit.ts';

export interface ConfirmationsOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly outbox: Outbox;
  readonly sessions: Sessions;
  readonly codes: Codes;
  readonly proofs: Proofs;
  readonly translates: Readonly<Record<Language, Translate>>;
  /** How long a code can be used. */
  readonly codeMinutes: number;
}

/** Proving anew who one is, before something dangerous: a code by letter, good for the session that asked for it. */
export class Confirmations {
  readonly #options: ConfirmationsOptions;

  constructor(options: ConfirmationsOptions) {
    this.#options = options;
  }

  /** @throws AppError `too_many_letters`. */
  async ask({ id: sessionId, person }: Session, visit: Visit, returnPath: string): Promise<void> {
    const { database, clock, codes, proofs, codeMinutes, outbox, translates } = this.#options;
    const code = proofs.newCode();
    const id = newId();
    await database.transaction(async (transaction) => {
      const now = clock();
      const expiresAt = now + codeMinutes * MINUTE_MS;
      await codes.demandLetter(transaction, person.email);
      await store.insertSignIn(transaction, {
        id,
        purpose: 'confirmation',
        person_id: person.id,
        session_id: sessionId,
        address_hash: proofs.hashOfAddress(person.email),
        browser_hash: null,
        token_hash: null,
        code_hash: proofs.hashOfCode(id, code),
        wrong_codes: 0,
        wrong_codes_elsewhere: 0,
        return_path: returnPath,
        created_at: now,
        expires_at: expiresAt,
        used_at: null,
      });
      await outbox.post(
        transaction,
        confirmationLetter(translates[person.language], readerOf(person), visit, {
          code,
          expiresAt,
          minutes: codeMinutes,
          at: now,
        }),
      );
    });
  }

  /** Whether a letter is under way that the session has not answered yet. */
  async isAsked({ id }: Session): Promise<boolean> {
    const { database, clock } = this.#options;
    return store.hasLiveConfirmation(database, id, clock());
  }

  /**
   * Confirms a session by a code. False if it is wrong, void, used, too old or another session's.
   *
   * @throws AppError `too_many_codes`.
   */
  async byCode({ id, person }: Session, code: string, visit: Visit): Promise<boolean> {
    const { database, audit, codes, sessions } = this.#options;
    return database.transaction(async (transaction) => {
      const row = await codes.match(transaction, {
        purpose: 'confirmation',
        email: person.email,
        sessionId: id,
        code,
        actor: visit.actor,
      });
      if (row === null || !(await sessions.confirm(transaction, id))) return false;
      await audit.record(
        visit.actor,
        {
          action: 'session.confirmed',
          organisationId: person.organisationId,
          object: { kind: 'session', id },
        },
        transaction,
      );
      return true;
    });
  }
}
