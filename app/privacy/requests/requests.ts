import type { Actor, AuditLog } from '../../audit/audit-log.ts';
import type { Database, Transaction } from '../../database/open.ts';
import type { Subject } from '../../inventory/category-store.ts';
import { type Clock, DAY_MS } from '../../kernel/clock.ts';
import { AppError } from '../../kernel/errors.ts';
import type { Translate } from '../../kernel/i18n.ts';
import { newId } from '../../kernel/ids.ts';
import type { Language } from '../../kernel/languages.ts';
import type { Letter } from '../../mail/letter.ts';
import type { Outbox } from '../../mail/outbox.ts';
import type { Erasure } from '../erasure/erasure.ts';
import { type CategoryErasure, resolveSubject } from '../erasure/subject-erasure.ts';
import { nobody, proofOf, type RequestOutcome } from './closing.ts';
import { dueAt } from './deadline.ts';
import * as letters from './letters.ts';
import type { RequestChannel, RequestKind, RequestRow } from './request-rows.ts';
import * as store from './store.ts';

export interface RequestsOptions {
  readonly database: Database;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly outbox: Outbox;
  readonly translates: Readonly<Record<Language, Translate>>;
  readonly erasure: Pick<Erasure, 'preview' | 'eraseSubject'>;
  /** Of those letters that nobody's browser asked for. */
  readonly letterhead: letters.Letterhead;
  /** Seals proofs. */
  readonly key: string;
  /** Whether an erasure needs the approval of a second person. */
  readonly needsTwoPeople: boolean;
}

export interface RequestFields {
  readonly kind: RequestKind;
  readonly channel: RequestChannel;
  readonly personId: string | null;
  /** As `readAddress` answers it; null for somebody who gave none. */
  readonly email: string | null;
  readonly name: string | null;
  readonly message: string | null;
  readonly language: Language;
  readonly receivedAt: number;
  /** Whether a session or a code proved who it is. */
  readonly isProved: boolean;
}

/** Requests that one address may have open at once. */
const MOST_OPEN = 6;

/** How long the letter that tells of an erasure is tried. */
const LAST_LETTER_MS = 3 * DAY_MS;

/** Exercises of a right, from receipt to closing. What is closed names nobody any more. */
export class Requests {
  readonly #options: RequestsOptions;

  constructor(options: RequestsOptions) {
    this.#options = options;
  }

  get needsTwoPeople(): boolean {
    return this.#options.needsTwoPeople;
  }

