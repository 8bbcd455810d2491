import type { Database } from '../database/open.ts';
import type { Person } from '../identity/person.ts';
import type { Clock } from '../kernel/clock.ts';
import { type Admission, type AdmissionSettings, admission } from './admission.ts';
import type { GuestLinks } from './guest-link.ts';
import type { Invitation } from './invitation.ts';
import { type InvitationRow, invitationOf } from './invitation-rows.ts';
import type { RoomInOrganisation } from './room.ts';
import { roomColumns, roomInOrganisationOf } from './room-rows.ts';
import { isHiddenSlug } from './slug.ts';

export interface RoomDirectoryOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly guestLinks: GuestLinks;
  readonly settings: AdmissionSettings;
}

/** Somebody at the door of a room, and the answer they get. */
export interface Visit {
  /** Null if no room has this name. */
  readonly room: RoomInOrganisation | null;
  /** What they carry, or what their account's address is invited by; null if neither. */
  readonly invitation: Invitation | null;
  readonly admission: Admission;
}

/** Every room of the appliance by its address, and who may enter. It knows no scope: it opens doors and shows nothing. */
export class RoomDirectory {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #guestLinks: GuestLinks;
  readonly #settings: AdmissionSettings;

  constructor({ database, clock, guestLinks, settings }: RoomDirectoryOptions) {
    this.#database = database;
    this.#clock = clock;
    this.#guestLinks = guestLinks;
    this.#settings = settings;
  }

  /** The room at an address, or null if it has no row: an open one, or none. */
  async find(slug: string): Promise<RoomInOrganisation | null> {
    const row = await this.#rooms().where({ slug }).first();
    return row === undefined ? null : roomInOrganisationOf(row);
  }

  /**
   * Somebody wants into a room.
   *
   * @param invitationToken of their personal link (`/i/TOKEN`); null for none.
   */
  async visit(
    slug: string,
    person: Pick<Person, 'id' | 'organisationId' | 'role' | 'email'> | null,
    invitationToken: string | null,
  ): Promise<Visit> {
    const room = await this.find(slug);
    const now = this.#clock();
    // Nobody opens anew what was for one visit.
    if (room === null && isHiddenSlug(slug))
      return { room, invitation: null, admission: { kind: 'refused', reason: 'not_found' } };
    if (invitationToken !== null) {
      const invitation = await this.#carried(invitationToken);
      const visitor = { person, invitation: invitation ?? ('unknown' as const) };
      return { room, invitation, admission: admission(room, visitor, now, this.#settings) };
    }
    const invitation = room === null || person === null ? null : await this.#addressed(room.id, person.email);
    return { room, invitation, admission: admission(room, { person, invitation }, now, this.#settings) };
  }

  /** The room and the invitation that a personal link leads to, whether it still counts or not; null for a false one. */
  async follow(
    token: string,
  ): Promise<{ readonly room: RoomInOrganisation; readonly invitation: Invitation } | null> {
    const invitation = await this.#carried(token);
    if (invitation === null) return null;
    const row = await this.#rooms().where({ 'rooms.id': invitation.roomId }).first();
    return row === undefined ? null : { room: roomInOrganisationOf(row), invitation };
  }

  #rooms() {
    return this.#database('rooms')
      .join('organisations', 'organisations.id', 'rooms.organisation_id')
      .select(...roomColumns, 'organisations.status as organisation_status');
  }

  /** The invitation that a link belongs to; null if the link is none, or is not its link any more. */
  async #carried(token: string): Promise<Invitation | null> {
    const id = this.#guestLinks.invitationIdOf(token);
    if (id === null) return null;
    const row: InvitationRow | undefined = await this.#database('invitations').where({ id }).first();
    if (row === undefined) return null;
    const invitation = invitationOf(row);
    return this.#guestLinks.proves(token, invitation) ? invitation : null;
  }

  /** An invitation in force for the address of an account, which has been proved by signing in. */
  async #addressed(roomId: string, email: string): Promise<Invitation | null> {
    const row: InvitationRow | undefined = await this.#database('invitations')
      .where({ email, room_id: roomId, revoked_at: null })
      .where('expires_at', '>', this.#clock())
      .first();
    return row === undefined ? null : invitationOf(row);
  }
}
