import type { Actor, AuditLog } from '../../audit/audit-log.ts';
import { countOf } from '../../database/counting.ts';
import { type ListQuery, pageBy } from '../../database/keyset.ts';
import type { Database } from '../../database/open.ts';
import { type Clock, DAY_MS, MINUTE_MS } from '../../kernel/clock.ts';
import { AppError } from '../../kernel/errors.ts';
import type { Translate } from '../../kernel/i18n.ts';
import { newId } from '../../kernel/ids.ts';
import { type Language, languages } from '../../kernel/languages.ts';
import type { Letter } from '../../mail/letter.ts';
import type { Outbox } from '../../mail/outbox.ts';
import type { ConsentLedger } from '../consent/ledger.ts';
import { versionOf } from '../consent/purposes.ts';
import type { SubscriptionLinks } from './subscription-links.ts';
import type { SubscriptionRow } from './subscription-rows.ts';

export interface SubscriptionsOptions {
  readonly database: Database;
  readonly audit: AuditLog;
  readonly outbox: Outbox;
  readonly translates: Readonly<Record<Language, Translate>>;
  readonly clock: Clock;
  readonly ledger: ConsentLedger;
  readonly links: SubscriptionLinks;
  /** Whose newsletter it is; the sites' hosts, for the ledger. */
  readonly hosts: readonly string[];
}

/** Where somebody asked. */
export interface AskedOn {
  readonly language: Language;
  readonly siteName: string;
  readonly ownUrl: (path: string) => string;
}

/** How long a link to confirm works; who did not follow it by then is forgotten. */
export const CONFIRM_DAYS = 2;

/** An address gets no second letter within this time, however often somebody types it. */
const BETWEEN_LETTERS_MS = 15 * MINUTE_MS;

/** Nobody reads it. */
const NOBODY: Letter['to'] = { email: 'nobody@host.invalid', name: '', language: 'en' };

/** Who gets the newsletter: nobody who did not ask and then confirm, and nobody who said that it is enough. */
export class Subscriptions {
  readonly #options: SubscriptionsOptions;

  constructor(options: SubscriptionsOptions) {
    this.#options = options;
  }

