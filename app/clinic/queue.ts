import type { AuditAction } from '../audit/actions.ts';
import type { AuditEntry, AuditLog } from '../audit/audit-log.ts';
import type { Database, Transaction } from '../database/open.ts';
import { type Asker, authorityOf } from '../identity/authority.ts';
import { type Clock, SECOND_MS } from '../kernel/clock.ts';
import { AppError } from '../kernel/errors.ts';
import type { Translate } from '../kernel/i18n.ts';
import type { Language } from '../kernel/languages.ts';
import type { Area } from './area.ts';
import { dayOf } from './area-opening.ts';
import type { AreaPermission } from './area-permissions.ts';
import { mayInArea } from './area-permissions.ts';
import { membersOf, nextNumber, readArea } from './area-store.ts';
import type { CallBacks } from './call-back.ts';
import type { CallRooms } from './call-room.ts';
import type { HangUp } from './door.ts';
import type { Feed } from './feed.ts';
import type { Memberships } from './memberships.ts';
import { countMessages, insertMessages, MOST_MESSAGES } from './message-store.ts';
import type { Visit, VisitAct } from './visit.ts';
import { findVisit, moveVisit, type VisitChanges } from './visit-store.ts';

export interface QueueOptions {
  readonly database: Database;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly memberships: Memberships;
  readonly callRooms: CallRooms;
  readonly callBacks: CallBacks;
  readonly feed: Feed;
  readonly translates: Readonly<Record<Language, Translate>>;
  readonly hangUp: HangUp;
}

/** Where somebody is handed over to. */
export interface HandOver {
  /** The same area if it is not named. */
  readonly areaId: string | null;
  /** A colleague who takes patients there; null for whoever comes first. */
  readonly personId: string | null;
  readonly note: string;
}

/** A page that was open so recently may be one without script, which is loaded anew from time to time. */
const HERE_MS = 45 * SECOND_MS;

/** What the staff of an area do with those who wait there. */
export class Queue {
  readonly #options: QueueOptions;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  /** @throws AppError `not_found` for who may not do this to a visit */
  async demand(personId: string, visitId: string, permission: AreaPermission): Promise<void> {
    const { database, memberships } = this.#options;
    const visit = await findVisit(database, visitId);
    if (visit === null) throw new AppError('not_found');
    await memberships.demand(personId, visit.areaId, permission);
  }

