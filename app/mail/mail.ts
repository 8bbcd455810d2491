import fp from 'fastify-plugin';
import type { Config } from '../../config/config.ts';
import type { Database, Transaction } from '../database/open.ts';
import { type Clock, DAY_MS, HOUR_MS, SECOND_MS } from '../kernel/clock.ts';
import { Delivery, type Outcome, type RelayFault } from './delivery.ts';
import type { Letter } from './letter.ts';
import { Mailer, type MailerLimits, relayOf } from './mailer.ts';
import { Outbox } from './outbox.ts';
import { Queue } from './queue.ts';

export interface MailOptions {
  readonly config: Pick<Config, 'mail' | 'sites' | 'controller'>;
  readonly database: Database;
  readonly clock: Clock;
  /** How long the relay has to answer. */
  readonly limits?: MailerLimits;
}

declare module 'fastify' {
  interface FastifyInstance {
    readonly mail: Mail;
  }
}

/** How long somebody in front of a page waits for the relay, in milliseconds. */
const PATIENCE_MS = 20 * SECOND_MS;

/** How the post is doing. */
export interface MailState {
  readonly isRelayConfigured: boolean;
  readonly waiting: number;
  /** Within the last seven days. */
  readonly givenUp: number;
  /** When the last one was given up, in milliseconds since 1970; null if none is known of. */
  readonly givenUpAt: number | null;
  /** Why the relay takes nothing; null while it does. */
  readonly relayFault: RelayFault | null;
}

/** Letters, for the features. */
export class Mail {
  readonly outbox: Outbox;
  readonly isRelayConfigured: boolean;
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #delivery: Delivery;

  constructor(options: {
    readonly outbox: Outbox;
    readonly isRelayConfigured: boolean;
    readonly database: Database;
    readonly clock: Clock;
    readonly delivery: Delivery;
  }) {
    this.outbox = options.outbox;
    this.isRelayConfigured = options.isRelayConfigured;
    this.#database = options.database;
    this.#clock = options.clock;
    this.#delivery = options.delivery;
  }

  async state(): Promise<MailState> {
    const since = this.#clock() - 7 * DAY_MS;
    const givenUp = this.#database('letters').whereRaw("state = 'given_up'").where('done_at', '>', since);
    const [row] = await givenUp.count({ count: '*' }).max({ last: 'done_at' });
    return {
      isRelayConfigured: this.isRelayConfigured,
      waiting: await this.waiting(),
      givenUp: Number(row?.count ?? 0),
      givenUpAt: row?.last ?? null,
      relayFault: this.#delivery.relayFault,
    };
  }

  /** How many letters are to be sent. */
  async waiting(): Promise<number> {
    const [row] = await this.#database('letters')
      .whereRaw("state IN ('waiting', 'sending')")
      .count({ count: '*' });
    return Number(row?.count ?? 0);
  }

  /** Since the start of the app. */
  get counts(): Delivery['counts'] {
    return this.#delivery.counts;
  }

  /**
   * Hands a letter to the relay at once and says what became of it. Where there is none it stays in the outbox.
   *
   * @param record what is to be written in the same transaction.
   */
  async sendNow(
    letter: Letter,
    record: (transaction: Transaction, id: string) => Promise<void>,
  ): Promise<Outcome & { readonly id: string }> {
    const id = await this.#database.transaction(async (transaction) => {
      const posted = await this.outbox.post(transaction, letter, { isHeld: true });
      await record(transaction, posted);
      return posted;
    });
    return { id, ...(await this.#delivery.deliver(id, PATIENCE_MS)) };
  }

  /** Tries a letter again now, that waits; what became of it. */
  async tryAgain(id: string): Promise<Outcome> {
    return this.#delivery.deliver(id, PATIENCE_MS);
  }
}

/** The outbox, and what sends it. */
export const mail = fp<MailOptions>(
  async (app, { config, database, clock, limits }) => {
    const { controller } = config;
    const sender = { controllerName: controller.name, supportEmail: controller.support_email };
    const outbox = new Outbox({ clock, translates: app.translates, sender });
    const relay = relayOf(config);
    const giveUpMs = config.mail.give_up_hours * HOUR_MS;
    const hostName = config.sites[0]?.host ?? 'localhost';
    const delivery = new Delivery({
      queue: new Queue({ database, clock, giveUpMs }),
      mailer: relay && new Mailer({ relay, hostName, ...(limits && { limits }) }),
      clock,
      log: app.log,
      giveUpMs,
    });
    outbox.onPosted = () => delivery.wake();
    app.decorate('mail', new Mail({ outbox, isRelayConfigured: relay !== null, database, clock, delivery }));
    app.addHook('onReady', () => delivery.start());
    app.addHook('onClose', () => delivery.close());
  },
  { name: 'mail', dependencies: ['language'] },
);