  /** @throws AppError `not_found`. */
  async find(id: string): Promise<RequestRow> {
    return store.demand(this.#options.database, id);
  }

  /** Open ones of somebody with an account. */
  openOf(person: { readonly id: string; readonly email: string }): Promise<readonly RequestRow[]> {
    return store.openOf(this.#options.database, person);
  }

  /**
   * Takes a request in: its maker is told, if they have an address, and so are those who answer it.
   *
   * @throws AppError `too_many_requests_open`.
   */
  async make(
    actor: Actor,
    fields: RequestFields,
    {
      letterhead = this.#options.letterhead,
      transaction,
    }: { letterhead?: letters.Letterhead; transaction?: Transaction } = {},
  ): Promise<RequestRow> {
    if (transaction) return this.#make(transaction, actor, fields, letterhead);
    return this.#options.database.transaction((own) => this.#make(own, actor, fields, letterhead));
  }

  async #make(
    transaction: Transaction,
    actor: Actor,
    fields: RequestFields,
    letterhead: letters.Letterhead,
  ): Promise<RequestRow> {
    const { clock, audit, outbox } = this.#options;
    const { email } = fields;
    if (email !== null && (await store.countOpen(transaction, email)) >= MOST_OPEN) {
      throw new AppError('too_many_requests_open');
    }
    const now = clock();
    const row: RequestRow = {
      id: newId(),
      number: await store.nextNumber(transaction),
      kind: fields.kind,
      channel: fields.channel,
      person_id: fields.personId,
      email,
      name: fields.name,
      message: fields.message,
      language: fields.language,
      received_at: fields.receivedAt,
      due_at: dueAt(fields.receivedAt, 1),
      extended_at: null,
      extension_reason: null,
      identity_checked_at: fields.isProved ? now : null,
      identity_checked_by: null,
      erasure_asked_by: null,
      visits_erased: 0,
      state: 'open',
      reminded_days: null,
      closed_at: null,
      proof: null,
    };
    await transaction('requests').insert(row);
    await this.#write(transaction, row, (t, to) => letters.receivedLetter(t, to, letterhead, row));
    for (const officer of await letters.officers(transaction)) {
      if (officer.personId === actor.id) continue;
      const t = this.#options.translates[officer.language];
      await outbox.post(transaction, letters.officerLetter(t, officer, this.#options.letterhead, row, null));
    }
    const details = { number: row.number, kind: row.kind, channel: row.channel };
    await audit.record(actor, { action: 'request.made', object: objectOf(row), details }, transaction);
    return row;
  }

  /**
   * Notes that proof of identity was seen.
   *
   * @param email by which the data is found, where the request brought none.
   * @throws AppError `changed_meanwhile`.
   */
  async checkIdentity(actor: Actor, id: string, email: string | null): Promise<void> {
    const { clock } = this.#options;
    await this.#change(id, async (transaction, row) => {
      if (row.identity_checked_at !== null) throw new AppError('changed_meanwhile');
      await store.updateOpen(transaction, id, {
        identity_checked_at: clock(),
        identity_checked_by: actor.id,
        email: row.email ?? email,
      });
      return { actor, action: 'request.identity_checked' };
    });
  }

  /**
   * Puts the end off by two months, and tells why.
   *
   * @throws AppError `changed_meanwhile` for one that was extended; `too_late_to_extend` after the first month.
   */
  async extend(actor: Actor, id: string, reason: string): Promise<void> {
    const { clock, letterhead } = this.#options;
    await this.#change(id, async (transaction, row) => {
      const now = clock();
      if (row.extended_at !== null) throw new AppError('changed_meanwhile');
      if (now > row.due_at) throw new AppError('too_late_to_extend');
      const extension = {
        due_at: dueAt(row.received_at, 3),
        extended_at: now,
        extension_reason: reason,
        reminded_days: null,
      };
      await store.updateOpen(transaction, id, extension);
      await this.#write(transaction, row, (t, to) =>
        letters.extendedLetter(t, to, letterhead, { ...row, ...extension }, reason),
      );
      return { actor, action: 'request.extended' };
    });
  }

  /**
   * Closes a request as answered.
   *
   * @param text for the letter; may be empty where the data itself is the answer.
   * @throws AppError `identity_not_checked`; `changed_meanwhile`.
   */
  async answer(actor: Actor, id: string, text: string): Promise<void> {
    await this.#change(id, async (transaction, row) => {
      demandIdentity(row);
      const subject = await this.#subjectOf(transaction, row);
      // It is answered by erasing; one whose person was erased meanwhile has nobody left.
      if (row.kind === 'erasure' && subject !== null) throw new AppError('changed_meanwhile');
      const hasAccount = subject?.kind === 'person';
      await this.#close(transaction, row, 'answered');
      await this.#write(transaction, row, (t, to) =>
        letters.answerLetter(t, to, this.#options.letterhead, row, { text, hasAccount }),
      );
      return { actor, action: 'request.answered' };
    });
  }

  /** Closes a request as refused, and tells why. @throws AppError `changed_meanwhile`. */
  async refuse(actor: Actor, id: string, reason: string): Promise<void> {
    await this.#change(id, async (transaction, row) => {
      await this.#close(transaction, row, 'refused');
      await this.#write(transaction, row, (t, to) =>
        letters.refusalLetter(t, to, this.#options.letterhead, row, reason),
      );
      return { actor, action: 'request.refused' };
    });
  }

  /** Whom a request is about; null where it brought no address. */
  async subjectOf(row: RequestRow): Promise<Subject | null> {
    return this.#subjectOf(this.#options.database, row);
  }

  /** What an erasure would come to. @throws AppError `identity_not_checked`. */
  async previewErasure(row: RequestRow): Promise<readonly CategoryErasure[]> {
    const subject = await this.#demandErasable(row);
    return this.#options.erasure.preview(subject);
  }

  /** The first of two: asks for an erasure that somebody else approves. @throws AppError `changed_meanwhile`. */
  async askForErasure(actor: Actor, id: string): Promise<void> {
    await this.#change(id, async (transaction, row) => {
      demandIdentity(row);
      if (row.kind !== 'erasure' || row.erasure_asked_by !== null) throw new AppError('changed_meanwhile');
      await store.updateOpen(transaction, id, { erasure_asked_by: actor.id });
      return { actor, action: 'request.erasure_asked' };
    });
  }

  /**
   * Erases everything about whoever asked, closes the request and tells them, all in one transaction.
   *
   * @throws AppError `second_person_needed` for who asked for it, where two people are needed; `identity_not_checked`;
   * `own_account`; `changed_meanwhile`; what `Erasure.eraseSubject` throws.
   */
  async erase(actor: Actor, id: string): Promise<void> {
    const { clock, audit, erasure, key, letterhead, translates, outbox, needsTwoPeople } = this.#options;
    const row = await this.find(id);
    const subject = await this.#demandErasable(row);
    if (subject.kind === 'person' && subject.id === actor.id) throw new AppError('own_account');
    const now = clock();
    await erasure.eraseSubject(
      subject,
      actor,
      async (transaction) => {
        const current = await store.demand(transaction, id);
        const isApproved = current.erasure_asked_by !== null && current.erasure_asked_by !== actor.id;
        if (needsTwoPeople && !isApproved) throw new AppError('second_person_needed');
        await store.updateOpen(transaction, id, { ...nobody, state: 'answered', closed_at: now });
      },
      async (transaction, erased) => {
        const proof = proofOf(key, row, { at: now, outcome: 'erased', erased });
        await transaction('requests')
          .where({ id })
          .update({ proof: JSON.stringify(proof) });
        const to = letters.requester(row);
        if (to !== null) {
          const t = translates[row.language];
          const kept = erased.counts
            .filter((each) => each.kept > 0)
            .map(({ category }) => t(`data.${category}.title`));
          const about = { kept, expiresAt: now + LAST_LETTER_MS };
          await outbox.post(transaction, letters.erasedLetter(t, to, letterhead, row, about));
        }
        const details = { number: row.number, certificate: erased.certificate };
        await audit.record(actor, { action: 'request.erased', object: objectOf(row), details }, transaction);
      },
    );
  }

  /**
   * Whether visits may be erased for a request by this person now.
   *
   * @throws AppError `changed_meanwhile`; `identity_not_checked`; `second_person_needed`, where two people are needed.
   */
  demandVisitsErasable(actor: Actor, row: RequestRow): void {
    if (row.state !== 'open' || row.kind !== 'erasure') throw new AppError('changed_meanwhile');
    demandIdentity(row);
    const isApproved = row.erasure_asked_by !== null && row.erasure_asked_by !== actor.id;
    if (this.needsTwoPeople && !isApproved) throw new AppError('second_person_needed');
  }

  /** Notes that visits were erased for a request. */
  async noteErasedVisits(actor: Actor, row: RequestRow, count: number): Promise<void> {
    const { database, audit } = this.#options;
    await database.transaction(async (transaction) => {
      // Also one that was closed meanwhile: they are gone.
      await transaction('requests').where({ id: row.id }).increment('visits_erased', count);
      const details = { number: row.number, visits: count };
      await audit.record(
        actor,
        { action: 'request.visits_erased', object: objectOf(row), details },
        transaction,
      );
    });
  }

  async #demandErasable(row: RequestRow): Promise<Subject> {
    if (row.state !== 'open' || row.kind !== 'erasure') throw new AppError('changed_meanwhile');
    demandIdentity(row);
    const subject = await this.subjectOf(row);
    if (subject === null) throw new AppError('identity_not_checked');
    return subject;
  }

  async #subjectOf(database: Database | Transaction, row: RequestRow): Promise<Subject | null> {
    if (row.person_id !== null) {
      return resolveSubject(database, { kind: 'person', id: row.person_id, email: row.email ?? '' });
    }
    return row.email === null ? null : resolveSubject(database, { kind: 'address', email: row.email });
  }

  async #close(transaction: Transaction, row: RequestRow, outcome: RequestOutcome): Promise<void> {
    const { clock, key } = this.#options;
    const at = clock();
    await store.updateOpen(transaction, row.id, {
      ...nobody,
      state: outcome === 'refused' ? 'refused' : 'answered',
      closed_at: at,
      proof: JSON.stringify(proofOf(key, row, { at, outcome })),
    });
  }

  async #change(
    id: string,
    act: (transaction: Transaction, row: RequestRow) => Promise<{ actor: Actor; action: RequestAction }>,
  ): Promise<void> {
    const { database, audit } = this.#options;
    await database.transaction(async (transaction) => {
      const row = await store.demand(transaction, id);
      if (row.state !== 'open') throw new AppError('changed_meanwhile');
      const { actor, action } = await act(transaction, row);
      const details = { number: row.number, kind: row.kind };
      await audit.record(actor, { action, object: objectOf(row), details }, transaction);
    });
  }

  async #write(
    transaction: Transaction,
    row: RequestRow,
    letter: (t: Translate, to: Letter['to']) => Letter,
  ): Promise<void> {
    const to = letters.requester(row);
    if (to === null) return;
    await this.#options.outbox.post(transaction, letter(this.#options.translates[row.language], to));
  }
}

type RequestAction =
  | 'request.identity_checked'
  | 'request.extended'
  | 'request.answered'
  | 'request.refused'
  | 'request.erasure_asked';

const objectOf = ({ id }: RequestRow) => ({ kind: 'request', id });

function demandIdentity({ identity_checked_at }: RequestRow): void {
  if (identity_checked_at === null) throw new AppError('identity_not_checked');
}
