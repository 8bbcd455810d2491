import type { Actor, AuditLog } from '../../audit/audit-log.ts';
import type { Transaction } from '../../database/open.ts';
import type { Clock } from '../../kernel/clock.ts';
import { demandLetter, demandTry, type SignInLimits } from './limits.ts';
import type { Proofs } from './proofs.ts';
import type { SignInRow } from './store.ts';
import * as store from './store.ts';

export interface CodesOptions {
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly proofs: Proofs;
  readonly limits: SignInLimits;
  /** How often a code can be typed wrongly until it is void. */
  readonly tries: number;
}

interface TypedCode {
  readonly purpose: SignInRow['purpose'];
  /** In small letters. */
  readonly email: string;
  readonly code: string;
  /** The session that is confirmed. */
  readonly sessionId?: string;
  /** Of the browser that typed it, if it asked for a letter. */
  readonly browserHash?: string | null;
  readonly actor: Actor;
}

/** Six digits in place of a link, and how often they may be tried. */
export class Codes {
  readonly #options: CodesOptions;

  constructor(options: CodesOptions) {
    this.#options = options;
  }

  /** @throws AppError `too_many_letters` when an address was sent as many as it may be. */
  async demandLetter(transaction: Transaction, email: string): Promise<void> {
    const { clock, proofs, limits } = this.#options;
    const now = clock();
    const asked = await store.askedWithinHour(transaction, proofs.hashOfAddress(email), {
      now,
      limit: limits.lettersOfAddress,
    });
    demandLetter(limits, asked, now);
  }

  /**
   * What a code belongs to, which is used up by it; null if it is wrong, void, used or too old.
   *
   * On the browser that asked, it is compared with what that browser asked for; on another, with all live letters of
   * the address. A wrong one is counted against all that it was compared with, so that nobody can guess at several
   * letters at the price of one; and apart for other browsers, so that who guesses on one does not use up the tries of
   * the browser that asked.
   *
   * Never throws once it has counted: the transaction must go through.
   *
   * @throws AppError `too_many_codes`.
   */
  async match(transaction: Transaction, typed: TypedCode): Promise<SignInRow | null> {
    const { clock, proofs, limits, tries, audit } = this.#options;
    const now = clock();
    const addressHash = proofs.hashOfAddress(typed.email);
    demandTry(limits, await store.wrongWithinDay(transaction, now, addressHash), now);
    const live = await store.liveWithCode(transaction, {
      purpose: typed.purpose,
      address_hash: addressHash,
      ...(typed.sessionId !== undefined && { session_id: typed.sessionId }),
      now,
    });
    const own = live.filter((row) => isOwn(row, typed));
    const counter = own.length > 0 ? 'wrong_codes' : 'wrong_codes_elsewhere';
    const candidates = (own.length > 0 ? own : live).filter((row) => row[counter] < tries);
    const right = candidates.filter(({ id, code_hash }) => proofs.isCode(code_hash, id, typed.code));
    for (const row of right) {
      if (row.person_id !== null && (await store.use(transaction, row.id, now))) return row;
    }
    if (candidates.length === 0) return null;
    const ids = candidates.map(({ id }) => id);
    await store.countWrongCode(transaction, ids, { counter, tries });
    await audit.record(
      typed.actor,
      { action: 'sign_in.code_refused', details: { purpose: typed.purpose, letters: ids.length } },
      transaction,
    );
    return null;
  }
}

/** Whether a code was typed where it was asked for. */
function isOwn({ session_id, browser_hash }: SignInRow, { sessionId, browserHash }: TypedCode): boolean {
  if (sessionId !== undefined) return session_id === sessionId;
  return browser_hash !== null && browser_hash === browserHash;
}
