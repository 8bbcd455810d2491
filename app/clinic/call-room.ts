import { randomInt } from 'node:crypto';
import type { Transaction } from '../database/open.ts';
import { type Clock, HOUR_MS } from '../kernel/clock.ts';
import { newId } from '../kernel/ids.ts';
import type { Language } from '../kernel/languages.ts';
import type { GuestLinks } from '../rooms/guest-link.ts';
import type { Invitation } from '../rooms/invitation.ts';
import { insertInvitation } from '../rooms/invitation-store.ts';
import type { Room } from '../rooms/room.ts';
import { HIDDEN_BEGINNING } from '../rooms/slug.ts';
import { deleteRoom, insertHiddenRoom } from '../rooms/store.ts';
import type { Area } from './area.ts';

const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';
/** 79 bits: nobody guesses it. */
const RANDOM_LETTERS = 16;

/** No call goes on for longer. */
const LONGEST_MS = 12 * HOUR_MS;

export interface Caller {
  readonly name: string;
  readonly email: string | null;
  readonly language: Language;
  /** Who brought them in: an account's id. */
  readonly createdBy: string;
}

/**
 * The rooms in which patients are seen: one for each time that somebody is taken, in no list, with a lobby, for those
 * alone who have a personal link into it. It is deleted with the end of the call.
 */
export class CallRooms {
  readonly #clock: Clock;
  readonly #guestLinks: GuestLinks;

  constructor({ clock, guestLinks }: { readonly clock: Clock; readonly guestLinks: GuestLinks }) {
    this.#clock = clock;
    this.#guestLinks = guestLinks;
  }

  /** Makes a room that is this clinician's. */
  async open(
    transaction: Transaction,
    area: Pick<Area, 'name' | 'organisationId' | 'timeZone'>,
    hostId: string,
  ): Promise<Room> {
    const now = this.#clock();
    const room: Room = {
      id: newId(),
      organisationId: area.organisationId,
      personId: hostId,
      // What its title says, to the patient too.
      name: area.name,
      slug: `${HIDDEN_BEGINNING}${Array.from({ length: RANDOM_LETTERS }, () => LETTERS[randomInt(LETTERS.length)]).join('')}`,
      kind: 'one_off',
      access: 'invited',
      hasLobby: true,
      needsHost: true,
      timeZone: area.timeZone,
      openingHours: null,
      maxParticipants: null,
      expiresAt: now + LONGEST_MS,
      version: 1,
      createdAt: now,
    };
    await insertHiddenRoom(transaction, room);
    return room;
  }

  /** Gives somebody a link into a room. */
  async invite(
    transaction: Transaction,
    room: Pick<Room, 'id'>,
    { name, email, language, createdBy }: Caller,
  ): Promise<Invitation> {
    const now = this.#clock();
    const invitation: Invitation = {
      id: newId(),
      roomId: room.id,
      name,
      email,
      language,
      appointment: null,
      sequence: 0,
      linkGeneration: 1,
      expiresAt: now + LONGEST_MS,
      revokedAt: null,
      letterId: null,
      createdBy,
      createdAt: now,
    };
    await insertInvitation(transaction, invitation);
    return invitation;
  }

  /** The path of a personal link. */
  pathOf(invitation: Pick<Invitation, 'id' | 'linkGeneration'>): string {
    return `/i/${this.#guestLinks.tokenOf(invitation)}`;
  }

  /** Deletes a room with the links into it; answers its slug, for the call in it to be ended. */
  async close(transaction: Transaction, roomId: string | null): Promise<string | null> {
    if (roomId === null) return null;
    const room: { slug: string } | undefined = await transaction('rooms').where({ id: roomId }).first('slug');
    await deleteRoom(transaction, roomId);
    return room?.slug ?? null;
  }
}
