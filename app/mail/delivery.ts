import type { FastifyBaseLogger } from 'fastify';
import { type Clock, SECOND_MS } from '../kernel/clock.ts';
import type { LetterRow } from './letter-rows.ts';
import { type MailFault, mailFaultOf } from './mail-fault.ts';
import type { Mailer } from './mailer.ts';
import type { Queue } from './queue.ts';
import { letterWaitMs, relayWaitMs } from './waits.ts';

export interface DeliveryOptions {
  readonly queue: Queue;
  /** Null: there is no relay, and letters stay. */
  readonly mailer: Pick<Mailer, 'send'> | null;
  readonly clock: Clock;
  readonly log: FastifyBaseLogger;
  /** How long a letter is tried, in milliseconds. */
  readonly giveUpMs: number;
}

/** What became of an attempt. */
export type Outcome =
  | { readonly kind: 'sent' }
  /** The relay did not take it; `isOver` if it is not tried again. */
  | { readonly kind: 'refused'; readonly fault: MailFault; readonly isOver: boolean }
  /** There is no relay. */
  | { readonly kind: 'kept' }
  /** Somebody else sends it, or it is over already. */
  | { readonly kind: 'gone' }
  /** The relay takes its time. */
  | { readonly kind: 'under way' };

/** Why nothing is taken, since when and how often that was seen. */
export interface RelayFault {
  readonly fault: MailFault;
  readonly since: number;
  readonly count: number;
  /** When it is tried again, in milliseconds since 1970. */
  readonly nextAttemptAt: number;
}

/** How often it is looked for what is due, in milliseconds: another process may have put letters in. */
const LOOK_MS = 15 * SECOND_MS;

/** Letters that are sent at once, each over a connection of its own. */
export const MOST_AT_ONCE = 4;

/** How long letters under way have to end when the app stops, in milliseconds. */
const STOP_MS = 3 * SECOND_MS;

/**
 * Sends what is in the outbox. Nothing is lost by a crash at any point; a letter that the relay took just before one is
 * sent again, with the same Message-ID.
 */
