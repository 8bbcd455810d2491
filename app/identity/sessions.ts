import type { Database, Transaction } from '../database/open.ts';
import { type Clock, MINUTE_MS } from '../kernel/clock.ts';
import { newId } from '../kernel/ids.ts';
import { hashToken, newToken } from '../kernel/single-use-token.ts';
import { ADMITTED } from './admitted.ts';
import type { Person } from './person.ts';
import { type PersonRow, personColumns, personOf } from './person-rows.ts';

/** One browser that is signed in. */
export interface Session {
  readonly id: string;
  readonly person: Person;
  /** `Firefox, Windows`: for its owner to recognise it. Empty: its browser says nothing of itself. */
  readonly device: string;
  readonly createdAt: number;
  readonly seenAt: number;
  /** When its person last proved who they are. */
  readonly confirmedAt: number;
}

export interface SessionsOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** How long one lasts that is not used, in milliseconds. */
  readonly idleMs: number;
  /** How long one lasts at most, in milliseconds. */
  readonly lifetimeMs: number;
}

/** How exactly it is known when a session was used last: writing it at every request would wear out the disk. */
const SEEN_STEP_MS = MINUTE_MS;

interface SessionColumns {
  readonly session_id: string;
  readonly device: string;
  readonly session_created_at: number;
  readonly seen_at: number;
  readonly confirmed_at: number;
}

const sessionColumns = [
  'sessions.id as session_id',
  'sessions.device',
  'sessions.created_at as session_created_at',
  'sessions.seen_at',
  'sessions.confirmed_at',
] as const;

/** Who is signed in. The browser holds a random token; here is its hash. */
export class Sessions {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #idleMs: number;
  readonly #lifetimeMs: number;

  constructor({ database, clock, idleMs, lifetimeMs }: SessionsOptions) {
    this.#database = database;
    this.#clock = clock;
    this.#idleMs = idleMs;
    this.#lifetimeMs = lifetimeMs;
  }

  /** Begins a session; answers the token for the cookie. */
  async begin(
    transaction: Transaction,
    { personId, device }: { readonly personId: string; readonly device: string },
  ): Promise<{ readonly token: string; readonly id: string }> {
    const { token, hash } = newToken();
    const id = newId();
    const now = this.#clock();
    await transaction('sessions').insert({
      id,
      token_hash: hash,
      person_id: personId,
      device,
      created_at: now,
      seen_at: now,
      confirmed_at: now,
    });
    return { token, id };
  }

  /**
   * The session that a token belongs to, or null if it is over, its person is blocked, their organisation has ended,
   * or there never was one.
   */
  async read(token: string): Promise<Session | null> {
    const now = this.#clock();
    const row: (PersonRow & SessionColumns) | undefined = await this.#living()
      .join('people', 'people.id', 'sessions.person_id')
      .join('organisations', 'organisations.id', 'people.organisation_id')
      .where({ token_hash: hashToken(token) })
      .whereRaw(ADMITTED)
      .first(...personColumns, ...sessionColumns);
    if (row === undefined) return null;
    if (now - row.seen_at > SEEN_STEP_MS) {
      await this.#database('sessions').where({ id: row.session_id }).update({ seen_at: now });
    }
    return sessionOf(row, personOf(row));
  }

  /** Where a person is signed in, the browser that was used last first. */
  async listOf(person: Person): Promise<Session[]> {
    const rows: SessionColumns[] = await this.#living()
      .where({ person_id: person.id })
      .orderBy([
        { column: 'seen_at', order: 'desc' },
        { column: 'created_at', order: 'desc' },
      ])
      .select(...sessionColumns);
    return rows.map((row) => sessionOf(row, person));
  }

  /** Notes that the person of a session proved who they are. False: it has ended. */
  async confirm(transaction: Transaction, id: string): Promise<boolean> {
    return (await transaction('sessions').where({ id }).update({ confirmed_at: this.#clock() })) === 1;
  }

  /** Ends one session of a person. False: it is none of theirs, or over. */
  async end(
    transaction: Transaction,
    { id, personId }: { readonly id: string; readonly personId: string },
  ): Promise<boolean> {
    return (await transaction('sessions').where({ id, person_id: personId }).delete()) === 1;
  }

  /** Ends the session that a token belongs to, and answers whose it was; null if there is none. */
  async endByToken(
    transaction: Transaction,
    token: string,
  ): Promise<{ readonly id: string; readonly personId: string } | null> {
    const token_hash = hashToken(token);
    const ended: { id: string; person_id: string } | undefined = await transaction('sessions')
      .where({ token_hash })
      .first('id', 'person_id');
    if (ended === undefined) return null;
    await transaction('sessions').where({ token_hash }).delete();
    return { id: ended.id, personId: ended.person_id };
  }

  /** Ends all sessions of a person; answers how many there were. */
  async endAllOf(transaction: Transaction, personId: string): Promise<number> {
    return transaction('sessions').where({ person_id: personId }).delete();
  }

  /** Deletes what is over. */
  async tidy(): Promise<void> {
    const now = this.#clock();
    await this.#database('sessions')
      .where('seen_at', '<=', now - this.#idleMs)
      .delete();
    await this.#database('sessions')
      .where('created_at', '<=', now - this.#lifetimeMs)
      .delete();
  }

  #living() {
    const now = this.#clock();
    return this.#database('sessions')
      .where('sessions.seen_at', '>', now - this.#idleMs)
      .where('sessions.created_at', '>', now - this.#lifetimeMs);
  }
}

function sessionOf(row: SessionColumns, person: Person): Session {
  return {
    id: row.session_id,
    person,
    device: row.device,
    createdAt: row.session_created_at,
    seenAt: row.seen_at,
    confirmedAt: row.confirmed_at,
  };
}
