import type { AuditAction } from '../../audit/actions.ts';
import type { Actor, AuditLog } from '../../audit/audit-log.ts';
import type { Database, Transaction } from '../../database/open.ts';
import type { Clock } from '../../kernel/clock.ts';
import { AppError } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import type { Language } from '../../kernel/languages.ts';
import type { Feed } from '../feed.ts';
import {
  type AppointmentAct,
  allows,
  appointmentActs,
  changedFields,
  type ExternalName,
  type PatientAppointment,
} from './appointment.ts';
import type { AppointmentLetters } from './appointment-letters.ts';
import type { AppointmentHead } from './appointment-words.ts';
import type { AppointmentReach } from './reach.ts';
import { releaseSlot, takeSlot } from './slots/slot-store.ts';
import {
  type AreaName,
  cliniciansOf,
  findAppointment,
  findArea,
  findByExternal,
  hasComing,
  insertAppointment,
  type ListedAppointment,
  updateAppointment,
} from './store.ts';

export interface AppointmentsOptions {
  readonly database: Database;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly letters: AppointmentLetters;
  /** Told of every change once it is written down. */
  readonly feed: Feed;
}

/** Who does it, what they reach, and in whose name letters go out. */
export interface AppointmentMaker {
  readonly actor: Actor;
  readonly reach: AppointmentReach;
  readonly head: AppointmentHead;
  /** Of the audit log, besides who did it. */
  readonly details?: Readonly<Record<string, string>>;
}

/** What is decided of an appointment. */
export interface AppointmentFields {
  readonly areaId: string;
  readonly clinicianId: string | null;
  /** A free time that it takes; null for none. */
  readonly slotId: string | null;
  readonly patientName: string;
  readonly email: string | null;
  readonly language: Language;
  readonly startsAt: number;
  readonly endsAt: number;
  readonly timeZone: string;
  readonly external: ExternalName | null;
}

/** An appointment as whoever changes it had read it; without a version whatever it is. */
export interface ChosenAppointment {
  readonly id: string;
  readonly version: number | null;
}

/** Most appointments of one area that are still to come. */
const MOST_COMING = 5_000;

/** What staff and programs do with appointments of the areas within their reach. Letters go out with it. */
export class Appointments {
  readonly #database: Database;
  readonly #audit: AuditLog;
  readonly #clock: Clock;
  readonly #letters: AppointmentLetters;
  readonly #feed: Feed;

  constructor({ database, audit, clock, letters, feed }: AppointmentsOptions) {
    this.#database = database;
    this.#audit = audit;
    this.#clock = clock;
    this.#letters = letters;
    this.#feed = feed;
  }

