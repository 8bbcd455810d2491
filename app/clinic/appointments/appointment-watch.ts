import fp from 'fastify-plugin';
import { type AuditLog, system } from '../../audit/audit-log.ts';
import type { Database } from '../../database/open.ts';
import { type Clock, MINUTE_MS } from '../../kernel/clock.ts';
import type { Feed } from '../feed.ts';
import type { AppointmentLetters } from './appointment-letters.ts';
import type { AppointmentHead } from './appointment-words.ts';
import { findById, fulfilSeen, listMissed, listToRemind, updateAppointment } from './store.ts';

export interface AppointmentWatchOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly letters: AppointmentLetters;
  readonly head: AppointmentHead;
  readonly feed: Feed;
}

/** Appointments that one look takes at a time. */
const BATCH = 500;

/**
 * Reminds patients a day and an hour before, each once by each reminder, whatever restarts meanwhile. Who was told of
 * their time later than that needs no reminder; after a longer rest of the server the last one goes out alone. Answers
 * how many letters that were.
 */
export async function remindPatients({
  database,
  clock,
  letters,
  head,
  feed,
}: AppointmentWatchOptions): Promise<number> {
  const now = clock();
  let sent = 0;
  for (const reminder of ['hour', 'day'] as const) {
    for (const id of await listToRemind(database, reminder, { now, limit: BATCH })) {
      const areaId = await database.transaction(async (transaction) => {
        const before = await findById(transaction, id);
        if (before === null || before.state !== 'booked' || before.reminded === reminder) return null;
        const letterId = await letters.post(transaction, before, head, reminder);
        const after = { ...before, reminded: reminder, letterId };
        return (await updateAppointment(transaction, before, after)) ? before.areaId : null;
      });
      if (areaId === null) continue;
      feed.publish({ kind: 'appointments', areaId });
      sent += 1;
    }
  }
  return sent;
}

/** Says of those whose time is over without their patient that nobody came; answers of how many. */
export async function noteMissed({ database, clock, audit, feed }: AppointmentWatchOptions): Promise<number> {
  const now = clock();
  let missed = 0;
  for (const id of await listMissed(database, now, BATCH)) {
    const areaId = await database.transaction(async (transaction) => {
      const before = await findById(transaction, id);
      if (before === null || before.state !== 'booked' || now < before.endsAt) return null;
      const after = { ...before, state: 'noshow', changedAt: now } as const;
      if (!(await updateAppointment(transaction, before, after))) return null;
      await audit.record(
        system,
        {
          action: 'appointment.missed',
          organisationId: before.organisationId,
          object: { kind: 'appointment', id },
          details: { area: before.areaId },
        },
        transaction,
      );
      return before.areaId;
    });
    if (areaId === null) continue;
    feed.publish({ kind: 'appointments', areaId });
    missed += 1;
  }
  return missed;
}

/** Looks every minute, and at the start, so that what was missed is made up for. */
export const appointmentWatch = fp<
  AppointmentWatchOptions & {
    /** How often, in milliseconds. A minute by default. */
    readonly everyMs?: number;
  }
>(
  async (app, { everyMs = MINUTE_MS, ...options }) => {
    const { database, clock } = options;
    const step = async (what: string, work: () => Promise<unknown>) => {
      try {
        await work();
      } catch (fault) {
        app.log.error({ err: fault }, what);
      }
    };
    let looking = Promise.resolve();
    let isStopping = false;
    const look = () => {
      looking = looking.then(async () => {
        if (isStopping) return;
        await step('patients could not be reminded of appointments', () => remindPatients(options));
        await step('missed appointments could not be noted', () => noteMissed(options));
        await step('appointments that were held could not be noted', async () => {
          const seen = await database.transaction((transaction) => fulfilSeen(transaction, clock()));
          for (const areaId of seen) options.feed.publish({ kind: 'appointments', areaId });
        });
      });
    };
    const timer = setInterval(look, everyMs).unref();
    app.addHook('onReady', async () => look());
    // The database closes after the last of it.
    app.addHook('preClose', async () => {
      isStopping = true;
      clearInterval(timer);
      await looking;
    });
  },
  { name: 'appointment-watch', dependencies: ['mail'] },
);
