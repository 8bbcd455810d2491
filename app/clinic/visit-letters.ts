import type { Transaction } from '../database/open.ts';
import { type Clock, HOUR_MS } from '../kernel/clock.ts';
import type { Translate } from '../kernel/i18n.ts';
import type { Language } from '../kernel/languages.ts';
import type { Outbox } from '../mail/outbox.ts';
import type { Area } from './area.ts';
import type { Visit } from './visit.ts';

/** Links that let somebody in are of use for so long. */
const LINK_MS = 12 * HOUR_MS;

export interface VisitLettersOptions {
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly translates: Readonly<Record<Language, Translate>>;
  /** The whole address of a page on one of the sites. */
  readonly urlOn: (host: string, path: string) => string;
  /** What a site calls itself. */
  readonly siteName: (host: string) => string;
}

/** A colleague who is written to. */
export interface LetterReader {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly language: Language;
}

/**
 * Letters about visits. None says why somebody comes, nor to whom: a letter is read by others, and its subject on locked
 * screens.
 */
export class VisitLetters {
  readonly #options: VisitLettersOptions;

  constructor(options: VisitLettersOptions) {
    this.#options = options;
  }

  /** Asks a patient back whose page is closed. @param path of the link that brings them back. */
  async callBack(transaction: Transaction, visit: Visit, email: string, path: string): Promise<void> {
    const { outbox, clock, translates, urlOn, siteName } = this.#options;
    const t = translates[visit.language];
    const site = siteName(visit.host);
    await outbox.post(transaction, {
      kind: 'call_back',
      to: {
        email,
        name: visit.said.name ?? '',
        language: visit.language,
        organisationId: visit.organisationId,
      },
      siteName: site,
      subject: t('clinic.letters.callBack.subject', { site }),
      isSensitive: true,
      expiresAt: clock() + LINK_MS,
      blocks: [
        { kind: 'paragraph', text: t('clinic.letters.callBack.text') },
        { kind: 'action', label: t('clinic.letters.callBack.open'), url: urlOn(visit.host, path) },
        { kind: 'paragraph', text: t('clinic.letters.callBack.late') },
      ],
    });
  }

  /** What a message to a telephone says. */
  shortCallBack({ language, host }: Visit, path: string): string {
    const { translates, urlOn, siteName } = this.#options;
    const t = translates[language];
    return t('clinic.letters.callBack.short', {
      site: siteName(host),
      url: urlOn(host, path),
    });
  }

  /** Brings somebody the link into a call. */
  async broughtIn(
    transaction: Transaction,
    visit: Visit,
    guest: {
      readonly name: string;
      readonly email: string;
      readonly language: Language;
      readonly path: string;
      readonly by: string;
    },
  ): Promise<void> {
    const { outbox, clock, translates, urlOn, siteName } = this.#options;
    const t = translates[guest.language];
    const site = siteName(visit.host);
    await outbox.post(transaction, {
      kind: 'consultation',
      to: {
        email: guest.email,
        name: guest.name,
        language: guest.language,
        organisationId: visit.organisationId,
      },
      siteName: site,
      subject: t('clinic.letters.broughtIn.subject', { site }),
      isSensitive: true,
      expiresAt: clock() + LINK_MS,
      blocks: [
        { kind: 'paragraph', text: t('clinic.letters.broughtIn.text', { by: guest.by }) },
        {
          kind: 'action',
          label: t('clinic.letters.broughtIn.open'),
          url: urlOn(visit.host, guest.path),
        },
        { kind: 'paragraph', text: t('clinic.letters.broughtIn.personal') },
      ],
    });
  }

  /** Tells colleagues that people wait too long in an area. */
  async waitsTooLong(
    transaction: Transaction,
    area: Pick<Area, 'name' | 'organisationId'>,
    { count, minutes, host }: { readonly count: number; readonly minutes: number; readonly host: string },
    readers: readonly LetterReader[],
  ): Promise<void> {
    const { outbox, translates, urlOn, siteName } = this.#options;
    const site = siteName(host);
    await outbox.postAll(
      transaction,
      readers.map(({ id, email, name, language }) => {
        const t = translates[language];
        return {
          kind: 'waits_too_long' as const,
          to: { email, name, language, personId: id, organisationId: area.organisationId },
          siteName: site,
          subject: t('clinic.letters.late.subject', { area: area.name }),
          blocks: [
            {
              kind: 'paragraph' as const,
              text: t('clinic.letters.late.text', { area: area.name, count, minutes }),
            },
            {
              kind: 'action' as const,
              label: t('clinic.letters.late.open'),
              url: urlOn(host, '/clinic'),
            },
          ],
        };
      }),
    );
  }
}
