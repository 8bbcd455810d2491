import { join } from 'node:path';
import fastify from 'fastify';
import { type Database, openDatabase } from '../../app/database/open.ts';
import { loggerOptions } from '../../app/edge/log.ts';
import { createTranslate } from '../../app/kernel/i18n.ts';
import en from '../../app/locales/en.json' with { type: 'json' };
import fr from '../../app/locales/fr.json' with { type: 'json' };
import { Delivery } from '../../app/mail/delivery.ts';
import type { Letter } from '../../app/mail/letter.ts';
import type { LetterRow } from '../../app/mail/letter-rows.ts';
import { Mailer, type MailerLimits, type Relay } from '../../app/mail/mailer.ts';
import { Outbox } from '../../app/mail/outbox.ts';
import { Queue } from '../../app/mail/queue.ts';
import type { TestRelay } from './relay.ts';

const HOUR_MS = 3_600_000;

/** Of a relay on this machine. */
export const quick: MailerLimits = { connectMs: 2_000, idleMs: 2_000, wholeMs: 5_000 };

const translates = { en: createTranslate('en', en), fr: createTranslate('fr', fr) };

export interface PostOfficeOptions {
  readonly folder: string;
  /** Null: there is none. */
  readonly relay: Record<string, unknown> | null;
  readonly limits?: MailerLimits;
  /** Instead of the machine's. */
  readonly clock?: () => number;
}

/** The whole post without an app around it: outbox, queue and delivery on one database. */
export class PostOffice {
  readonly database: Database;
  readonly outbox: Outbox;
  readonly queue: Queue;
  readonly delivery: Delivery;
  readonly log: string[];

  private constructor(parts: Pick<PostOffice, 'database' | 'outbox' | 'queue' | 'delivery' | 'log'>) {
    this.database = parts.database;
    this.outbox = parts.outbox;
    this.queue = parts.queue;
    this.delivery = parts.delivery;
    this.log = parts.log;
  }

  static async open({
    folder,
    relay,
    limits = quick,
    clock = Date.now,
  }: PostOfficeOptions): Promise<PostOffice> {
    const database = await openDatabase(join(folder, 'post.sqlite'));
    const log: string[] = [];
    const queue = new Queue({ database, clock, giveUpMs: 24 * HOUR_MS });
    const settings =
      relay && ({ user: null, password_file: null, from_name: null, ...relay } as unknown as Relay);
    const delivery = new Delivery({
      queue,
      clock,
      giveUpMs: 24 * HOUR_MS,
      mailer: settings && new Mailer({ relay: settings, hostName: 'meet.hospital.example', limits }),
      log: fastify({ logger: loggerOptions({ write: (line) => void log.push(line) }) }).log,
    });
    const sender = { controllerName: 'CHU Nord', supportEmail: 'aide@hospital.example' };
    return new PostOffice({
      database,
      queue,
      delivery,
      log,
      outbox: new Outbox({ clock, translates, sender }),
    });
  }

  async post(letter: Letter): Promise<string> {
    return this.database.transaction((transaction) => this.outbox.post(transaction, letter));
  }

  async row(id: string): Promise<LetterRow> {
    const row: LetterRow | undefined = await this.database('letters').where({ id }).first();
    if (row === undefined) throw new Error('there is no such letter');
    return row;
  }

  async close(): Promise<void> {
    await this.delivery.close();
    await this.database.destroy();
  }
}

/** A letter with whatever is said of it. */
export function someLetter(parts: Partial<Letter> = {}): Letter {
  return {
    kind: 'test',
    to: { email: 'zoe@clinic.example', name: 'Zoé Ångström', language: 'en' },
    subject: 'A letter',
    siteName: 'Clinique du Nord',
    blocks: [{ kind: 'paragraph', text: 'Good morning.' }],
    ...parts,
  };
}

/** A post office with a relay and everything that belongs to it. */
export async function withRelay(folder: string, relay: TestRelay): Promise<PostOffice> {
  return PostOffice.open({ folder, relay: await relay.settings(folder) });
}
