import type { FastifyBaseLogger } from 'fastify';
import { system } from '../audit/audit-log.ts';
import type { Database, Transaction } from '../database/open.ts';
import type { RetentionTerms } from '../inventory/category-store.ts';
import { heldIds } from '../inventory/legal-holds.ts';
import { type Clock, HOUR_MS, MINUTE_MS, SECOND_MS } from '../kernel/clock.ts';
import { dayOf, openingOf } from './area-opening.ts';
import { activeAreas } from './area-store.ts';
import type { CallBacks } from './call-back.ts';
import type { CallRooms } from './call-room.ts';
import type { HangUp } from './door.ts';
import { expireFields, expireLetters, expireVisits } from './expiry.ts';
import type { Feed } from './feed.ts';
import { LateLetters } from './late-letters.ts';
import type { StaffLive } from './staff-live.ts';
import type { Visit, VisitAct } from './visit.ts';
import type { VisitLetters } from './visit-letters.ts';
import { lostSince, moveVisit, openSince, openVisits, type VisitChanges } from './visit-store.ts';

/** Nobody is waited for any longer. */
const STALE_MS = 24 * HOUR_MS;

/** What is erased in one go. */
const BATCH = 200;

export interface TimekeeperOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: FastifyBaseLogger;
  readonly callRooms: CallRooms;
  readonly callBacks: CallBacks;
  readonly letters: VisitLetters;
  readonly staffLive: StaffLive;
  readonly feed: Feed;
  readonly hangUp: HangUp;
  /** Looks who is in the calls; does nothing while nobody can say. */
  readonly lookAtCalls: () => Promise<void>;
  /** Grows whenever anything of anybody was erased, by whatever process. */
  readonly erasures: () => Promise<number>;
  /** How long a place is kept for whose page is closed, in milliseconds. */
  readonly placeMs: number;
}

/** What happens by itself as time goes on. Everything it goes by is in the database: another app goes on with it. */
export class Timekeeper {
  readonly #options: TimekeeperOptions;
  readonly #late: LateLetters;
  /** Which areas let people in when it was looked last. */
  readonly #open = new Map<string, boolean>();
  /** Which day it was there then. */
  readonly #days = new Map<string, string>();
  #isLooking = false;
  #erasedAt: number | null = null;
  #erasures: number | null = null;

  constructor(options: TimekeeperOptions) {
    this.#options = options;
    this.#late = new LateLetters(options);
  }

  /** Looks once at everything whose time may have come. What fails is logged, and looked at the next time. */
  async look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      await this.#try('places were not given up', () => this.#giveUpPlaces());
      await this.#try('areas were not closed', () => this.#closeAreas());
      await this.#try('calls were not looked at', this.#options.lookAtCalls);
      await this.#try('letters about long waits were not written', () => this.#late.look());
      await this.#try('messages were not sent', () => this.#options.callBacks.sendDue());
      await this.#try('sessions were not checked', () => this.#options.staffLive.checkSessions());
      await this.#try('what patients said was not erased', () => this.#erase());
      await this.#try('open pages show what was erased', () => this.#tellErased());
    } finally {
      this.#isLooking = false;
    }
  }

  async #try(what: string, look: () => Promise<void>): Promise<void> {
    try {
      await look();
    } catch (err) {
      this.#options.log.error({ err }, what);
    }
  }

  async #giveUpPlaces(): Promise<void> {
    const { database, clock, placeMs } = this.#options;
    const now = clock();
    for (const visit of await lostSince(database, now - placeMs))
      await this.#move(visit, 'leave', { outcome: 'lost', meant_for: null });
    for (const visit of await openSince(database, now - STALE_MS)) {
      const outcome = visit.calledAt === null ? (visit.outcome ?? 'stale') : 'seen';
      await this.#end(visit, { outcome });
    }
  }

  /** Tells of doors that opened and closed and of days that began, and sends home whom a closed area does not see any more. */
  async #closeAreas(): Promise<void> {
    const { database, clock, feed } = this.#options;
    const now = clock();
    for (const area of await activeAreas(database)) {
      const { isOpen } = openingOf(area, now);
      if (!isOpen && area.afterClosing === 'dismiss') {
        const waiting = (await openVisits(database, [area.id])).filter(({ state }) => state === 'waiting');
        for (const visit of waiting) {
          // Who has an appointment was given a time outside of the hours.
          if (visit.appointmentId === null) await this.#end(visit, { outcome: 'closed' });
        }
      }
      const wasOpen = this.#open.get(area.id);
      this.#open.set(area.id, isOpen);
      const day = dayOf(area, now);
      if ((this.#days.get(area.id) ?? day) !== day) feed.publish({ kind: 'appointments', areaId: area.id });
      this.#days.set(area.id, day);
      if (wasOpen !== undefined && wasOpen !== isOpen) feed.publish({ kind: 'area', areaId: area.id });
    }
  }

  async #erase(): Promise<void> {
    const { database, clock } = this.#options;
    const now = clock();
    // Times are full hours, and a transaction keeps others from writing.
    if (this.#erasedAt !== null && Math.abs(now - this.#erasedAt) < MINUTE_MS) return;
    this.#erasedAt = now;
    const count = await database.transaction(async (transaction) => {
      const terms = { now, heldIds: await heldIds(transaction, now) } satisfies Partial<RetentionTerms>;
      const fields = await expireFields(transaction, terms, BATCH);
      const visits = await expireVisits(transaction, terms, BATCH);
      await expireLetters(transaction, terms, BATCH);
      return fields + visits;
    });
    if (count > 0) this.#options.feed.publish({ kind: 'erased' });
  }

  /** Requests and the nightly retention erase what pages may show. */
  async #tellErased(): Promise<void> {
    const erasures = await this.#options.erasures();
    if (this.#erasures !== null && this.#erasures !== erasures)
      this.#options.feed.publish({ kind: 'erased' });
    this.#erasures = erasures;
  }

  #end(visit: Visit, changes: VisitChanges): Promise<void> {
    const ended = { ended_at: this.#options.clock(), meant_for: null, note: null, note_by: null };
    return this.#move(visit, 'end', { ...ended, ...changes });
  }

  async #move(visit: Visit, act: VisitAct, changes: VisitChanges): Promise<void> {
    const { database, clock, callRooms, feed, hangUp } = this.#options;
    const done = await database.transaction(async (transaction: Transaction) => {
      const moved = await moveVisit(transaction, visit, act, changes, clock());
      return { moved, slug: moved ? await callRooms.close(transaction, visit.roomId) : null };
    });
    if (done.slug !== null) await hangUp(done.slug, system);
    if (done.moved) feed.publish({ kind: 'visit', visitId: visit.id, areaId: visit.areaId });
  }
}

/** How often it looks, in milliseconds. */
export const LOOK_MS = 5 * SECOND_MS;