  /**
   * Takes a patient: makes the room in which they are seen. Of two clinicians at once one does. A patient whose page is
   * closed is called back, if there is a way.
   *
   * @throws AppError `not_found`, `visit_taken`, `visit_over`
   */
  async take(asker: Asker, visitId: string): Promise<void> {
    const { callRooms, callBacks, clock, translates } = this.#options;
    const t = translates[asker.person.language];
    await this.#act(asker, visitId, 'visits.take', async (transaction, visit, area) => {
      if (visit.state === 'called' || visit.state === 'in_call') throw new AppError('visit_taken');
      const room = await callRooms.open(transaction, area, asker.person.id);
      const { id: invitationId } = await callRooms.invite(transaction, room, {
        name: visit.said.name ?? t('clinic.patientNumber', { number: visit.number }),
        email: null,
        language: visit.language,
        createdBy: asker.person.id,
      });
      const now = clock();
      const changes = {
        taken_by: asker.person.id,
        called_at: now,
        room_id: room.id,
        invitation_id: invitationId,
      };
      if (!(await moveVisit(transaction, visit, 'take', changes, now)))
        throw new AppError(visit.state === 'waiting' ? 'visit_taken' : 'visit_over');
      const isAway = visit.lostAt !== null && now - visit.lostAt > HERE_MS;
      if (isAway && callBacks.wayOf(visit) !== null) await callBacks.ask(transaction, visit);
      await this.#record(transaction, asker, 'visit.taken', visit);
    });
  }

  /** Puts a patient back to where they were in the queue. @throws AppError `not_found`, `visit_over` */
  async putBack(asker: Asker, visitId: string): Promise<void> {
    await this.#finishCall(asker, visitId, 'visits.put_back', {
      act: 'put_back',
      action: 'visit.put_back',
      changes: () => ({ taken_by: null, called_at: null }),
    });
  }

  /**
   * Puts a patient back for a colleague, or into another area of the organisation, with a note.
   *
   * @throws AppError `not_found`, `visit_over`; `invalid_input` when it is nobody's who takes patients there
   */
  async handOver(asker: Asker, visitId: string, { areaId, personId, note }: HandOver): Promise<void> {
    await this.#finishCall(asker, visitId, 'visits.hand_over', {
      act: 'hand_over',
      action: 'visit.handed_over',
      details: { toArea: areaId, toPerson: personId },
      changes: async (transaction, _visit, from) => {
        const area = areaId === null || areaId === from.id ? from : await readArea(transaction, areaId);
        if (area === null || area.organisationId !== from.organisationId) throw new AppError('not_found');
        if (personId !== null) {
          const members = await membersOf(transaction, [area.id]);
          const to = members.find((each) => each.personId === personId);
          if (to === undefined || !mayInArea(to.role, 'visits.take')) throw new AppError('invalid_input');
        }
        const moved = area.id !== from.id;
        return {
          taken_by: null,
          called_at: null,
          meant_for: personId,
          note,
          note_by: asker.person.id,
          ...(moved && {
            area_id: area.id,
            number: await nextNumber(transaction, area.id, dayOf(area, this.#options.clock())),
          }),
        };
      },
    });
  }

  /** Ends a visit, and the call. @throws AppError `not_found`, `visit_over` */
  async end(asker: Asker, visitId: string): Promise<void> {
    const now = this.#options.clock();
    await this.#finishCall(asker, visitId, 'visits.end', {
      act: 'end',
      action: 'visit.ended',
      changes: (_transaction, visit) => ({
        outcome: visit.calledAt === null ? (visit.outcome ?? 'sent_home') : 'seen',
        ended_at: now,
        meant_for: null,
        note: null,
        note_by: null,
      }),
    });
  }

  /** Writes to a patient; they cannot answer. @throws AppError `not_found`, `visit_over`, `too_many_requests` */
  async message(asker: Asker, visitId: string, text: string): Promise<void> {
    await this.#act(asker, visitId, 'visits.message', async (transaction, visit) => {
      if (visit.state === 'ended') throw new AppError('visit_over');
      if ((await countMessages(transaction, visit.id)) >= MOST_MESSAGES)
        throw new AppError('too_many_requests', { params: { seconds: 60 } });
      const sentAt = this.#options.clock();
      await insertMessages(transaction, [visit.id], { text, sentBy: asker.person.id, sentAt });
    });
  }

  /** Asks a patient back whose page is closed. @throws AppError `not_found`, `visit_over`, `no_way_back` */
  async callBack(asker: Asker, visitId: string): Promise<void> {
    const { callBacks } = this.#options;
    await this.#act(asker, visitId, 'visits.call_back', async (transaction, visit) => {
      if (visit.state === 'ended') throw new AppError('visit_over');
      if (callBacks.wayOf(visit) === null) throw new AppError('no_way_back');
      await callBacks.ask(transaction, visit);
      await this.#record(transaction, asker, 'visit.called_back', visit);
    });
  }

  async #finishCall(
    asker: Asker,
    visitId: string,
    permission: AreaPermission,
    how: {
      readonly act: VisitAct;
      readonly action: AuditAction;
      readonly details?: AuditEntry['details'];
      readonly changes: (
        transaction: Transaction,
        visit: Visit,
        area: Area,
      ) => VisitChanges | Promise<VisitChanges>;
    },
  ): Promise<void> {
    const { callRooms, clock, hangUp } = this.#options;
    let slug: string | null = null;
    await this.#act(asker, visitId, permission, async (transaction, visit, area) => {
      const changes = await how.changes(transaction, visit, area);
      if (!(await moveVisit(transaction, visit, how.act, changes, clock()))) throw new AppError('visit_over');
      slug = await callRooms.close(transaction, visit.roomId);
      await this.#record(transaction, asker, how.action, visit, how.details);
    });
    if (slug !== null) await hangUp(slug, asker.actor);
  }

  /** Does something to a visit of an area in which the asker may, and tells the pages that are open. */
  async #act(
    asker: Asker,
    visitId: string,
    permission: AreaPermission,
    work: (transaction: Transaction, visit: Visit, area: Area) => Promise<void>,
  ): Promise<void> {
    const { database, memberships, feed } = this.#options;
    const [before, after] = await database.transaction(async (transaction) => {
      await authorityOf(transaction, asker, 'clinic.use');
      const visit = await findVisit(transaction, visitId);
      if (visit === null) throw new AppError('not_found');
      await memberships.demand(asker.person.id, visit.areaId, permission, transaction);
      const area = await readArea(transaction, visit.areaId);
      if (area === null) throw new AppError('not_found');
      await work(transaction, visit, area);
      return [visit, await findVisit(transaction, visitId)] as const;
    });
    const areaId = after?.areaId ?? before.areaId;
    feed.publish({
      kind: 'visit',
      visitId,
      areaId,
      ...(areaId !== before.areaId && { formerAreaId: before.areaId }),
    });
  }

  #record(
    transaction: Transaction,
    { actor }: Asker,
    action: AuditAction,
    { id, organisationId, areaId }: Visit,
    details: AuditEntry['details'] = {},
  ): Promise<void> {
    return this.#options.audit.record(
      actor,
      { action, organisationId, object: { kind: 'visit', id }, details: { area: areaId, ...details } },
      transaction,
    );
  }
}
