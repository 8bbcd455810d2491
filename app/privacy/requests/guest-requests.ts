import type { Actor } from '../../audit/audit-log.ts';
import type { Database, Transaction } from '../../database/open.ts';
import { demandLetter, demandTry, type SignInLimits } from '../../identity/sign-in/limits.ts';
import type { Proofs } from '../../identity/sign-in/proofs.ts';
import { type Clock, DAY_MS, HOUR_MS, MINUTE_MS } from '../../kernel/clock.ts';
import type { Translate } from '../../kernel/i18n.ts';
import { newId } from '../../kernel/ids.ts';
import type { Language } from '../../kernel/languages.ts';
import { hashToken, newToken } from '../../kernel/single-use-token.ts';
import type { Outbox } from '../../mail/outbox.ts';
import { codeLetter, type Letterhead } from './letters.ts';
import type { PendingRow, RequestKind, RequestRow } from './request-rows.ts';
import type { Requests } from './requests.ts';

export interface GuestRequestsOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly outbox: Outbox;
  readonly proofs: Proofs;
  readonly translates: Readonly<Record<Language, Translate>>;
  readonly limits: SignInLimits;
  readonly requests: Requests;
  readonly codeMinutes: number;
  /** How often a code can be typed wrongly until it is void. */
  readonly tries: number;
}

/**
 * Requests of people without an account: one counts once a code that a letter brought proves its address. Whether
 * anything is known of an address makes no difference to what is written, sent or answered.
 */
export class GuestRequests {
  readonly #options: GuestRequestsOptions;

  constructor(options: GuestRequestsOptions) {
    this.#options = options;
  }

  /**
   * Sends a code. Answers the token by which the page that asks for the code knows the request.
   *
   * @throws AppError `too_many_letters`.
   */
  async ask(
    asked: {
      readonly kind: RequestKind;
      readonly email: string;
      readonly message: string;
      readonly language: Language;
    },
    letterhead: Letterhead,
  ): Promise<string> {
    const { database, clock, proofs, outbox, translates, limits, codeMinutes } = this.#options;
    const { token, hash } = newToken();
    const id = newId();
    const code = proofs.newCode();
    await database.transaction(async (transaction) => {
      const now = clock();
      const address_hash = proofs.hashOfAddress(asked.email);
      const before: number[] = await transaction('request_proofs')
        .where({ address_hash })
        .where('created_at', '>', now - HOUR_MS)
        .orderBy('created_at', 'desc')
        .limit(limits.lettersOfAddress)
        .pluck('created_at');
      demandLetter(limits, before, now);
      const row: PendingRow = {
        id,
        token_hash: hash,
        address_hash,
        code_hash: proofs.hashOfCode(id, code),
        wrong_codes: 0,
        ...asked,
        created_at: now,
        expires_at: now + codeMinutes * MINUTE_MS,
      };
      await transaction('request_proofs').insert(row);
      const to = { email: asked.email, name: '', language: asked.language };
      const proof = { code, minutes: codeMinutes, expiresAt: row.expires_at, at: now, kind: asked.kind };
      await outbox.post(transaction, codeLetter(translates[asked.language], to, letterhead, proof));
    });
    return token;
  }

  /** Whether a token waits for its code. */
  async isOpen(token: string): Promise<boolean> {
    return (await this.#live(this.#options.database, token)) !== null;
  }

  /**
   * Makes the request count, if the code is right; null if it is wrong, void, used or too old.
   *
   * @throws AppError `too_many_codes`; `too_many_requests_open`.
   */
  async prove(token: string, code: string, actor: Actor, letterhead: Letterhead): Promise<RequestRow | null> {
    const { database, clock, proofs, requests, limits, tries } = this.#options;
    return database.transaction(async (transaction) => {
      const row = await this.#live(transaction, token);
      if (row === null) return null;
      const now = clock();
      demandTry(limits, await wrongWithinDay(transaction, now, row.address_hash), now);
      if (!proofs.isCode(row.code_hash, row.id, code)) {
        await transaction('request_proofs')
          .where({ id: row.id })
          .where('wrong_codes', '<', tries)
          .increment('wrong_codes');
        return null;
      }
      const count = await transaction('request_proofs')
        .where({ id: row.id })
        .whereNotNull('email')
        .update({ email: null, message: null });
      if (count !== 1) return null;
      const account: { id: string; name: string } | undefined = await transaction('people')
        .where({ email: row.email })
        .first('id', 'name');
      return requests.make(
        actor,
        {
          kind: row.kind,
          channel: 'form',
          personId: account?.id ?? null,
          email: row.email,
          name: account?.name ?? null,
          message: row.message,
          language: row.language,
          receivedAt: now,
          isProved: true,
        },
        { letterhead, transaction },
      );
    });
  }

  /** Empties what was not proved in time; what is left of it for a day counts letters and wrong codes. */
  async tidy(): Promise<void> {
    const { database, clock } = this.#options;
    const now = clock();
    await database('request_proofs')
      .where('expires_at', '<=', now - DAY_MS)
      .delete();
    await database('request_proofs')
      .where('expires_at', '<=', now)
      .whereNotNull('email')
      .update({ email: null, message: null });
  }

  async #live(database: Database | Transaction, token: string): Promise<PendingRow | null> {
    const { clock, tries } = this.#options;
    const row: PendingRow | undefined = await database('request_proofs')
      .where({ token_hash: hashToken(token) })
      .where('expires_at', '>', clock())
      .where('wrong_codes', '<', tries)
      .whereNotNull('email')
      .first();
    return row ?? null;
  }
}

/** Wrong codes of one address, and of all, within a day: the limits are those of signing in. */
async function wrongWithinDay(transaction: Transaction, now: number, addressHash: string) {
  const counted = async (where: Readonly<Record<string, string>>) => {
    const [row]: { count: number | null; since: number | null }[] = await transaction('request_proofs')
      .where('created_at', '>', now - DAY_MS)
      .where('wrong_codes', '>', 0)
      .where(where)
      .sum({ count: 'wrong_codes' })
      .min({ since: 'created_at' });
    return { count: Number(row?.count ?? 0), since: row?.since ?? null };
  };
  return { ofAddress: await counted({ address_hash: addressHash }), ofAll: await counted({}) };
}
