import type { Database, Transaction } from '../database/open.ts';
import { type Clock, DAY_MS, MINUTE_MS } from '../kernel/clock.ts';
import { type LetterRow, noContent } from './letter-rows.ts';
import { type MailFault, type MailFaultCode, mailFaults } from './mail-fault.ts';

/** How long a claim holds, in milliseconds. Longer than any letter takes; then whoever made it is thought to be dead. */
export const CLAIM_MS = 2 * MINUTE_MS;

/** How long letters are kept where there is no relay, in milliseconds. */
const KEPT_MS = 30 * DAY_MS;

// The partial index is found by these words only.
const OPEN = "state IN ('waiting', 'sending')";

const faultsOfRelay = (Object.keys(mailFaults) as MailFaultCode[]).filter(
  (code) => mailFaults[code] === 'relay',
);

/** Why the relay does not take letters at present. */
export type Note = Pick<MailFault, 'code' | 'reply'>;

export interface QueueOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** How long a letter is tried, in milliseconds. */
  readonly giveUpMs: number;
}

/**
 * The letters that are to be sent, as the database has them. Several processes may take letters at once: each is
 * claimed by one, and the number of its attempts tells a claim from a later one.
 */
export class Queue {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #giveUpMs: number;

  constructor({ database, clock, giveUpMs }: QueueOptions) {
    this.#database = database;
    this.#clock = clock;
    this.#giveUpMs = giveUpMs;
  }

  /** Claims the next letter that is due, those that somebody waits for first; or the one of this id, due or not. */
  async claim(id?: string): Promise<LetterRow | null> {
    const now = this.#clock();
    return this.#database.transaction(async (transaction) => {
      const wanted =
        id === undefined
          ? this.#open(transaction, 'letters_due').where('next_attempt_at', '<=', now)
          : this.#open(transaction).where({ id });
      const found = await wanted
        .where((each) => each.whereNull('expires_at').orWhere('expires_at', '>', now))
        .orderBy('sensitive', 'desc')
        .orderBy('next_attempt_at')
        .first();
      if (found === undefined) return null;
      // One that is being sent is let go of when its time is over.
      if (found.state === 'sending' && found.next_attempt_at > now) return null;
      const claimed = {
        state: 'sending' as const,
        attempts: found.attempts + 1,
        first_attempt_at: found.first_attempt_at ?? now,
        next_attempt_at: now + CLAIM_MS,
      };
      const count = await this.#owned(transaction, found).update(claimed);
      return count === 1 ? { ...found, ...claimed } : null;
    });
  }

  /** @returns false when the claim was lost meanwhile, so that the letter may have been sent twice. */
  async sent(letter: LetterRow): Promise<boolean> {
    return this.#end(letter, 'sent', null);
  }

  async giveUp(letter: LetterRow, fault: Note): Promise<boolean> {
    return this.#end(letter, 'given_up', fault);
  }

  /** Lets go of a letter, to be tried again. */
  async putBack(letter: LetterRow, nextAttemptAt: number, fault?: Note): Promise<boolean> {
    const noted = fault && { last_fault: fault.code, last_reply: fault.reply };
    const back = { state: 'waiting' as const, next_attempt_at: nextAttemptAt, ...noted };
    return (await this.#owned(this.#database, letter).update(back)) === 1;
  }

  /**
   * The relay takes nothing: all that is due waits until `nextAttemptAt`, and what was tried for too long is given up.
   *
   * @returns how many were given up.
   */
  async holdAll(fault: Note, nextAttemptAt: number): Promise<number> {
    const now = this.#clock();
    const noted = { last_fault: fault.code, last_reply: fault.reply };
    return this.#database.transaction(async (transaction) => {
      const due = () => this.#open(transaction).where('state', 'waiting').where('next_attempt_at', '<=', now);
      const count = await due()
        .where('first_attempt_at', '<=', now - this.#giveUpMs)
        .update({ ...noContent, ...noted, state: 'given_up', done_at: now });
      await due().update({
        ...noted,
        first_attempt_at: transaction.raw('coalesce(first_attempt_at, ?)', [now]),
        next_attempt_at: nextAttemptAt,
      });
      return count;
    });
  }

  /** The relay takes letters again: what waited for it is due now. */
  async releaseAll(): Promise<void> {
    await this.#open()
      .where('state', 'waiting')
      .whereIn('last_fault', faultsOfRelay)
      .update({ next_attempt_at: this.#clock() });
  }

  /**
   * There is no relay: letters are kept for administrators to read, and a note that none was there, since what was
   * not written for a relay must not go out when one is set much later.
   */
  async keepAll(): Promise<void> {
    const now = this.#clock();
    const ended = { ...noContent, state: 'given_up' as const, last_fault: 'no_relay', done_at: now };
    await this.#open()
      .where('created_at', '<=', now - KEPT_MS)
      .update(ended);
    await this.#open()
      .whereRaw("last_fault IS DISTINCT FROM 'no_relay'")
      .update({ state: 'waiting', last_fault: 'no_relay', last_reply: null, first_attempt_at: null });
  }

  /** There is a relay: what was kept while there was none is due if it is young enough, or else given up. */
  async takeUpKept(): Promise<void> {
    const now = this.#clock();
    await this.#database.transaction(async (transaction) => {
      const kept = () => this.#open(transaction).where({ last_fault: 'no_relay', state: 'waiting' });
      await kept()
        .where('created_at', '<=', now - this.#giveUpMs)
        .update({ ...noContent, state: 'given_up', done_at: now });
      await kept().update({ next_attempt_at: now, last_fault: null });
    });
  }

  /** Empties what is of no use any more, and takes away what was for nobody. */
  async tidy(): Promise<void> {
    const now = this.#clock();
    await this.#open(this.#database, 'letters_expires')
      .where('expires_at', '<=', now)
      .where((each) => each.where('state', 'waiting').orWhere('next_attempt_at', '<=', now))
      .update({ ...noContent, state: 'expired', done_at: now });
    await this.#database('letters').whereRaw("state = 'void'").delete();
    // Whom it went to is nobody here any more: it leaves no trace.
    await this.#database('letters').whereRaw("kind = 'erased' AND done_at IS NOT NULL").delete();
  }

  async #end(letter: LetterRow, state: 'sent' | 'given_up', fault: Note | null): Promise<boolean> {
    const noted = { last_fault: fault?.code ?? null, last_reply: fault?.reply ?? null };
    const ended = { ...noContent, ...noted, state, done_at: this.#clock() };
    return (await this.#owned(this.#database, letter).update(ended)) === 1;
  }

  /** Thousands may be open: SQLite is told by which index it finds few of them. */
  #open(database: Database | Transaction = this.#database, index?: 'letters_due' | 'letters_expires') {
    const table = index === undefined ? 'letters' : database.raw(`letters INDEXED BY ${index}`);
    return database<LetterRow>(table).whereRaw(OPEN);
  }

  /** The row, if it is still as it was read. */
  #owned(database: Database | Transaction, { id, state, attempts }: LetterRow) {
    return database<LetterRow>('letters').where({ id, state, attempts });
  }
}
