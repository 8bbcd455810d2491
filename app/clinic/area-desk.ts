import type { AuditLog } from '../audit/audit-log.ts';
import type { Database, Transaction } from '../database/open.ts';
import { type Asker, authorityOf } from '../identity/authority.ts';
import type { Clock } from '../kernel/clock.ts';
import { AppError } from '../kernel/errors.ts';
import type { Area } from './area.ts';
import { areaEntry } from './area-entry.ts';
import { dayOf } from './area-opening.ts';
import type { AreaPermission } from './area-permissions.ts';
import { nextNumber, readArea, updateArea } from './area-store.ts';
import type { Feed } from './feed.ts';
import type { Memberships } from './memberships.ts';
import { insertMessages } from './message-store.ts';
import type { Visit } from './visit.ts';
import { moveVisit, openVisits } from './visit-store.ts';

export interface AreaDeskOptions {
  readonly database: Database;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly memberships: Memberships;
  readonly feed: Feed;
}

/** What the staff of an area do with all of it at once. */
export class AreaDesk {
  readonly #options: AreaDeskOptions;

  constructor(options: AreaDeskOptions) {
    this.#options = options;
  }

  /** Lets nobody else in, or lets people in again; who waits goes on waiting. @throws AppError `not_found` */
  async setSuspended(asker: Asker, areaId: string, isSuspended: boolean): Promise<void> {
    await this.#do(asker, areaId, 'area.suspend', async (transaction, area) => {
      if ((area.suspendedAt !== null) === isSuspended) return;
      const suspendedAt = isSuspended ? this.#options.clock() : null;
      if (!(await updateArea(transaction, { ...area, suspendedAt }))) throw new AppError('changed_meanwhile');
      await this.#options.audit.record(
        asker.actor,
        areaEntry(isSuspended ? 'area.suspended' : 'area.resumed', area),
        transaction,
      );
    });
    this.#options.feed.publish({ kind: 'area', areaId });
  }

  /**
   * Moves all who wait into another area of the organisation, where they stand as long as they have waited.
   *
   * @returns how many.
   * @throws AppError `not_found`
   */
  async transfer(asker: Asker, areaId: string, toId: string): Promise<number> {
    const { clock, feed } = this.#options;
    const moved: Visit[] = [];
    await this.#do(asker, areaId, 'area.transfer', async (transaction, area) => {
      const to = await readArea(transaction, toId);
      if (to === null || to.id === area.id || to.organisationId !== area.organisationId)
        throw new AppError('not_found');
      const now = clock();
      for (const visit of await waitingIn(transaction, areaId)) {
        const number = await nextNumber(transaction, to.id, dayOf(to, now));
        const changes = { area_id: to.id, number };
        if (await moveVisit(transaction, visit, 'hand_over', changes, now)) moved.push(visit);
      }
      const details = { to: to.id, count: moved.length };
      await this.#options.audit.record(
        asker.actor,
        areaEntry('area.transferred', area, details),
        transaction,
      );
    });
    for (const { id } of moved)
      feed.publish({ kind: 'visit', visitId: id, areaId: toId, formerAreaId: areaId });
    return moved.length;
  }

  /** Writes to all who wait. @returns how many. @throws AppError `not_found` */
  async messageAll(asker: Asker, areaId: string, text: string): Promise<number> {
    const { clock, feed } = this.#options;
    let ids: readonly string[] = [];
    await this.#do(asker, areaId, 'visits.message', async (transaction) => {
      ids = (await waitingIn(transaction, areaId)).map(({ id }) => id);
      await insertMessages(transaction, ids, { text, sentBy: asker.person.id, sentAt: clock() });
    });
    for (const visitId of ids) feed.publish({ kind: 'visit', visitId, areaId });
    return ids.length;
  }

  async #do(
    asker: Asker,
    areaId: string,
    permission: AreaPermission,
    work: (transaction: Transaction, area: Area) => Promise<void>,
  ): Promise<void> {
    const { database, memberships } = this.#options;
    await database.transaction(async (transaction) => {
      await authorityOf(transaction, asker, 'clinic.use');
      await memberships.demand(asker.person.id, areaId, permission, transaction);
      const area = await readArea(transaction, areaId);
      if (area === null) throw new AppError('not_found');
      await work(transaction, area);
    });
  }
}

async function waitingIn(transaction: Transaction, areaId: string): Promise<Visit[]> {
  return (await openVisits(transaction, [areaId])).filter(({ state }) => state === 'waiting');
}