export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #sending = new Set<Promise<unknown>>();
  readonly #stopping = new AbortController();
  /** Since the start. */
  readonly counts = { sent: 0, givenUp: 0 };
  #relayFault: RelayFault | null = null;
  #timer: NodeJS.Timeout | undefined;
  #filling: Promise<void> | null = null;
  #isAskedAgain = false;
  #isClosed = false;

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  /** Why the relay takes nothing; null while all is well, or nothing was tried yet. */
  get relayFault(): RelayFault | null {
    return this.#relayFault;
  }

  async start(): Promise<void> {
    const { queue, mailer } = this.#options;
    if (mailer) {
      await queue.takeUpKept();
      await queue.releaseAll();
    }
    this.#timer = setInterval(() => this.wake(), LOOK_MS);
    this.wake();
  }

  /** Looks at once for what is due. */
  wake(): void {
    void this.#fill();
  }

  /** Sends what is due, and waits until nothing is. */
  async pass(): Promise<void> {
    await this.#fill();
    while (this.#sending.size > 0 || this.#filling) {
      await Promise.allSettled([...this.#sending, this.#filling]);
    }
  }

  /**
   * Sends one letter now, whether it is due or not, whatever the relay said before.
   *
   * @param patienceMs how long to wait for the relay; it goes on without us.
   */
  async deliver(id: string, patienceMs: number): Promise<Outcome> {
    const { queue, mailer } = this.#options;
    if (mailer === null) return { kind: 'kept' };
    const letter = await queue.claim(id);
    if (letter === null) return { kind: 'gone' };
    const work = this.#track(this.#deliver(letter, mailer));
    const late = Promise.withResolvers<Outcome>();
    const timer = setTimeout(() => late.resolve({ kind: 'under way' }), patienceMs);
    try {
      return await Promise.race([work, late.promise]);
    } finally {
      clearTimeout(timer);
      work.catch((thrown) => this.#lost(thrown, letter));
    }
  }

  /** Stops. What is being sent may end; what does not end in time is sent by the next app. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    const giveUp = setTimeout(() => this.#stopping.abort(new Error('The app stops.')), STOP_MS);
    this.#isClosed = true;
    await Promise.allSettled([...this.#sending, this.#filling]);
    clearTimeout(giveUp);
  }

  /** Takes letters until none is due or enough are under way; asked again meanwhile, it looks once more. */
  #fill(): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    if (this.#filling) {
      this.#isAskedAgain = true;
      return this.#filling;
    }
    const { log } = this.#options;
    this.#filling = (async () => {
      try {
        do {
          this.#isAskedAgain = false;
          await this.#take();
        } while (this.#isAskedAgain && !this.#isClosed);
      } catch (thrown) {
        log.error({ err: thrown }, 'letters cannot be sent');
      } finally {
        this.#filling = null;
      }
    })();
    return this.#filling;
  }

  async #take(): Promise<void> {
    const { queue, mailer } = this.#options;
    await queue.tidy();
    if (mailer === null) return queue.keepAll();
    while (!this.#isClosed && this.#mayAsk()) {
      const letter = await queue.claim();
      if (letter === null) return;
      this.#track(this.#deliver(letter, mailer)).catch((thrown) => this.#lost(thrown, letter));
    }
  }

  #mayAsk(): boolean {
    const { clock } = this.#options;
    if (this.#relayFault === null) return this.#sending.size < MOST_AT_ONCE;
    // Whoever logs in wrongly again and again is locked out.
    const isLogin = this.#relayFault.fault.code === 'login_refused';
    return this.#sending.size === 0 && !(isLogin && clock() < this.#relayFault.nextAttemptAt);
  }

  /** Keeps in mind what is under way, and looks for more when it has ended. */
  #track<Result>(work: Promise<Result>): Promise<Result> {
    const tracked: Promise<Result> = work.finally(() => {
      this.#sending.delete(tracked);
      this.wake();
    });
    this.#sending.add(tracked);
    return tracked;
  }

  async #deliver(letter: LetterRow, mailer: Pick<Mailer, 'send'>): Promise<Outcome> {
    const { queue, log, clock } = this.#options;
    const about = { letter: letter.id, kind: letter.kind, attempt: letter.attempts };
    try {
      await mailer.send(letter, this.#stopping.signal);
    } catch (thrown) {
      if (this.#stopping.signal.aborted) {
        await queue.putBack(letter, clock());
        return { kind: 'gone' };
      }
      const fault = mailFaultOf(thrown);
      const isOver = await this.#refused(letter, fault);
      const told = { ...about, fault: fault.code, reply: fault.reply, reason: fault.reason };
      log.warn(told, isOver ? 'letter given up' : 'letter not taken');
      return { kind: 'refused', fault, isOver };
    }
    const wasOurs = await queue.sent(letter);
    this.counts.sent += 1;
    log.info(about, wasOurs ? 'letter sent' : 'letter sent, perhaps twice');
    if (this.#relayFault) {
      this.#relayFault = null;
      await queue.releaseAll();
    }
    return { kind: 'sent' };
  }

  /** The database did not take what became of a letter: it is sent again when the claim is over. */
  #lost(thrown: unknown, { id }: LetterRow): void {
    this.#options.log.error({ err: thrown, letter: id }, 'what became of a letter is not known');
  }

  /** @returns whether it is given up. */
  async #refused(letter: LetterRow, fault: MailFault): Promise<boolean> {
    const { queue, clock, giveUpMs } = this.#options;
    const now = clock();
    const endsAt = (letter.first_attempt_at ?? now) + giveUpMs;
    if (fault.concerns === 'for good' || now >= endsAt) {
      await queue.giveUp(letter, fault);
      this.counts.givenUp += 1;
      if (fault.concerns === 'relay') await this.#holdAll(fault);
      return true;
    }
    if (fault.concerns === 'relay') {
      await this.#holdAll(fault);
      // Behind all others: it might be the one that the relay chokes on.
      await queue.putBack(letter, (this.#relayFault?.nextAttemptAt ?? now) + SECOND_MS, fault);
      return false;
    }
    // The last attempt is made when the time is over, and not long before.
    await queue.putBack(letter, Math.min(now + letterWaitMs(letter, now), endsAt), fault);
    return false;
  }

  async #holdAll(fault: MailFault): Promise<void> {
    const { queue, clock } = this.#options;
    const now = clock();
    const before = this.#relayFault;
    // Letters that were under way at the same time, or came meanwhile, say nothing new.
    if (before === null || now >= before.nextAttemptAt) {
      const count = (before?.count ?? 0) + 1;
      const nextAttemptAt = now + relayWaitMs(count);
      this.#relayFault = { fault, since: before?.since ?? now, count, nextAttemptAt };
    }
    this.counts.givenUp += await queue.holdAll(fault, this.#relayFault?.nextAttemptAt ?? now);
  }
}
