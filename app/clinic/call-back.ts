import type { FastifyBaseLogger } from 'fastify';
import type { Database, Transaction } from '../database/open.ts';
import type { Clock } from '../kernel/clock.ts';
import type { BackLinks } from './back-link.ts';
import type { Feed } from './feed.ts';
import type { SmsGateway } from './sms-gateway.ts';
import type { Visit } from './visit.ts';
import type { VisitLetters } from './visit-letters.ts';
import { type VisitRow, visitOf } from './visit-rows.ts';
import { changeVisit } from './visit-store.ts';

export interface CallBacksOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: FastifyBaseLogger;
  readonly letters: VisitLetters;
  readonly links: BackLinks;
  /** Null where the owner has none. */
  readonly gateway: SmsGateway | null;
  readonly feed: Feed;
}

/** Messages that are sent at once. */
const BATCH = 20;

/** Calls patients back whose page is closed: by letter, or by a message to their telephone. */
export class CallBacks {
  readonly #options: CallBacksOptions;
  #isSending = false;

  constructor(options: CallBacksOptions) {
    this.#options = options;
  }

  /** How a patient can be called back: on their telephone, if there is a gateway, as letters are read later. */
  wayOf({ said }: Pick<Visit, 'said'>): 'letter' | 'sms' | null {
    if (said.phone !== null && this.#options.gateway !== null) return 'sms';
    return said.email === null ? null : 'letter';
  }

  /** Writes down that a patient is to be called back. Letters go out with the transaction. */
  async ask(transaction: Transaction, visit: Visit): Promise<void> {
    const { clock, letters, links } = this.#options;
    const way = this.wayOf(visit);
    if (way === null) return;
    const now = clock();
    if (way === 'letter' && visit.said.email !== null)
      await letters.callBack(transaction, visit, visit.said.email, links.pathOf(visit.id));
    await changeVisit(transaction, visit.id, {
      call_back: way === 'letter' ? 'letter' : 'asked',
      call_back_at: now,
    });
  }

  /** Sends the messages that are written down; what a former app did not come to as well. */
  async sendDue(): Promise<void> {
    const { database, gateway } = this.#options;
    if (gateway === null || this.#isSending) return;
    this.#isSending = true;
    try {
      const rows: VisitRow[] = await database('visits')
        .whereRaw("call_back = 'asked'")
        .orderBy('call_back_at')
        .limit(BATCH);
      await Promise.all(rows.map((row) => this.#send(visitOf(row), gateway)));
    } finally {
      this.#isSending = false;
    }
  }

  async #send(visit: Visit, gateway: SmsGateway): Promise<void> {
    const { database, letters, links, log, feed } = this.#options;
    const { phone } = visit.said;
    try {
      if (phone !== null) await gateway.send(phone, letters.shortCallBack(visit, links.pathOf(visit.id)));
      await changeVisit(database, visit.id, { call_back: phone === null ? 'failed' : 'sms' });
    } catch (err) {
      log.warn({ err }, 'a text message was not sent');
      await changeVisit(database, visit.id, { call_back: 'failed' });
    }
    feed.publish({ kind: 'visit', visitId: visit.id, areaId: visit.areaId });
  }
}
