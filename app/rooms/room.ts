import type { OpeningHours } from './opening-hours.ts';

/** `permanent` stays until it is deleted; `one_off` has an end. */
export const roomKinds = ['permanent', 'one_off'] as const;
export type RoomKind = (typeof roomKinds)[number];

/**
 * Whom a room is open to: `anyone` with its link, people who are `signed_in` and of its organisation, or those who
 * are `invited`. An invitation opens all three.
 */
export const roomAccesses = ['anyone', 'signed_in', 'invited'] as const;
export type RoomAccess = (typeof roomAccesses)[number];

/** What people decide about a room. */
export interface RoomChoices {
  readonly name: string;
  /** The part of its address after `/r/`; unique in the appliance. */
  readonly slug: string;
  readonly kind: RoomKind;
  readonly access: RoomAccess;
  /** Whether everybody but the hosts waits until a host admits them. */
  readonly hasLobby: boolean;
  /** Whether a host must be there before others come in. */
  readonly needsHost: boolean;
  /** IANA name. */
  readonly timeZone: string;
  /** In {@link timeZone}; null for always. */
  readonly openingHours: OpeningHours | null;
  /** Null for as many as the appliance allows. */
  readonly maxParticipants: number | null;
  /** When it closes for good; null for never. */
  readonly expiresAt: number | null;
}

/** A place to meet that lasts: what happens in it is a meeting. */
export interface Room extends RoomChoices {
  readonly id: string;
  readonly organisationId: string;
  /** Who made it; null once their account is gone. */
  readonly personId: string | null;
  /** Rises with every change. */
  readonly version: number;
  readonly createdAt: number;
}

/** A room, and whether the organisation that it belongs to still is a client. */
export interface RoomInOrganisation extends Room {
  readonly organisationStatus: 'active' | 'ended';
}