  /**
   * Somebody typed an address. Whether it is known is told to its owner alone: the same is answered, written and sent
   * for every address.
   */
  async ask(email: string, asked: AskedOn): Promise<void> {
    const { database, outbox, translates, clock, links } = this.#options;
    const now = clock();
    const t = translates[asked.language];
    await database.transaction(async (transaction) => {
      const known: SubscriptionRow | undefined = await transaction('subscriptions').where({ email }).first();
      const isActive = known !== undefined && isSubscribed(known);
      const isSoon = known !== undefined && now - known.asked_at < BETWEEN_LETTERS_MS;
      const row: SubscriptionRow = {
        id: known?.id ?? newId(),
        email,
        language: asked.language,
        text_version: versionOf(this.#text()),
        asked_at: isSoon ? known.asked_at : now,
        confirmed_at: isActive ? known.confirmed_at : null,
        ended_at: isActive ? null : (known?.ended_at ?? null),
      };
      await transaction('subscriptions').insert(row).onConflict('id').merge();
      if (isSoon) {
        await outbox.postVoid(transaction, this.#confirmation(t, NOBODY, row, asked));
        return;
      }
      const to = { email, name: email, language: asked.language };
      const letter = isActive
        ? knownLetter(t, to, asked, asked.ownUrl(`/newsletter/end/${links.tokenOf('end', row)}`))
        : this.#confirmation(t, to, row, asked);
      await outbox.post(transaction, letter);
    });
  }

  /** The subscription that a link to confirm is for; null if it was used, is over or never was. */
  async readConfirmable(token: string): Promise<SubscriptionRow | null> {
    const row = await this.#named(token);
    if (row === null || row.confirmed_at !== null || !this.#options.links.proves('confirm', token, row))
      return null;
    return this.#options.clock() - row.asked_at <= CONFIRM_DAYS * DAY_MS ? row : null;
  }

  /** Its owner says yes: from now on they get it. False: the link is over. */
  async confirm(token: string, language: Language): Promise<boolean> {
    const { database, clock, ledger, hosts } = this.#options;
    const row = await this.readConfirmable(token);
    if (row === null) return false;
    return database.transaction(async (transaction) => {
      const count = await transaction('subscriptions')
        .where({ id: row.id, asked_at: row.asked_at })
        .whereNull('confirmed_at')
        .update({ confirmed_at: clock(), ended_at: null });
      if (count !== 1) return false;
      const answer = { purpose: 'newsletter', text: this.#text(), isGiven: true };
      await ledger.note(transaction, { subscriptionId: row.id }, [answer], { language, hosts });
      return true;
    });
  }

  /** The subscription that a link to end it is for; null for a link that never was. */
  async readByEndLink(token: string): Promise<SubscriptionRow | null> {
    const row = await this.#named(token);
    return row !== null && this.#options.links.proves('end', token, row) ? row : null;
  }

  /** Ends a subscription, however often it is asked. False: the link never was one. */
  async endByLink(token: string): Promise<boolean> {
    const row = await this.readByEndLink(token);
    if (row === null) return false;
    await this.#end(row.id, null);
    return true;
  }

  /** @throws AppError `not_found` */
  async read(id: string): Promise<SubscriptionRow> {
    const row: SubscriptionRow | undefined = await this.#options
      .database('subscriptions')
      .where({ id })
      .first();
    if (row === undefined) throw new AppError('not_found');
    return row;
  }

  /** Ends a subscription for somebody who asked for that by other ways. @throws AppError `not_found` */
  async end(id: string, actor: Actor): Promise<void> {
    await this.read(id);
    await this.#end(id, actor);
  }

  /** How many get the newsletter, by language. */
  async count(): Promise<Readonly<Record<Language, number>>> {
    const { database } = this.#options;
    const active = (language: Language) =>
      countOf(
        database('subscriptions').where({ language }).whereNotNull('confirmed_at').whereNull('ended_at'),
      );
    const counts = await Promise.all(languages.map(async (each) => [each, await active(each)] as const));
    return Object.fromEntries(counts) as Record<Language, number>;
  }

  /** A page of those who asked. */
  async list({ page }: ListQuery): Promise<readonly SubscriptionRow[]> {
    return pageBy(
      this.#options.database('subscriptions').select('subscriptions.*'),
      page,
      'subscriptions.id',
    );
  }

  async #end(id: string, actor: Actor | null): Promise<void> {
    const { database, audit, clock, ledger } = this.#options;
    await database.transaction(async (transaction) => {
      const count = await transaction('subscriptions')
        .where({ id })
        .whereNull('ended_at')
        .update({ ended_at: clock() });
      if (count === 0) return;
      await ledger.withdraw(transaction, { subscriptionId: id }, 'newsletter');
      if (actor !== null)
        await audit.record(
          actor,
          { action: 'subscription.ended', object: { kind: 'subscription', id } },
          transaction,
        );
    });
  }

  async #named(token: string): Promise<SubscriptionRow | null> {
    const id = this.#options.links.idOf(token);
    if (id === null) return null;
    return (await this.#options.database('subscriptions').where({ id }).first()) ?? null;
  }

  /** What people agree to, in every language. */
  #text(): string {
    const { translates } = this.#options;
    const words = languages.map((each) => [each, translates[each]('newsletter.consent')]);
    return JSON.stringify({ name: 'newsletter', basis: 'consent', words: Object.fromEntries(words) });
  }

  #confirmation(t: Translate, to: Letter['to'], row: SubscriptionRow, { siteName, ownUrl }: AskedOn): Letter {
    return {
      kind: 'newsletter_confirmation',
      to,
      siteName,
      subject: t('newsletter.letter.subject', { site: siteName }),
      blocks: [
        { kind: 'paragraph', text: t('newsletter.letter.text', { site: siteName, days: CONFIRM_DAYS }) },
        {
          kind: 'action',
          label: t('newsletter.letter.confirm'),
          url: ownUrl(`/newsletter/confirm/${this.#options.links.tokenOf('confirm', row)}`),
        },
        { kind: 'paragraph', text: t('newsletter.letter.notYou') },
      ],
      isSensitive: true,
      expiresAt: row.asked_at + CONFIRM_DAYS * DAY_MS,
    };
  }
}

export function isSubscribed({ confirmed_at: confirmedAt, ended_at: endedAt }: SubscriptionRow): boolean {
  return confirmedAt !== null && endedAt === null;
}

function knownLetter(t: Translate, to: Letter['to'], { siteName }: AskedOn, endUrl: string): Letter {
  return {
    kind: 'newsletter_confirmation',
    to,
    siteName,
    subject: t('newsletter.letter.subject', { site: siteName }),
    blocks: [
      { kind: 'paragraph', text: t('newsletter.letter.known', { site: siteName }) },
      { kind: 'action', label: t('newsletter.end.submit'), url: endUrl },
    ],
    isSensitive: true,
  };
}
