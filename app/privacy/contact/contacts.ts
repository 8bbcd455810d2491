import type { Actor, AuditLog } from '../../audit/audit-log.ts';
import type { Database, Transaction } from '../../database/open.ts';
import { type Clock, HOUR_MS } from '../../kernel/clock.ts';
import { AppError } from '../../kernel/errors.ts';
import type { Translate } from '../../kernel/i18n.ts';
import { newId } from '../../kernel/ids.ts';
import type { Language } from '../../kernel/languages.ts';
import { sortName } from '../../kernel/search-words.ts';
import type { Letter } from '../../mail/letter.ts';
import type { Outbox } from '../../mail/outbox.ts';
import { demandNobodyOfAddressHeld } from '../held-address.ts';
import type { ContactFields } from './contact-fields.ts';
import type { ContactRow } from './contact-rows.ts';
import { countSince, insertContact, ownersOf, readContact } from './store.ts';

export interface ContactsOptions {
  readonly database: Database;
  readonly audit: AuditLog;
  readonly outbox: Outbox;
  readonly translates: Readonly<Record<Language, Translate>>;
  readonly clock: Clock;
  /** Whom messages go to, and in which language; null: to the owners. */
  readonly recipient: { readonly email: string; readonly language: Language } | null;
}

/** Where a message was written. */
export interface WrittenOn {
  readonly language: Language;
  readonly siteName: string;
  readonly host: string;
  readonly ownUrl: (path: string) => string;
}

/** Letters about messages within an hour; what comes beyond is in the console alone, so that no mailbox is flooded. */
const MOST_LETTERS_AN_HOUR = 20;

/** What people write by the contact form, and what becomes of it. */
export class Contacts {
  readonly #options: ContactsOptions;

  constructor(options: ContactsOptions) {
    this.#options = options;
  }

  /** Keeps a message, and tells of it by letter. */
  async take(fields: ContactFields, written: WrittenOn): Promise<void> {
    const { database, outbox, clock } = this.#options;
    const now = clock();
    const row: ContactRow = {
      id: newId(),
      ...fields,
      sort_name: sortName(fields.name),
      language: written.language,
      host: written.host,
      created_at: now,
      handled_at: null,
    };
    await database.transaction(async (transaction) => {
      const before = await countSince(transaction, now - HOUR_MS);
      await insertContact(transaction, row);
      if (before >= MOST_LETTERS_AN_HOUR) return;
      await outbox.postAll(transaction, await this.#letters(transaction, row, written));
    });
  }

  /** @throws AppError `not_found` */
  async read(id: string): Promise<ContactRow> {
    const row = await readContact(this.#options.database, id);
    if (row === null) throw new AppError('not_found');
    return row;
  }

  /** Marks a message as handled, or as not. @throws AppError `changed_meanwhile` when it is so already. */
  async setHandled(id: string, isHandled: boolean, actor: Actor): Promise<void> {
    await this.read(id);
    const { database, audit, clock } = this.#options;
    await database.transaction(async (transaction) => {
      const row = transaction('contacts').where({ id });
      const count = await (isHandled
        ? row.whereNull('handled_at').update({ handled_at: clock() })
        : row.whereNotNull('handled_at').update({ handled_at: null }));
      if (count !== 1) throw new AppError('changed_meanwhile');
      const action = isHandled ? 'contact.handled' : 'contact.reopened';
      await audit.record(actor, { action, object: { kind: 'contact', id } }, transaction);
    });
  }

  /** @throws AppError `not_found`, `on_legal_hold` */
  async delete(id: string, actor: Actor): Promise<void> {
    const { email } = await this.read(id);
    const { database, audit, clock } = this.#options;
    await database.transaction(async (transaction) => {
      await demandNobodyOfAddressHeld(transaction, clock(), email);
      const count = await transaction('contacts').where({ id }).delete();
      if (count !== 1) throw new AppError('not_found');
      await audit.record(actor, { action: 'contact.deleted', object: { kind: 'contact', id } }, transaction);
    });
  }

  async #letters(transaction: Transaction, row: ContactRow, written: WrittenOn): Promise<readonly Letter[]> {
    const { recipient, translates } = this.#options;
    const readers: readonly Letter['to'][] =
      recipient === null
        ? (await ownersOf(transaction)).map(({ id, ...owner }) => ({ ...owner, personId: id }))
        : [{ ...recipient, name: written.siteName }];
    return readers.map((to) => letterOf(translates[to.language], to, row, written));
  }
}

/** Nothing of what was written stands in the subject: mailers show it on locked screens. */
function letterOf(t: Translate, to: Letter['to'], row: ContactRow, { siteName, ownUrl }: WrittenOn): Letter {
  const facts: readonly (readonly [string, string])[] = [
    [t('contact.name'), row.name],
    [t('contact.company'), row.company],
    [t('contact.email'), row.email],
    [t('contact.phone'), row.phone],
  ];
  return {
    kind: 'contact_message',
    to,
    siteName,
    subject: t('contact.letter.subject', { site: siteName }),
    blocks: [
      { kind: 'paragraph', text: t('contact.letter.what', { site: siteName }) },
      { kind: 'facts', rows: facts.filter(([, value]) => value !== '') },
      { kind: 'paragraph', text: row.message },
      { kind: 'action', label: t('contact.letter.open'), url: ownUrl(`/console/contacts/${row.id}`) },
    ],
  };
}
