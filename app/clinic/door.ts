import { type Actor, system } from '../audit/audit-log.ts';
import type { Database, Transaction } from '../database/open.ts';
import { type Clock, HOUR_MS } from '../kernel/clock.ts';
import { AppError } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import type { Language } from '../kernel/languages.ts';
import { hashToken } from '../kernel/single-use-token.ts';
import type { ConsentLedger } from '../privacy/consent/ledger.ts';
import { versionOf } from '../privacy/consent/purposes.ts';
import { type Area, visitFields } from './area.ts';
import { dayOf, endOfDay, openingOf } from './area-opening.ts';
import { areaAt, nextNumber, readArea } from './area-store.ts';
import type { CallRooms } from './call-room.ts';
import type { Feed } from './feed.ts';
import type { Said, Visit } from './visit.ts';
import type { VisitRow } from './visit-rows.ts';
import {
  countOpen,
  findVisit,
  findVisitByToken,
  insertVisit,
  moveVisit,
  notePresence,
  type VisitChanges,
} from './visit-store.ts';

/** Ends the call in a room that is gone, for everybody who is in it. */
export type HangUp = (slug: string, actor: Actor) => Promise<void>;

/** Most patients on their way in one area. */
const MOST_IN_AREA = 500;

/** What the ledger of consents calls the text at the door. */
const PLEASE_READ = 'clinic_please_read';

/** Nobody comes back after so long: they arrive anew. */
const COME_BACK_MS = 12 * HOUR_MS;

export interface DoorOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly ledger: ConsentLedger;
  readonly callRooms: CallRooms;
  readonly feed: Feed;
  readonly hangUp: HangUp;
}

/** Somebody at a door. */
export interface Arrival {
  readonly areaId: string;
  readonly language: Language;
  /** Of the site that they came by. */
  readonly host: string;
  readonly said: Said;
  /** What their browser holds: 32 random bytes. A second form of the same browser is the same patient. */
  readonly token: string;
  /** Whom they come to, if they were given a time; they are let in outside of the hours too. */
  readonly appointment?: {
    readonly id: string;
    readonly startsAt: number;
    readonly withPersonId: string | null;
  };
}

/** The patients' side: coming, waiting, leaving, coming back. */
export class Door {
  readonly #options: DoorOptions;

  constructor(options: DoorOptions) {
    this.#options = options;
  }

