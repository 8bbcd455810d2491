import type { FastifyBaseLogger } from 'fastify';
import type { Actor, AuditLog } from '../../audit/audit-log.ts';
import type { Database } from '../../database/open.ts';
import type { Clock } from '../../kernel/clock.ts';
import { AppError } from '../../kernel/errors.ts';
import type { Translate } from '../../kernel/i18n.ts';
import type { Language } from '../../kernel/languages.ts';
import type { Block, Letter } from '../../mail/letter.ts';
import type { Outbox } from '../../mail/outbox.ts';
import type { SubscriptionLinks } from './subscription-links.ts';
import type { NewsletterRow, SubscriptionRow } from './subscription-rows.ts';

/** What a newsletter says in one language; both empty if it says nothing in it. */
export interface NewsletterText {
  readonly subject: string;
  readonly text: string;
}
export type NewsletterTexts = Readonly<Record<Language, NewsletterText>>;

export interface NewslettersOptions {
  readonly database: Database;
  readonly audit: AuditLog;
  readonly outbox: Outbox;
  readonly translates: Readonly<Record<Language, Translate>>;
  readonly clock: Clock;
  readonly links: SubscriptionLinks;
  readonly log: FastifyBaseLogger;
  /** Name of the site with this host, and the whole address of a page there. */
  readonly siteName: (host: string) => string;
  readonly urlOn: (host: string, path: string) => string;
}

/** Letters in one transaction. */
const BATCH = 200;

/**
 * Newsletters: written by the organisation, sent through its own relay to those who confirmed, never tracked. They go
 * into the outbox batch by batch, each with the place where it stopped, so that one that is cut off goes on after the
 * next start and nobody gets it twice.
 */
export class Newsletters {
  readonly #options: NewslettersOptions;
  #running: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(options: NewslettersOptions) {
    this.#options = options;
  }

  /**
   * @param id made with the form, so that a form that is sent twice is one newsletter.
   * @throws AppError `changed_meanwhile` when it was sent already.
   */
  async send(
    id: string,
    texts: NewsletterTexts,
    { host, actor }: { readonly host: string; readonly actor: Actor },
  ): Promise<void> {
    const { database, audit, clock } = this.#options;
    const row: NewsletterRow = {
      id,
      made_by: actor.id,
      made_at: clock(),
      host,
      subject_en: texts.en.subject,
      text_en: texts.en.text,
      subject_fr: texts.fr.subject,
      text_fr: texts.fr.text,
      sent_to: '',
      letters: 0,
      done_at: null,
    };
    await database.transaction(async (transaction) => {
      const known: unknown = await transaction('newsletters').where({ id }).first('id');
      if (known !== undefined) throw new AppError('changed_meanwhile');
      await transaction('newsletters').insert(row);
      await audit.record(
        actor,
        { action: 'newsletter.sent', object: { kind: 'newsletter', id } },
        transaction,
      );
    });
    this.goOn();
  }

  /** Puts what is not done yet into the outbox; called at the start too. */
  goOn(): void {
    this.#running = this.#running
      .then(() => this.#sendOpen())
      .catch((fault: unknown) => {
        this.#options.log.error({ err: fault }, 'a newsletter could not be sent');
      });
  }

  /** Ends after the batch under way; the rest waits for the next start. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#running;
  }

  /** The latest, newest first. */
  async latest(limit: number): Promise<readonly NewsletterRow[]> {
    return this.#options
      .database('newsletters')
      .orderBy('made_at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit);
  }

  async #sendOpen(): Promise<void> {
    const { database } = this.#options;
    const open: string[] = await database('newsletters').whereRaw('done_at IS NULL').pluck('id');
    for (const id of open) while (!this.#isClosed && (await this.#sendBatch(id)));
  }

  /** Whether there may be more. */
  async #sendBatch(id: string): Promise<boolean> {
    const { database, outbox, clock } = this.#options;
    return database.transaction(async (transaction) => {
      const newsletter: NewsletterRow = await transaction('newsletters').where({ id }).first();
      const readers: SubscriptionRow[] = await transaction('subscriptions')
        .where('id', '>', newsletter.sent_to)
        // Whoever subscribed after it was written did not ask for this one.
        .where('confirmed_at', '<=', newsletter.made_at)
        .whereNull('ended_at')
        .orderBy('id')
        .limit(BATCH);
      await outbox.postAll(
        transaction,
        readers.map((reader) => this.#letter(newsletter, reader)),
      );
      const last = readers.at(-1);
      await transaction('newsletters')
        .where({ id })
        .update({
          letters: newsletter.letters + readers.length,
          ...(last === undefined ? { done_at: clock() } : { sent_to: last.id }),
        });
      return last !== undefined;
    });
  }

  #letter(newsletter: NewsletterRow, { id, asked_at, email, language }: SubscriptionRow): Letter {
    const { translates, links, siteName, urlOn } = this.#options;
    const t = translates[language];
    const { subject, text } = textIn(newsletter, language);
    const url = urlOn(newsletter.host, `/newsletter/end/${links.tokenOf('end', { id, asked_at })}`);
    return {
      kind: 'newsletter',
      to: { email, name: email, language },
      siteName: siteName(newsletter.host),
      subject,
      blocks: [...paragraphs(text), { kind: 'action', label: t('newsletter.end.submit'), url }],
      unsubscribeUrl: url,
    };
  }
}

/** The text in a language, or in the other where there is none. */
export function textIn(row: NewsletterRow, language: Language): NewsletterText {
  const texts: NewsletterTexts = {
    en: { subject: row.subject_en, text: row.text_en },
    fr: { subject: row.subject_fr, text: row.text_fr },
  };
  const other = language === 'en' ? 'fr' : 'en';
  return texts[language].text === '' ? texts[other] : texts[language];
}

/** Blank lines part paragraphs. */
export function paragraphs(text: string): readonly Block[] {
  return text
    .split(/\n{2,}/)
    .filter((part) => part.trim() !== '')
    .map((part) => ({ kind: 'paragraph', text: part.trim() }));
}
