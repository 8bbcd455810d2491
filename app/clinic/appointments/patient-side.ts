import type { Actor, AuditLog } from '../../audit/audit-log.ts';
import type { Database, Transaction } from '../../database/open.ts';
import type { Clock } from '../../kernel/clock.ts';
import { AppError } from '../../kernel/errors.ts';
import type { Feed } from '../feed.ts';
import { allows, letsIn, type PatientAppointment, type PatientReply } from './appointment.ts';
import type { AppointmentLetters } from './appointment-letters.ts';
import type { AppointmentHead } from './appointment-words.ts';
import type { Slot } from './slots/slot.ts';
import { freeTimes, isFree, releaseSlot } from './slots/slot-store.ts';
import { findById, updateAppointment } from './store.ts';

export interface PatientSideOptions {
  readonly database: Database;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly letters: AppointmentLetters;
  readonly feed: Feed;
}

/** Free times that a patient is offered. */
const OFFERED_SLOTS = 12;

/** What a patient asks for instead. */
export interface Wish {
  readonly text: string | null;
  readonly slotId: string | null;
}

/** What a patient does with their own appointment, whose link they have. */
export class PatientSide {
  readonly #database: Database;
  readonly #audit: AuditLog;
  readonly #clock: Clock;
  readonly #letters: AppointmentLetters;
  readonly #feed: Feed;

  constructor({ database, audit, clock, letters, feed }: PatientSideOptions) {
    this.#database = database;
    this.#audit = audit;
    this.#clock = clock;
    this.#letters = letters;
    this.#feed = feed;
  }

  /** The appointment that a link is of; null for what is no link that counts. */
  async follow(token: string): Promise<PatientAppointment | null> {
    return this.#follow(this.#database, token);
  }

  /** Free times to choose another one from. */
  async offers(appointment: PatientAppointment): Promise<readonly Slot[]> {
    const { areaId, clinicianId } = appointment;
    return freeTimes(this.#database, { areaId, clinicianId, now: this.#clock(), limit: OFFERED_SLOTS });
  }

  /** Says that they come. Once more does no harm. @throws AppError `not_found`; `appointment_over` */
  async confirm(token: string, actor: Actor): Promise<void> {
    await this.#reply(token, actor, async (_transaction, before) =>
      before.reply === 'confirmed' ? null : { ...before, reply: 'confirmed', wish: null, wishedSlotId: null },
    );
  }

  /**
   * Says that they do not come, which staff are told by letter. Once more does no harm.
   *
   * @throws AppError `not_found`; `appointment_over`
   */
  async cancel(token: string, actor: Actor, head: AppointmentHead): Promise<void> {
    await this.#reply(token, actor, async (transaction, before, now) => {
      const after: PatientAppointment = {
        ...before,
        state: 'cancelled',
        reply: 'cancelled',
        wish: null,
        wishedSlotId: null,
        slotId: null,
        sequence: before.sequence + 1,
      };
      if (before.slotId !== null) await releaseSlot(transaction, before.slotId, now);
      // Their calendar is told as well; what they did needs no other proof.
      const letterId = await this.#letters.post(transaction, after, head, 'cancelled');
      await this.#letters.tellStaff(transaction, after, head);
      return { ...after, letterId: letterId ?? before.letterId };
    });
  }

  /**
   * Asks for another time, which staff are told by letter.
   *
   * @throws AppError `not_found`; `appointment_over`; `slot_taken` for one that is not offered, or not any more
   */
  async askOtherTime(token: string, actor: Actor, head: AppointmentHead, wish: Wish): Promise<void> {
    await this.#reply(token, actor, async (transaction, before, now) => {
      const { areaId, clinicianId } = before;
      const { slotId } = wish;
      if (slotId !== null && !(await isFree(transaction, slotId, { areaId, clinicianId, now })))
        throw new AppError('slot_taken');
      const isFirst = before.reply !== 'other_time';
      const after: PatientAppointment = {
        ...before,
        reply: 'other_time',
        wish: wish.text,
        wishedSlotId: slotId,
      };
      if (isFirst) await this.#letters.tellStaff(transaction, after, head);
      return after;
    });
  }

  /**
   * Notes that the patient came through the door, in the transaction in which they did or after it.
   *
   * @throws AppError `appointment_over` when the link does not let in now.
   */
  async arrive(appointment: PatientAppointment): Promise<void> {
    await this.#database.transaction(async (transaction) => {
      const before = await findById(transaction, appointment.id);
      const now = this.#clock();
      if (before === null || !letsIn(before, now)) throw new AppError('appointment_over');
      if (before.state === 'arrived') return;
      const after: PatientAppointment = { ...before, state: 'arrived', arrivedAt: now, changedAt: now };
      if (!(await updateAppointment(transaction, before, after))) throw new AppError('changed_meanwhile');
    });
    this.#feed.publish({ kind: 'appointments', areaId: appointment.areaId });
  }

  async #follow(database: Database | Transaction, token: string): Promise<PatientAppointment | null> {
    const id = this.#letters.links.idOf(token);
    const appointment = id === null ? null : await findById(database, id);
    return appointment !== null && this.#letters.links.proves(token, appointment) ? appointment : null;
  }

  async #reply(
    token: string,
    actor: Actor,
    make: (
      transaction: Transaction,
      before: PatientAppointment,
      now: number,
    ) => Promise<PatientAppointment | null>,
  ): Promise<void> {
    const areaId = await this.#database.transaction(async (transaction) => {
      const before = await this.#follow(transaction, token);
      if (before === null) throw new AppError('not_found');
      const now = this.#clock();
      if (before.state === 'cancelled' && before.reply === 'cancelled') return null;
      if (!allows(before.state, 'cancel') || now >= before.endsAt) throw new AppError('appointment_over');
      const after = await make(transaction, before, now);
      if (after === null) return null;
      const written = { ...after, repliedAt: now, changedAt: now };
      if (!(await updateAppointment(transaction, before, written))) throw new AppError('changed_meanwhile');
      const reply: PatientReply = written.reply;
      await this.#audit.record(
        actor,
        {
          action: 'appointment.answered',
          organisationId: before.organisationId,
          object: { kind: 'appointment', id: before.id },
          details: { area: before.areaId, reply },
        },
        transaction,
      );
      return before.areaId;
    });
    if (areaId !== null) this.#feed.publish({ kind: 'appointments', areaId });
  }
}