  /** The area behind a door. @throws AppError `not_found` */
  async area(slug: string): Promise<Area> {
    const area = await areaAt(this.#options.database, slug);
    if (area === null) throw new AppError('not_found');
    return area;
  }

  /** @throws AppError `not_found` */
  async areaById(id: string): Promise<Area> {
    const area = await readArea(this.#options.database, id);
    if (area === null) throw new AppError('not_found');
    return area;
  }

  visitById(id: string): Promise<Visit | null> {
    return findVisit(this.#options.database, id);
  }

  /** The visit of a browser; null for none. */
  async visitOf(token: string | undefined): Promise<Visit | null> {
    return token === undefined ? null : findVisitByToken(this.#options.database, hashToken(token));
  }

  /**
   * Lets somebody wait. What they had to read before is noted as read.
   *
   * @throws AppError `not_found`, `area_closed`, `area_full`
   */
  async arrive(arrival: Arrival): Promise<Visit> {
    const { database, feed } = this.#options;
    const tokenHash = hashToken(arrival.token);
    const visit = await database.transaction(async (transaction) => {
      const known = await findVisitByToken(transaction, tokenHash);
      if (known !== null) return known;
      const row = await this.#rowOf(transaction, arrival, tokenHash);
      await insertVisit(transaction, row);
      const inserted = await findVisit(transaction, row.id);
      if (inserted === null) throw new AppError('internal');
      return inserted;
    });
    feed.publish({ kind: 'visit', visitId: visit.id, areaId: visit.areaId });
    return visit;
  }

  async #rowOf(transaction: Transaction, arrival: Arrival, tokenHash: string): Promise<VisitRow> {
    const { clock, ledger } = this.#options;
    const { language, host, said, appointment = null } = arrival;
    const area = await readArea(transaction, arrival.areaId);
    if (area === null) throw new AppError('not_found');
    const now = clock();
    const isOpen = area.suspendedAt === null && (appointment !== null || openingOf(area, now).isOpen);
    if (!isOpen) throw new AppError('area_closed');
    if ((await countOpen(transaction, area.id)) >= MOST_IN_AREA) throw new AppError('area_full');
    const readText = pleaseReadOf(area);
    if (readText !== null) {
      const answer = { purpose: PLEASE_READ, text: readText, isGiven: true };
      await ledger.note(transaction, { browserId: arrival.token }, [answer], { language, hosts: [host] });
    }
    const ends = visitFields.map((field) => endOfDay(area, now, area.fields[field].keepDays));
    const kept = visitFields.flatMap((field, index) => (said[field] === null ? [] : [ends[index] ?? 0]));
    return {
      ...said,
      ...(Object.fromEntries(visitFields.map((field, index) => [`${field}_until`, ends[index]])) as Pick<
        VisitRow,
        | 'name_until'
        | 'birth_date_until'
        | 'case_number_until'
        | 'reason_until'
        | 'email_until'
        | 'phone_until'
      >),
      until: Math.max(endOfDay(area, now), ...kept),
      id: newId(),
      area_id: area.id,
      organisation_id: area.organisationId,
      token_hash: tokenHash,
      state: 'waiting',
      outcome: null,
      version: 1,
      language,
      host,
      number: await nextNumber(transaction, area.id, dayOf(area, now)),
      read_version: readText === null ? null : versionOf(readText),
      appointment_id: appointment?.id ?? null,
      arrived_at: now,
      // Who comes before their time is not before those who have waited by then.
      queue_at: Math.max(now, appointment?.startsAt ?? now),
      state_at: now,
      // Until their page opens its socket.
      lost_at: now,
      meant_for: appointment?.withPersonId ?? null,
      taken_by: null,
      called_at: null,
      note: null,
      note_by: null,
      room_id: null,
      invitation_id: null,
      told_late_at: null,
      call_back: null,
      call_back_at: null,
      ended_at: null,
    };
  }

  /** Somebody gives their place up; the call, if they are in one, goes on without them. */
  async leave(visit: Visit): Promise<void> {
    await this.#move(visit, 'leave', { outcome: 'gone', meant_for: null, taken_by: null });
  }

  /** Somebody who left is back, at the end of the queue. @throws AppError `visit_over`, `area_closed` */
  async comeBack(visit: Visit): Promise<void> {
    const { database, clock } = this.#options;
    const now = clock();
    const area = await readArea(database, visit.areaId);
    if (area === null || now - visit.arrivedAt > COME_BACK_MS) throw new AppError('visit_over');
    const isOpen = area.suspendedAt === null && openingOf(area, now).isOpen;
    // Who was asked to come back is expected.
    if (!isOpen && visit.callBack === null) throw new AppError('area_closed');
    const changes = { outcome: null, queue_at: now, lost_at: now, told_late_at: null, called_at: null };
    if (!(await this.#move(visit, 'come_back', changes))) throw new AppError('visit_over');
  }

  /** A page of theirs is open; null: none is since this instant. */
  async notePresence(visit: Pick<Visit, 'id' | 'areaId'>, lostAt: number | null): Promise<void> {
    const { database, feed } = this.#options;
    if (await notePresence(database, visit.id, lostAt))
      feed.publish({ kind: 'visit', visitId: visit.id, areaId: visit.areaId });
  }

  /** Where the patient's call is; null while they are not called. */
  enterPath({ state, invitationId }: Visit): string | null {
    const isCalled = state === 'called' || state === 'in_call';
    return isCalled && invitationId !== null
      ? this.#options.callRooms.pathOf({ id: invitationId, linkGeneration: 1 })
      : null;
  }

  /** Gives another browser the visit that a link of ours led to: the one before has it no more. */
  async handTo(visitId: string, token: string): Promise<Visit | null> {
    const { database } = this.#options;
    await database('visits')
      .where({ id: visitId })
      .update({ token_hash: hashToken(token) });
    return findVisit(database, visitId);
  }

  async #move(visit: Visit, act: 'leave' | 'come_back', changes: VisitChanges): Promise<boolean> {
    const { database, clock, callRooms, feed, hangUp } = this.#options;
    let slug: string | null = null;
    const moved = await database.transaction(async (transaction) => {
      if (!(await moveVisit(transaction, visit, act, changes, clock()))) return false;
      slug = await callRooms.close(transaction, visit.roomId);
      return true;
    });
    if (slug !== null) await hangUp(slug, system);
    if (moved) feed.publish({ kind: 'visit', visitId: visit.id, areaId: visit.areaId });
    return moved;
  }
}

/** What has to be accepted at a door, in every language, as the ledger keeps it; null for nothing. */
export function pleaseReadOf({ pleaseRead: { en, fr } }: Pick<Area, 'pleaseRead'>): string | null {
  return en === '' && fr === '' ? null : JSON.stringify({ en, fr });
}
