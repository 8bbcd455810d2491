import type { Database, Transaction } from '../database/open.ts';
import { type Clock, MINUTE_MS } from '../kernel/clock.ts';
import { newId } from '../kernel/ids.ts';
import { hashToken, newToken } from '../kernel/single-use-token.ts';
import type { Person } from './person.ts';
import { type PersonRow, personColumns, personOf } from './person-rows.ts';

/** One browser that is signed in. */
export interface Session {
  readonly id: string;
  readonly person: Person;
  /** `Firefox, Windows`: for its owner to recognise it. */
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

interface SessionRow extends PersonRow {
  readonly session_id: string;
  readonly device: string;
  readonly session_created_at: number;
  readonly seen_at: number;
  readonly confirmed_at: number;
}

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

  /** The session that a token belongs to, or null if it is over, its person is blocked or there never was one. */
  async read(token: string): Promise<Session | null> {
    const now = this.#clock();
    const row: SessionRow | undefined = await this.#database('sessions')
      .join('people', 'people.id', 'sessions.person_id')
      .where({ token_hash: hashToken(token), 'people.status': 'active' })
      .where('sessions.seen_at', '>', now - this.#idleMs)
      .where('sessions.created_at', '>', now - this.#lifetimeMs)
      .first(
        ...personColumns,
        'sessions.id as session_id',
        'sessions.device',
        'sessions.created_at as session_created_at',
        'sessions.seen_at',
        'sessions.confirmed_at',
      );
    if (row === undefined) return null;
    if (now - row.seen_at > SEEN_STEP_MS) {
      await this.#database('sessions').where({ id: row.session_id }).update({ seen_at: now });
    }
    return {
      id: row.session_id,
      person: personOf(row),
      device: row.device,
      createdAt: row.session_created_at,
      seenAt: row.seen_at,
      confirmedAt: row.confirmed_at,
    };
  }
}
