import fp from 'fastify-plugin';
import { type AuditLog, system } from '../../audit/audit-log.ts';
import type { Database } from '../../database/open.ts';
import { type Clock, DAY_MS, HOUR_MS } from '../../kernel/clock.ts';
import type { Translate } from '../../kernel/i18n.ts';
import type { Language } from '../../kernel/languages.ts';
import type { Outbox } from '../../mail/outbox.ts';
import { daysLeft, REMINDED_DAYS, reminderDue } from './deadline.ts';
import { type Letterhead, officerLetter, officers } from './letters.ts';
import type { RequestRow } from './request-rows.ts';
import { dueBefore } from './store.ts';

export interface RemindersOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly outbox: Outbox;
  readonly translates: Readonly<Record<Language, Translate>>;
  readonly letterhead: Letterhead;
}

/**
 * Reminds those who answer requests, 14, 7 and 2 days before the end of each: once each, whatever restarts meanwhile.
 * After a longer rest of the server the last one that is due goes out alone. Answers for how many requests.
 */
export async function remind(options: RemindersOptions): Promise<number> {
  const { database, clock } = options;
  const now = clock();
  let reminded = 0;
  for (const row of await dueBefore(database, now + REMINDED_DAYS[0] * DAY_MS)) {
    const days = reminderDue(row.due_at, now);
    // A transaction takes the lock to write, which is not worth it for what was told.
    if (days === null || (row.reminded_days !== null && row.reminded_days <= days)) continue;
    if (await tell(options, row, days)) reminded += 1;
  }
  return reminded;
}

async function tell(
  { database, clock, audit, outbox, translates, letterhead }: RemindersOptions,
  row: RequestRow,
  days: number,
): Promise<boolean> {
  return database.transaction(async (transaction) => {
    const count = await transaction('requests')
      .where({ id: row.id, state: 'open', due_at: row.due_at })
      .where((each) => each.whereNull('reminded_days').orWhere('reminded_days', '>', days))
      .update({ reminded_days: days });
    if (count !== 1) return false;
    const readers = await officers(transaction);
    const left = Math.max(0, daysLeft(row.due_at, clock()));
    await outbox.postAll(
      transaction,
      readers.map((to) => officerLetter(translates[to.language], to, letterhead, row, left)),
    );
    await audit.record(
      system,
      {
        action: 'request.reminded',
        object: { kind: 'request', id: row.id },
        details: { number: row.number, days, letters: readers.length },
      },
      transaction,
    );
    return true;
  });
}

/** Looks for what is due at the start and every hour. */
export const requestReminders = fp<
  RemindersOptions & {
    /** How often, in milliseconds. An hour by default. */
    readonly everyMs?: number;
  }
>(
  async (app, { everyMs = HOUR_MS, ...options }) => {
    let looking = Promise.resolve();
    const look = () => {
      looking = looking.then(async () => {
        try {
          await remind(options);
        } catch (fault) {
          app.log.error({ err: fault }, 'nobody could be reminded of requests');
        }
      });
    };
    const timer = setInterval(look, everyMs).unref();
    app.addHook('onReady', async () => look());
    // The database closes after the last of it.
    app.addHook('preClose', async () => {
      clearInterval(timer);
      await looking;
    });
  },
  { name: 'request-reminders', dependencies: ['mail'] },
);