  /** @throws AppError `not_found`; `too_many_appointments`; `slot_taken`; `external_name_taken` */
  async make(maker: AppointmentMaker, fields: AppointmentFields): Promise<PatientAppointment> {
    const made = await this.#database.transaction((transaction) =>
      this.makeWithin(transaction, maker, fields),
    );
    this.#feed.publish({ kind: 'appointments', areaId: made.areaId });
    return made;
  }

  /** {@link make} within a transaction, as of many at once; whoever calls it tells the feed. */
  async makeWithin(
    transaction: Transaction,
    maker: AppointmentMaker,
    fields: AppointmentFields,
  ): Promise<PatientAppointment> {
    const now = this.#clock();
    const { area, clinicianName } = await this.#place(transaction, maker.reach, fields);
    if (await hasComing(transaction, area.id, { now, count: MOST_COMING }))
      throw new AppError('too_many_appointments');
    await this.#demandNewName(transaction, maker.reach, fields.external, null);
    await this.#take(transaction, fields.slotId, now);
    const { actor, head } = maker;
    const appointment: PatientAppointment = {
      ...fields,
      ...placeOf(area, clinicianName),
      id: newId(),
      state: 'booked',
      reply: 'none',
      wish: null,
      wishedSlotId: null,
      repliedAt: null,
      arrivedAt: null,
      sequence: 0,
      linkGeneration: 1,
      version: 1,
      toldAt: now,
      reminded: 'none',
      letterId: null,
      madeBy: actor.kind === 'person' ? actor.id : null,
      createdAt: now,
      changedAt: now,
    };
    const letterId = await this.#letters.post(transaction, appointment, head, 'made');
    await insertAppointment(transaction, { ...appointment, letterId });
    await this.#record(transaction, maker, 'appointment.made', appointment, ['made']);
    return { ...appointment, letterId };
  }

  /** @throws AppError `not_found` */
  async read(reach: AppointmentReach, id: string): Promise<ListedAppointment> {
    const appointment = await findAppointment(this.#database, reach, id);
    if (appointment === null) throw new AppError('not_found');
    return appointment;
  }

  /** What another system calls so; null for nothing. */
  async called(reach: AppointmentReach, external: ExternalName): Promise<ListedAppointment | null> {
    return findByExternal(this.#database, reach, external);
  }

  /**
   * Gives an appointment another time, clinician or area, or corrects its patient's name and address. Another time asks
   * the patient anew whether they come.
   *
   * @throws AppError as {@link make}; `changed_meanwhile`; `appointment_over` for one that was held or cancelled
   */
  async change(
    maker: AppointmentMaker,
    chosen: ChosenAppointment,
    fields: AppointmentFields,
  ): Promise<PatientAppointment> {
    return this.#act(maker, chosen, 'change', async (transaction, before, now) => {
      const { area, clinicianName } = await this.#place(transaction, maker.reach, fields);
      await this.#demandNewName(transaction, maker.reach, fields.external, before.id);
      const isMoved = fields.startsAt !== before.startsAt || fields.endsAt !== before.endsAt;
      const isTold =
        isMoved ||
        fields.areaId !== before.areaId ||
        fields.clinicianId !== before.clinicianId ||
        fields.email !== before.email ||
        fields.timeZone !== before.timeZone;
      if (fields.slotId !== before.slotId) {
        await this.#take(transaction, fields.slotId, now);
        if (before.slotId !== null) await releaseSlot(transaction, before.slotId, now);
      }
      const sequence = isTold ? before.sequence + 1 : before.sequence;
      const moved = {
        state: 'booked',
        reply: 'none',
        wish: null,
        wishedSlotId: null,
        repliedAt: null,
        toldAt: now,
        reminded: 'none',
      } as const;
      const after: PatientAppointment = {
        ...before,
        ...fields,
        ...placeOf(area, clinicianName),
        ...(isMoved && moved),
        sequence,
        changedAt: now,
      };
      const letterId = isTold
        ? await this.#letters.supersede(transaction, before, after, maker.head, 'changed')
        : before.letterId;
      return {
        after: { ...after, letterId },
        action: 'appointment.changed',
        fields: changedFields(before, after),
      };
    });
  }

  /** Cancels it and tells the patient. @throws as {@link change} */
  async cancel(maker: AppointmentMaker, chosen: ChosenAppointment): Promise<PatientAppointment> {
    return this.#act(maker, chosen, 'cancel', async (transaction, before, now) => {
      const after: PatientAppointment = {
        ...before,
        state: 'cancelled',
        slotId: null,
        wishedSlotId: null,
        sequence: before.sequence + 1,
        changedAt: now,
      };
      // What is over needs no letter.
      const letterId =
        now < before.endsAt
          ? await this.#letters.supersede(transaction, before, after, maker.head, 'cancelled')
          : before.letterId;
      if (before.slotId !== null) await releaseSlot(transaction, before.slotId, now);
      return { after: { ...after, letterId }, action: 'appointment.cancelled', fields: ['state'] };
    });
  }

  /** Says that the patient came, was seen, did not come, or is expected after all. @throws as {@link change} */
  async mark(
    maker: AppointmentMaker,
    chosen: ChosenAppointment,
    act: 'arrive' | 'fulfil' | 'miss' | 'expect',
  ): Promise<PatientAppointment> {
    return this.#act(maker, chosen, act, async (_transaction, before, now) => ({
      after: {
        ...before,
        state: appointmentActs[act].to,
        arrivedAt: act === 'arrive' || act === 'fulfil' ? (before.arrivedAt ?? now) : null,
        changedAt: now,
      },
      action: 'appointment.changed',
      fields: ['state'],
    }));
  }

  /** Makes the link invalid and gives another, which a letter brings. @throws as {@link change} */
  async renewLink(maker: AppointmentMaker, chosen: ChosenAppointment): Promise<PatientAppointment> {
    return this.#act(maker, chosen, 'change', async (transaction, before, now) => {
      const after: PatientAppointment = {
        ...before,
        linkGeneration: before.linkGeneration + 1,
        sequence: before.sequence + 1,
        changedAt: now,
      };
      const letterId = await this.#letters.supersede(transaction, before, after, maker.head, 'changed');
      return { after: { ...after, letterId }, action: 'appointment.changed', fields: ['linkGeneration'] };
    });
  }

  /** Sends the letter once more. @throws as {@link change} */
  async resend(maker: AppointmentMaker, chosen: ChosenAppointment): Promise<PatientAppointment> {
    return this.#act(maker, chosen, 'change', async (transaction, before) => {
      const letterId = await this.#letters.post(transaction, before, maker.head, 'made');
      if (letterId === null) throw new AppError('not_found');
      return { after: { ...before, letterId }, action: 'appointment.changed', fields: ['letter'] };
    });
  }

  async #act(
    maker: AppointmentMaker,
    { id, version }: ChosenAppointment,
    act: AppointmentAct,
    make: (
      transaction: Transaction,
      before: PatientAppointment,
      now: number,
    ) => Promise<{ after: PatientAppointment; action: AuditAction; fields: readonly string[] }>,
  ): Promise<PatientAppointment> {
    const { before, after } = await this.#database.transaction(async (transaction) => {
      const before = await findAppointment(transaction, maker.reach, id);
      if (before === null) throw new AppError('not_found');
      if (version !== null && version !== before.version) throw new AppError('changed_meanwhile');
      if (!allows(before.state, act)) throw new AppError('appointment_over');
      const { after, action, fields } = await make(transaction, before, this.#clock());
      if (!(await updateAppointment(transaction, before, after))) throw new AppError('changed_meanwhile');
      await this.#record(transaction, maker, action, after, fields);
      return { before, after: { ...after, version: before.version + 1 } };
    });
    for (const areaId of new Set([before.areaId, after.areaId]))
      this.#feed.publish({ kind: 'appointments', areaId });
    return after;
  }

  async #place(
    transaction: Transaction,
    reach: AppointmentReach,
    { areaId, clinicianId }: Pick<AppointmentFields, 'areaId' | 'clinicianId'>,
  ): Promise<{ readonly area: AreaName; readonly clinicianName: string | null }> {
    const area = await findArea(transaction, reach, areaId);
    if (area === null) throw new AppError('not_found');
    if (clinicianId === null) return { area, clinicianName: null };
    const clinician = (await cliniciansOf(transaction, areaId)).find(({ id }) => id === clinicianId);
    if (clinician === undefined) throw new AppError('not_found');
    return { area, clinicianName: clinician.name };
  }

  async #take(transaction: Transaction, slotId: string | null, now: number): Promise<void> {
    if (slotId !== null && !(await takeSlot(transaction, slotId, now))) throw new AppError('slot_taken');
  }

  async #demandNewName(
    transaction: Transaction,
    reach: AppointmentReach,
    external: ExternalName | null,
    ownId: string | null,
  ): Promise<void> {
    if (external === null) return;
    const known = await findByExternal(transaction, reach, external);
    if (known !== null && known.id !== ownId) throw new AppError('external_name_taken');
  }

  #record(
    transaction: Transaction,
    { actor, details = {} }: AppointmentMaker,
    action: AuditAction,
    appointment: PatientAppointment,
    fields: readonly string[],
  ): Promise<void> {
    return this.#audit.record(
      actor,
      {
        action,
        organisationId: appointment.organisationId,
        object: { kind: 'appointment', id: appointment.id },
        details: { area: appointment.areaId, byLetter: appointment.email !== null, fields, ...details },
      },
      transaction,
    );
  }
}

const placeOf = (area: AreaName, clinicianName: string | null) => ({
  areaId: area.id,
  organisationId: area.organisationId,
  areaName: area.name,
  clinicianName,
});
