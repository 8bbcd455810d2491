import type { AuditLog } from '../audit/audit-log.ts';
import type { Database, Transaction } from '../database/open.ts';
import { type Asker, authorityOf } from '../identity/authority.ts';
import type { Clock } from '../kernel/clock.ts';
import { AppError } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import type { Language } from '../kernel/languages.ts';
import type { CallRooms } from './call-room.ts';
import type { Feed } from './feed.ts';
import type { Memberships } from './memberships.ts';
import type { GuestView } from './staff-view.ts';
import type { Visit } from './visit.ts';
import type { VisitLetters } from './visit-letters.ts';
import { findVisit } from './visit-store.ts';

export interface GuestsOptions {
  readonly database: Database;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly memberships: Memberships;
  readonly callRooms: CallRooms;
  readonly letters: VisitLetters;
  readonly feed: Feed;
}

/** Whom somebody brings into a call: a colleague by their account, or anybody else by a name. */
export type NewGuest = { readonly kind: GuestView['kind'] } & (
  | { readonly personId: string }
  | { readonly name: string; readonly email: string | null; readonly language: Language }
);

/** Most that can be brought into one call. */
const MOST_GUESTS = 10;

/** Third people in a call: interpreters, family, colleagues. Their links end with it. */
export class Guests {
  readonly #options: GuestsOptions;

  constructor(options: GuestsOptions) {
    this.#options = options;
  }

  /**
   * Brings somebody in, while the patient is called or in the call. Who has an account finds the call in their own
   * view; who has an address gets a letter.
   *
   * @returns the path of their link, to be passed on by any other way.
   * @throws AppError `not_found`, `visit_over`, `room_full`
   */
  async add(asker: Asker, visitId: string, guest: NewGuest): Promise<string> {
    const { database, memberships, callRooms, letters, clock, audit, feed } = this.#options;
    const { visit, path } = await database.transaction(async (transaction) => {
      await authorityOf(transaction, asker, 'clinic.use');
      const visit = await findVisit(transaction, visitId);
      if (visit === null) throw new AppError('not_found');
      await memberships.demand(asker.person.id, visit.areaId, 'visits.bring_in', transaction);
      if (visit.roomId === null) throw new AppError('visit_over');
      const [row] = await transaction('visit_guests').where({ visit_id: visitId }).count({ count: '*' });
      if (Number(row?.count ?? 0) >= MOST_GUESTS) throw new AppError('room_full');
      const who = 'personId' in guest ? await this.#colleague(transaction, visit, guest.personId) : guest;
      const invitation = await callRooms.invite(
        transaction,
        { id: visit.roomId },
        { name: who.name, email: who.email, language: who.language, createdBy: asker.person.id },
      );
      await transaction('visit_guests').insert({
        id: newId(),
        visit_id: visitId,
        kind: guest.kind,
        person_id: 'personId' in guest ? guest.personId : null,
        invitation_id: invitation.id,
        made_by: asker.person.id,
        made_at: clock(),
      });
      const path = callRooms.pathOf(invitation);
      if (!('personId' in guest) && guest.email !== null) {
        const { name, email, language } = guest;
        const by = asker.person.name;
        await letters.broughtIn(transaction, visit, { name, email, language, path, by });
      }
      const entry = { action: 'visit.guest_added', organisationId: visit.organisationId } as const;
      const details = { area: visit.areaId, kind: guest.kind };
      await audit.record(
        asker.actor,
        { ...entry, object: { kind: 'visit', id: visitId }, details },
        transaction,
      );
      return { visit, path };
    });
    feed.publish({ kind: 'visit', visitId, areaId: visit.areaId });
    return path;
  }

  /** Where a call is for somebody of the staff: their own room, or the link that they were brought in by. */
  async enterPath(personId: string, visitId: string): Promise<string> {
    const { database, callRooms, memberships } = this.#options;
    const visit = await findVisit(database, visitId);
    if (visit === null) throw new AppError('not_found');
    if (visit.takenBy === personId && visit.roomId !== null) {
      await memberships.demand(personId, visit.areaId, 'visits.take');
      const room: { slug: string } | undefined = await database('rooms')
        .where({ id: visit.roomId })
        .first('slug');
      if (room !== undefined) return `/r/${room.slug}`;
    }
    const guest: { invitation_id: string } | undefined = await database('visit_guests')
      .where({ visit_id: visitId, person_id: personId })
      .first('invitation_id');
    if (guest === undefined) throw new AppError('not_found');
    return callRooms.pathOf({ id: guest.invitation_id, linkGeneration: 1 });
  }

  /** Somebody who works in an area of the same organisation. */
  async #colleague(
    transaction: Transaction,
    visit: Visit,
    personId: string,
  ): Promise<{ readonly name: string; readonly email: string; readonly language: Language }> {
    const row: { name: string; email: string; language: Language } | undefined = await transaction('people')
      .where({ id: personId, organisation_id: visit.organisationId, status: 'active' })
      .whereExists(transaction('area_members').whereRaw('area_members.person_id = people.id').select('role'))
      .first('name', 'email', 'language');
    if (row === undefined) throw new AppError('not_found');
    return row;
  }
}
