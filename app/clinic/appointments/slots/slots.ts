import type { Actor, AuditLog } from '../../../audit/audit-log.ts';
import type { Database, Transaction } from '../../../database/open.ts';
import type { Clock } from '../../../kernel/clock.ts';
import { AppError } from '../../../kernel/errors.ts';
import { newId } from '../../../kernel/ids.ts';
import type { ExternalName } from '../appointment.ts';
import type { AppointmentReach } from '../reach.ts';
import { cliniciansOf, findArea } from '../store.ts';
import type { Slot, SlotState } from './slot.ts';
import type { SlotSeries } from './slot-series.ts';
import {
  countComing,
  countFree,
  deleteFree,
  deleteSlot,
  type FreePeriod,
  findOverlap,
  findSlot,
  insertSlot,
  isSlotTaken,
  type SlotSearch,
  searchSlots,
  updateSlot,
} from './slot-store.ts';

/** Most slots of one area that are still to come, by those who type them. */
const MOST_COMING_SLOTS = 5_000;

export interface SlotsOptions {
  readonly database: Database;
  readonly audit: AuditLog;
  readonly clock: Clock;
}

/** Who does it, and what they reach. */
export interface SlotMaker {
  readonly actor: Actor;
  readonly reach: AppointmentReach;
  /** Of the audit log, besides who did it. */
  readonly details?: Readonly<Record<string, string>>;
}

/** What is decided of a slot. */
export interface SlotFields {
  readonly areaId: string;
  readonly clinicianId: string | null;
  readonly startsAt: number;
  readonly endsAt: number;
  readonly state: SlotState;
  readonly external: ExternalName | null;
}

/** Times that can be given to patients. */
export class Slots {
  readonly #database: Database;
  readonly #audit: AuditLog;
  readonly #clock: Clock;

  constructor({ database, audit, clock }: SlotsOptions) {
    this.#database = database;
    this.#audit = audit;
    this.#clock = clock;
  }

