import type { Database, Transaction } from '../../database/open.ts';
import { type Clock, MINUTE_MS } from '../../kernel/clock.ts';
import type { Translate } from '../../kernel/i18n.ts';
import { newId } from '../../kernel/ids.ts';
import type { Language } from '../../kernel/languages.ts';
import { hashToken, newToken } from '../../kernel/single-use-token.ts';
import type { Outbox } from '../../mail/outbox.ts';
import type { Person } from '../person.ts';
import type { Arrivals, Way } from './arrivals.ts';
import type { Codes } from './codes.ts';
import { nobody, readerOf, signInLetter } from './letters.ts';
import type { Proofs } from './proofs.ts';
import type { SignInRow } from './store.ts';
import * as store from './store.ts';
import type { Visit } from './visit.ts';

export interface SignInsOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly outbox: Outbox;
  readonly arrivals: Arrivals;
  readonly codes: Codes;
  readonly proofs: Proofs;
  readonly translates: Readonly<Record<Language, Translate>>;
  /** How long a link and a code can be used. */
  readonly linkMinutes: number;
}

/** Somebody who is let in. */
export interface Entrance {
  /** For the session's cookie. */
  readonly token: string;
  readonly person: Person;
  readonly returnPath: string;
}

/** A link that could be used. */
export interface OpenLink {
  /** Whose it is. */
  readonly person: Person;
  /** Whether the browser that asks is the one that asked for the letter. */
  readonly isOfThisBrowser: boolean;
}

/**
 * Signing in by letter: asking for one, and using its link or its code. What can be seen from outside is the same
 * whether an address is somebody's or not: the same statements run, and a letter that nobody gets is written too. Who
 * is blocked, or of an organisation that has ended, is nobody here.
 */
export class SignIns {
  readonly #options: SignInsOptions;

  constructor(options: SignInsOptions) {
    this.#options = options;
  }

  /**
   * Sends a letter with link and code, if somebody with this address may sign in.
   *
   * @param asked.email as `canonicalAddress` makes it.
   * @param asked.browserToken by which the browser that asks is known again.
   * @throws AppError `too_many_letters`.
   */
  async ask(
    visit: Visit,
    asked: { readonly email: string; readonly returnPath: string; readonly browserToken: string },
  ): Promise<void> {
    const { database, clock, codes, proofs, linkMinutes, outbox, translates } = this.#options;
    const { token, hash } = newToken();
    const code = proofs.newCode();
    const id = newId();
    await database.transaction(async (transaction) => {
      const now = clock();
      const expiresAt = now + linkMinutes * MINUTE_MS;
      await codes.demandLetter(transaction, asked.email);
      const person = await store.admittedByAddress(transaction, asked.email);
      await store.insertSignIn(transaction, {
        id,
        purpose: 'sign_in',
        person_id: person?.id ?? null,
        session_id: null,
        address_hash: proofs.hashOfAddress(asked.email),
        browser_hash: hashToken(asked.browserToken),
        token_hash: hash,
        code_hash: proofs.hashOfCode(id, code),
        wrong_codes: 0,
        wrong_codes_elsewhere: 0,
        return_path: asked.returnPath,
        created_at: now,
        expires_at: expiresAt,
        used_at: null,
      });
      const to = person ? readerOf(person) : nobody(asked.email, visit.language);
      const letter = signInLetter(translates[to.language], to, visit, {
        code,
        path: linkPath(token),
        expiresAt,
        minutes: linkMinutes,
        at: now,
      });
      if (person) await outbox.post(transaction, letter);
      else await outbox.postVoid(transaction, letter);
    });
  }

  /** What a link leads to, or null if it was used, is too old or was none. Changes nothing. */
  async look(token: string, visit: Visit): Promise<OpenLink | null> {
    const found = await this.#find(this.#options.database, token);
    if (found === null) return null;
    const { browserToken } = visit;
    const isOfThisBrowser = browserToken !== null && found.row.browser_hash === hashToken(browserToken);
    return { person: found.person, isOfThisBrowser };
  }

  /** Lets in by a link, once. Null if it was used, is too old or was none. */
  async byLink(token: string, visit: Visit): Promise<Entrance | null> {
    const { database, clock } = this.#options;
    return database.transaction(async (transaction) => {
      const found = await this.#find(transaction, token);
      if (found === null || !(await store.use(transaction, found.row.id, clock()))) return null;
      return this.#enter(transaction, found, 'link', visit);
    });
  }

  /**
   * Lets in by a code, once. Null if it is wrong, void, used or too old.
   *
   * @param typed.email where the letter went, as `canonicalAddress` makes it.
   * @throws AppError `too_many_codes`.
   */
  async byCode(
    typed: { readonly email: string; readonly code: string },
    visit: Visit,
  ): Promise<Entrance | null> {
    const { database, codes } = this.#options;
    return database.transaction(async (transaction) => {
      const row = await codes.match(transaction, {
        ...typed,
        purpose: 'sign_in',
        browserHash: visit.browserToken === null ? null : hashToken(visit.browserToken),
        actor: visit.actor,
      });
      const person = row && (await this.#personOf(transaction, row));
      return row && person ? this.#enter(transaction, { row, person }, 'code', visit) : null;
    });
  }

  async #find(
    database: Database,
    token: string,
  ): Promise<{ readonly row: SignInRow; readonly person: Person } | null> {
    const now = this.#options.clock();
    const row = await store.liveByToken(database, hashToken(token), { purpose: 'sign_in', now });
    const person = row && (await this.#personOf(database, row));
    return row && person ? { row, person } : null;
  }

  /** Whoever was blocked or got another address meanwhile is not let in by what was sent before. */
  async #personOf(database: Database, row: SignInRow): Promise<Person | null> {
    if (row.person_id === null) return null;
    const person = await store.admittedById(database, row.person_id);
    if (person === null || row.address_hash === null) return person;
    return row.address_hash === this.#options.proofs.hashOfAddress(person.email) ? person : null;
  }

  async #enter(
    transaction: Transaction,
    { row, person }: { readonly row: SignInRow; readonly person: Person },
    way: Way,
    visit: Visit,
  ): Promise<Entrance> {
    const token = await this.#options.arrivals.welcome(transaction, person, way, visit);
    return { token, person, returnPath: row.return_path };
  }
}

export const linkPath = (token: string): string => `/sign-in/link/${token}`;
