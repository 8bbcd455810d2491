import type { Database, Transaction } from '../../database/open.ts';
import type { Clock } from '../../kernel/clock.ts';
import { newId } from '../../kernel/ids.ts';
import type { Language } from '../../kernel/languages.ts';
import { hashToken } from '../../kernel/single-use-token.ts';
import type { ConsentRow } from './consent-rows.ts';
import { versionOf } from './purposes.ts';

/** Whose choice it is. */
export interface Chooser {
  /** What the cookie of a browser holds; kept as a hash. A choice is that browser's alone, whoever is signed in. */
  readonly browserId?: string;
  /** Whose newsletter it is. */
  readonly subscriptionId?: string;
  /** Whose account it is; besides one of the others it says in whose data the choice belongs too. */
  readonly personId?: string | null;
}

/** One answer to one question. */
export interface Answer {
  readonly purpose: string;
  /** What was read, in every language that it could be read in. */
  readonly text: string;
  readonly isGiven: boolean;
}

/** Where and how the question was answered. */
export interface Circumstances {
  readonly language: Language;
  /** The hosts that the answer holds for. */
  readonly hosts: readonly string[];
}

/**
 * The proof of what people agreed to and refused (GDPR, Article 7(1)). Each answer is a row of its own that stays as it
 * is; a yes that is taken back gets the time of that.
 */
export class ConsentLedger {
  readonly #database: Database;
  readonly #clock: Clock;

  constructor({ database, clock }: { readonly database: Database; readonly clock: Clock }) {
    this.#database = database;
    this.#clock = clock;
  }

  /** Notes answers; what the same person or browser said before about the same purposes is over. */
  async note(
    transaction: Transaction,
    chooser: Chooser,
    answers: readonly Answer[],
    { language, hosts }: Circumstances,
  ): Promise<void> {
    const now = this.#clock();
    for (const { purpose, text, isGiven } of answers) {
      await this.withdraw(transaction, chooser, purpose);
      const version = versionOf(text);
      await transaction('consent_texts').insert({ version, text }).onConflict('version').ignore();
      const row: ConsentRow = {
        id: newId(),
        person_id: chooser.personId ?? null,
        browser_hash: chooser.browserId === undefined ? null : hashToken(chooser.browserId),
        subscription_id: chooser.subscriptionId ?? null,
        purpose,
        text_version: version,
        language,
        hosts: JSON.stringify(hosts),
        is_given: isGiven ? 1 : 0,
        decided_at: now,
        withdrawn_at: null,
      };
      await transaction('consents').insert(row);
    }
  }

  /** Takes back what somebody agreed to; how many answers that were. Of all purposes if none is named. */
  async withdraw(transaction: Transaction, chooser: Chooser, purpose: string | null = null): Promise<number> {
    const given = transaction('consents')
      .where(whose(chooser))
      .where({ is_given: 1 })
      .whereNull('withdrawn_at');
    if (purpose !== null) given.where({ purpose });
    return given.update({ withdrawn_at: this.#clock() });
  }

  /** The purposes that the reader of a browser agreed to and did not take back, anywhere. */
  async givenBy(browserId: string): Promise<ReadonlySet<string>> {
    const given: string[] = await this.#database('consents')
      .where({ browser_hash: hashToken(browserId), is_given: 1 })
      .whereNull('withdrawn_at')
      .pluck('purpose');
    return new Set(given);
  }

  /** Every answer of a person, the newest first. */
  async ofPerson(personId: string): Promise<readonly ConsentRow[]> {
    return this.#database('consents').where({ person_id: personId }).orderBy('decided_at', 'desc');
  }
}

function whose({ browserId, subscriptionId, personId }: Chooser): Readonly<Record<string, string>> {
  if (browserId !== undefined) return { browser_hash: hashToken(browserId) };
  if (subscriptionId !== undefined) return { subscription_id: subscriptionId };
  if (personId) return { person_id: personId };
  throw new TypeError('A choice is somebody’s.');
}
