import type { Transaction } from '../database/open.ts';
import { type Clock, MINUTE_MS } from '../kernel/clock.ts';
import type { Translate } from '../kernel/i18n.ts';
import { newId } from '../kernel/ids.ts';
import type { Language } from '../kernel/languages.ts';
import { searchWords } from '../kernel/search-words.ts';
import { isMailAddress } from './address.ts';
import type { Letter } from './letter.ts';
import { type LetterRow, noContent } from './letter-rows.ts';
import { address, oneLine, renderLetter, type Sender } from './rendering.ts';

export interface OutboxOptions {
  readonly clock: Clock;
  readonly translates: Readonly<Record<Language, Translate>>;
  readonly sender: Sender;
}

/** How long a letter waits for whoever sends it themselves, in milliseconds. */
const HELD_MS = MINUTE_MS;

/** Letters that go into one statement. */
const BATCH = 200;

/** A display name takes no more in a header that every relay passes on. */
const LONGEST_NAME = 100;

/**
 * Where letters are put. They are written at once, in the transaction of what they tell of, and sent later
 * (delivery.ts): either both are there or none.
 */
export class Outbox {
  readonly #clock: Clock;
  readonly #translates: OutboxOptions['translates'];
  readonly #sender: Sender;
  #onPosted: () => void = () => {};

  constructor({ clock, translates, sender }: OutboxOptions) {
    this.#clock = clock;
    this.#translates = translates;
    this.#sender = sender;
  }

  /** Called whenever a letter is there to be sent, its transaction being through. One listener. */
  set onPosted(listener: () => void) {
    this.#onPosted = listener;
  }

  /**
   * Puts a letter in, to be sent at once.
   *
   * @param isHeld whether whoever puts it in sends it too; if they do not, it is sent within minutes. Default: no.
   * @returns its id.
   * @throws TypeError for an address that is none (`isMailAddress`), or a link that is no page of ours.
   */
  async post(
    transaction: Transaction,
    letter: Letter,
    { isHeld = false }: { readonly isHeld?: boolean } = {},
  ): Promise<string> {
    const row = this.#write(letter);
    const due = isHeld ? { ...row, next_attempt_at: row.created_at + HELD_MS } : row;
    await insert(transaction, [due], wordsOf);
    if (!isHeld) this.#tellAfter(transaction);
    return row.id;
  }

  /** {@link post} for many: thousands at once take seconds instead of minutes. */
  async postAll(transaction: Transaction, letters: readonly Letter[]): Promise<void> {
    for (let start = 0; start < letters.length; start += BATCH) {
      const rows = letters.slice(start, start + BATCH).map((letter) => this.#write(letter));
      await insert(transaction, rows, wordsOf);
    }
    this.#tellAfter(transaction);
  }

  /**
   * Does the work of {@link post} for a letter that nobody gets, so that it takes as long: what is kept has the length
   * of the letter, and neither its recipient nor its content. It goes with the next tidying.
   */
  async postVoid(transaction: Transaction, letter: Letter): Promise<string> {
    const row = this.#write(letter);
    const blank = (text: string) => ' '.repeat(text.length);
    const emptied: LetterRow = {
      ...row,
      organisation_id: null,
      person_id: null,
      state: 'void',
      recipient: blank(row.recipient),
      recipient_name: blank(row.recipient_name),
      subject: blank(row.subject),
      text: blank(row.text),
      html: blank(row.html),
      unsubscribe_url: blank(row.unsubscribe_url),
    };
    await insert(transaction, [emptied], () => wordsOf(row).map((_word, index) => ' '.repeat(index + 1)));
    this.#tellAfter(transaction);
    return row.id;
  }

  /** Takes a letter back that was not sent yet, and empties it. False: it is too late, or there is none. */
  async withdraw(transaction: Transaction, id: string): Promise<boolean> {
    const count = await transaction('letters')
      .where({ id, state: 'waiting' })
      .update({ ...noContent, state: 'withdrawn', done_at: this.#clock() });
    return count === 1;
  }

  #write(letter: Letter): LetterRow {
    const { to, expiresAt = null, isSensitive = false, attachments = [] } = letter;
    if (!isMailAddress(to.email))
      throw new TypeError('A letter needs an address that letters can be sent to.');
    const now = this.#clock();
    return {
      id: newId(),
      kind: letter.kind,
      organisation_id: to.organisationId ?? null,
      person_id: to.personId ?? null,
      sensitive: isSensitive ? 1 : 0,
      state: 'waiting',
      attempts: 0,
      first_attempt_at: null,
      next_attempt_at: now,
      last_fault: null,
      last_reply: null,
      created_at: now,
      expires_at: expiresAt,
      done_at: null,
      language: to.language,
      recipient: to.email,
      recipient_name: oneLine(to.name, LONGEST_NAME),
      site_name: oneLine(letter.siteName, LONGEST_NAME),
      ...renderLetter(letter, this.#translates[to.language], this.#sender),
      attachments: JSON.stringify(attachments),
      unsubscribe_url: letter.unsubscribeUrl === undefined ? '' : address(letter.unsubscribeUrl),
    };
  }

  #tellAfter(transaction: Transaction): void {
    transaction.executionPromise.then(
      () => this.#onPosted(),
      // Rolled back: whoever began it is told.
      () => {},
    );
  }
}

function wordsOf({ recipient, recipient_name: name }: LetterRow): string[] {
  return searchWords(name, recipient);
}

async function insert(
  transaction: Transaction,
  rows: readonly LetterRow[],
  wordsFor: (row: LetterRow) => readonly string[],
): Promise<void> {
  await transaction.batchInsert('letters', rows, BATCH);
  const words = rows.flatMap((row) => wordsFor(row).map((word) => ({ word, letter_id: row.id })));
  await transaction.batchInsert('letters_words', words, BATCH);
}