  /** @throws AppError `not_found`, for an area or clinician out of reach; `external_name_taken` */
  async make(maker: SlotMaker, fields: SlotFields): Promise<Slot> {
    return this.#database.transaction(async (transaction) => {
      const now = this.#clock();
      const slot: Slot = {
        ...fields,
        ...(await this.#places(transaction, maker, fields)),
        id: newId(),
        version: 1,
        createdAt: now,
        changedAt: now,
      };
      await this.#demandNew(transaction, maker, slot);
      await insertSlot(transaction, slot);
      await this.#record(transaction, maker, 'slot.made', slot);
      return slot;
    });
  }

  /**
   * Makes all times of a series, or none.
   *
   * @returns how many.
   * @throws AppError `not_found`, for an area or clinician out of reach; `too_many_slots`; `slots_overlap`, with what
   *   `momentOf` says of the first one that is in the way
   */
  async makeSeries(
    maker: SlotMaker,
    areaId: string,
    { clinicianId, times }: SlotSeries,
    momentOf: (at: number) => string,
  ): Promise<number> {
    return this.#database.transaction(async (transaction) => {
      const now = this.#clock();
      const place = { areaId, clinicianId };
      const places = await this.#places(transaction, maker, place);
      if ((await countComing(transaction, areaId, now)) + times.length > MOST_COMING_SLOTS)
        throw new AppError('too_many_slots');
      const overlap = await findOverlap(transaction, place, times);
      if (overlap !== null)
        throw new AppError('slots_overlap', { params: { when: momentOf(overlap.startsAt) } });
      for (const time of times)
        await insertSlot(transaction, {
          ...place,
          ...places,
          ...time,
          id: newId(),
          state: 'free',
          external: null,
          version: 1,
          createdAt: now,
          changedAt: now,
        });
      await this.#audit.record(
        maker.actor,
        {
          action: 'slots.made',
          organisationId: places.organisationId,
          object: { kind: 'area', id: areaId },
          details: { count: times.length, ...maker.details },
        },
        transaction,
      );
      return times.length;
    });
  }

  /** Deletes a slot that nobody has. @throws AppError `not_found`; `changed_meanwhile`; `slot_taken` */
  async remove(
    maker: SlotMaker,
    { id, version }: { readonly id: string; readonly version: number },
  ): Promise<Slot> {
    return this.#database.transaction(async (transaction) => {
      const slot = await findSlot(transaction, maker.reach, id);
      if (slot === null) throw new AppError('not_found');
      if (await isSlotTaken(transaction, id)) throw new AppError('slot_taken');
      if (!(await deleteSlot(transaction, { id, version }))) throw new AppError('changed_meanwhile');
      await this.#record(transaction, maker, 'slot.deleted', slot);
      return slot;
    });
  }

  /** How many free times would go. @throws AppError `not_found`, for an area out of reach */
  async countFree({ reach }: SlotMaker, period: FreePeriod): Promise<number> {
    if ((await findArea(this.#database, reach, period.areaId)) === null) throw new AppError('not_found');
    return countFree(this.#database, period);
  }

  /**
   * Deletes free times, as many as were counted, or none.
   *
   * @throws AppError `not_found`, for an area out of reach; `changed_meanwhile`: there are more, or fewer
   */
  async removeFree(maker: SlotMaker, period: FreePeriod, counted: number): Promise<void> {
    await this.#database.transaction(async (transaction) => {
      const area = await findArea(transaction, maker.reach, period.areaId);
      if (area === null) throw new AppError('not_found');
      if ((await deleteFree(transaction, period)) !== counted) throw new AppError('changed_meanwhile');
      await this.#audit.record(
        maker.actor,
        {
          action: 'slots.deleted',
          organisationId: area.organisationId,
          object: { kind: 'area', id: area.id },
          details: { count: counted, ...maker.details },
        },
        transaction,
      );
    });
  }

  /**
   * Changes a slot that was read with a version.
   *
   * @throws AppError `not_found`; `changed_meanwhile`; `slot_taken` when an appointment has it and it were free, or at
   *   another time; `external_name_taken`
   */
  async change(
    maker: SlotMaker,
    { id, version }: { readonly id: string; readonly version: number | null },
    fields: SlotFields,
  ): Promise<Slot> {
    return this.#database.transaction(async (transaction) => {
      const before = await findSlot(transaction, maker.reach, id);
      if (before === null) throw new AppError('not_found');
      if (version !== null && version !== before.version) throw new AppError('changed_meanwhile');
      const after: Slot = {
        ...before,
        ...fields,
        ...(await this.#places(transaction, maker, fields)),
        changedAt: this.#clock(),
      };
      const isMoved =
        after.startsAt !== before.startsAt ||
        after.endsAt !== before.endsAt ||
        after.areaId !== before.areaId ||
        after.state !== 'busy';
      if (isMoved && (await isSlotTaken(transaction, id))) throw new AppError('slot_taken');
      await this.#demandNew(transaction, maker, after);
      if (!(await updateSlot(transaction, before, after))) throw new AppError('changed_meanwhile');
      await this.#record(transaction, maker, 'slot.changed', after);
      return { ...after, version: before.version + 1 };
    });
  }

  /** @throws AppError `not_found` */
  async read(reach: AppointmentReach, id: string): Promise<Slot> {
    const slot = await findSlot(this.#database, reach, id);
    if (slot === null) throw new AppError('not_found');
    return slot;
  }

  search(reach: AppointmentReach, search: SlotSearch): Promise<Slot[]> {
    return searchSlots(this.#database, reach, search);
  }

  async #places(
    transaction: Transaction,
    { reach }: SlotMaker,
    fields: Pick<SlotFields, 'areaId' | 'clinicianId'>,
  ) {
    const area = await findArea(transaction, reach, fields.areaId);
    if (area === null) throw new AppError('not_found');
    const { clinicianId } = fields;
    const clinician = (await cliniciansOf(transaction, area.id)).find(({ id }) => id === clinicianId);
    if (clinicianId !== null && clinician === undefined) throw new AppError('not_found');
    return {
      organisationId: area.organisationId,
      areaName: area.name,
      clinicianName: clinician?.name ?? null,
    };
  }

  async #demandNew(transaction: Transaction, { reach }: SlotMaker, slot: Slot): Promise<void> {
    if (slot.external === null) return;
    const [known] = await searchSlots(transaction, reach, {
      areaId: slot.areaId,
      clinicianId: null,
      state: null,
      from: null,
      before: null,
      external: slot.external,
      after: null,
      limit: 1,
    });
    if (known !== undefined && known.id !== slot.id) throw new AppError('external_name_taken');
  }

  #record(
    transaction: Transaction,
    { actor, details = {} }: SlotMaker,
    action: 'slot.made' | 'slot.changed' | 'slot.deleted',
    slot: Slot,
  ): Promise<void> {
    return this.#audit.record(
      actor,
      {
        action,
        organisationId: slot.organisationId,
        object: { kind: 'slot', id: slot.id },
        details: { area: slot.areaId, ...details },
      },
      transaction,
    );
  }
}
