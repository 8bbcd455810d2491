import { isIP, isIPv6 } from 'node:net';
import { createTransport, type SendMailOptions } from 'nodemailer';
import { readAuthorityFile } from '../../config/certificate-files.ts';
import type { Config } from '../../config/config.ts';
import { knownAuthorities } from '../../config/known-authorities.ts';
import { readPassword } from '../../config/secrets.ts';
import { SECOND_MS } from '../kernel/clock.ts';
import type { Attachment } from './letter.ts';
import type { LetterRow } from './letter-rows.ts';
import { MailFault, mailFaultOf } from './mail-fault.ts';

/** The relay of the settings, which has a host and an address to send from. */
export type Relay = Config['mail'] & { readonly host: string; readonly from_address: string };

/** The relay, or null if the settings name none. */
export function relayOf({ mail }: Pick<Config, 'mail'>): Relay | null {
  const { host, from_address } = mail;
  return host === null || from_address === null ? null : { ...mail, host, from_address };
}

/** How long the relay has, in milliseconds. */
export interface MailerLimits {
  /** To answer the connection, and again to greet. */
  readonly connectMs: number;
  /** To say anything at all. Some look into a letter before they take it. */
  readonly idleMs: number;
  /** For all of one letter. */
  readonly wholeMs: number;
}

const defaultLimits: MailerLimits = {
  connectMs: 15 * SECOND_MS,
  idleMs: 45 * SECOND_MS,
  wholeMs: 90 * SECOND_MS,
};

export interface MailerOptions {
  readonly relay: Relay;
  /** The appliance's own name or address: says who calls, and makes the ids of letters its own. */
  readonly hostName: string;
  readonly limits?: MailerLimits;
}

/**
 * Hands letters to the site's relay: encrypted or not at all, one connection each. Password and authority are read
 * anew each time, so that changed ones need no restart.
 */
export class Mailer {
  readonly #relay: Relay;
  readonly #domain: string;
  readonly #limits: MailerLimits;

  constructor({ relay, hostName, limits = defaultLimits }: MailerOptions) {
    this.#relay = relay;
    this.#domain = domainOf(hostName);
    this.#limits = limits;
  }

  /**
   * Sends a letter. Whoever is cut off after the relay took it and before that is known sends it again: with the same
   * Message-ID, by which mailboxes know it.
   *
   * @throws MailFault when the relay did not take it.
   */
  async send(letter: LetterRow, signal?: AbortSignal): Promise<void> {
    const whole = AbortSignal.timeout(this.#limits.wholeMs);
    await this.#with(
      (transport) =>
        transport.sendMail({
          ...this.#messageOf(letter),
          signal: signal ? AbortSignal.any([signal, whole]) : whole,
        }),
      whole,
    );
  }

  /**
   * Connects, encrypts and logs in, and sends nothing.
   *
   * @throws MailFault that says what is in the way.
   */
  async tryOut(): Promise<void> {
    await this.#with((transport) => transport.verify());
  }

  async #with(use: (transport: Transport) => Promise<unknown>, whole?: AbortSignal): Promise<void> {
    const transport = await this.#transport();
    try {
      await use(transport);
    } catch (thrown) {
      const fault = mailFaultOf(thrown);
      throw whole?.aborted ? new MailFault('relay_silent', { cause: fault.cause }) : fault;
    } finally {
      transport.close();
    }
  }

  async #transport(): Promise<Transport> {
    const { host, port, security, user } = this.#relay;
    const { connectMs, idleMs } = this.#limits;
    const password = await this.#password();
    return createTransport({
      host,
      port,
      name: this.#domain,
      secure: security === 'tls',
      requireTLS: true,
      tls: { ca: await this.#authorities(), minVersion: 'TLSv1.2', rejectUnauthorized: true },
      ...(user !== null && { auth: { user, pass: password }, forceAuth: true }),
      connectionTimeout: connectMs,
      greetingTimeout: connectMs,
      dnsTimeout: connectMs,
      socketTimeout: idleMs,
      // Whoever sits at this machine may run the relay on it.
      allowInternalNetworkInterfaces: true,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }

  async #password(): Promise<string> {
    const { password_file: file } = this.#relay;
    if (file === null) return '';
    const read = await readPassword(file);
    if ('fault' in read) throw new MailFault('settings_unreadable', { cause: new Error(read.fault) });
    return read.password;
  }

  async #authorities(): Promise<string[]> {
    const { ca_file: file } = this.#relay;
    if (file === null) return [...knownAuthorities()];
    const { value } = await readAuthorityFile('mail.ca_file', file);
    if (value === null) throw new MailFault('settings_unreadable');
    return [...value];
  }

  #messageOf(letter: LetterRow): SendMailOptions {
    const { from_address: from, from_name: fromName } = this.#relay;
    const attachments = JSON.parse(letter.attachments) as Attachment[];
    const calendar = attachments.find(isCalendar);
    return {
      envelope: { from, to: [letter.recipient] },
      from: { name: headerText(fromName ?? letter.site_name), address: from },
      to: { name: headerText(letter.recipient_name), address: letter.recipient },
      subject: headerText(letter.subject),
      text: letter.text,
      html: letter.html,
      ...(calendar && { icalEvent: eventOf(calendar) }),
      attachments: attachments
        .filter((each) => each !== calendar)
        .map(({ fileName, contentType, content }) => ({ filename: fileName, contentType, content })),
      messageId: `<${letter.id}@${this.#domain}>`,
      date: new Date(letter.created_at),
      headers: {
        'Content-Language': letter.language,
        // No machine answers it (RFC 3834, section 5).
        'Auto-Submitted': 'auto-generated',
        'X-Auto-Response-Suppress': 'All',
        // RFC 8058, section 3.1. What vouches for these two is the signature that the site's relay makes.
        ...(letter.unsubscribe_url !== '' && {
          'List-Unsubscribe': `<${letter.unsubscribe_url}>`,
          'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
        }),
      },
    };
  }
}

type Transport = ReturnType<typeof createTransport>;

/** A text for a header. Somebody may have typed what looks like an encoded word (RFC 2047) and would be decoded. */
function headerText(text: string): string {
  return text.replaceAll('=?', '= ?');
}

function isCalendar({ contentType }: Attachment): boolean {
  return contentType.startsWith('text/calendar');
}

/** An answer that calendars find: among the alternatives for Outlook and Gmail, and as a file for all others. */
function eventOf({ fileName, contentType, content }: Attachment): NonNullable<SendMailOptions['icalEvent']> {
  const method = /;\s*method=([A-Z]+)/i.exec(contentType)?.[1] ?? 'PUBLISH';
  return { method, filename: fileName, content };
}

/** As EHLO and message ids write a host (RFC 5321, section 4.1.3). */
function domainOf(hostName: string): string {
  if (isIP(hostName) === 0) return hostName;
  return isIPv6(hostName) ? `[IPv6:${hostName}]` : `[${hostName}]`;
}
