import type { Person } from '../identity/person.ts';
import { type Invitation, isInForce } from './invitation.ts';
import { openingAt } from './opening-hours.ts';
import type { RoomInOrganisation } from './room.ts';
import { isHiddenSlug } from './slug.ts';

/** Who stands at the door. */
export interface Visitor {
  /** Null for somebody who is not signed in. */
  readonly person: Pick<Person, 'id' | 'organisationId' | 'role'> | null;
  /** What they carry; `unknown` if it is forged, was deleted, or was replaced by another link. */
  readonly invitation: Invitation | 'unknown' | null;
}

export interface AdmissionSettings {
  /** Whether a name that is no room's opens one for as long as somebody is in it (`rooms.anyone_can_open`). */
  readonly anyoneCanOpen: boolean;
  /** Most that the appliance allows (`media.participants_per_room`). */
  readonly participantsPerRoom: number;
}

/** `host`: may admit, lock, end. `participant`: signed in. `guest`: anybody else. */
export type MeetingRole = 'host' | 'participant' | 'guest';

export type Refusal =
  /** No room has this name, and nobody may open one just so. */
  | { readonly kind: 'refused'; readonly reason: 'not_found' }
  /** It closed for good: its end has come, or its organisation is no client any more. */
  | { readonly kind: 'refused'; readonly reason: 'expired' }
  /** Only for people of its organisation, and nobody knows who this is. */
  | { readonly kind: 'refused'; readonly reason: 'sign_in' }
  /** Only for people of its organisation, and this is somebody of another. */
  | { readonly kind: 'refused'; readonly reason: 'other_organisation' }
  | { readonly kind: 'refused'; readonly reason: 'invitation_needed' }
  /** The invitation was revoked or replaced, expired, or never was one. */
  | { readonly kind: 'refused'; readonly reason: 'invitation_over' }
  /** `opensAt`: when its hours begin again, null for hours without any day. */
  | {
      readonly kind: 'refused';
      readonly reason: 'closed';
      readonly opensAt: number | null;
      readonly timeZone: string;
    };
export type RefusalReason = Refusal['reason'];

export interface Entrance {
  readonly kind: 'enter';
  readonly role: MeetingRole;
  /** Whether they wait until a host admits them. */
  readonly lobby: boolean;
  /** Whether they wait until a host is there. */
  readonly needsHost: boolean;
  readonly maxParticipants: number;
}
export type Admission = Entrance | Refusal;

/**
 * Decides whether somebody may enter a room, and as what. Hosts come in outside of the opening hours as well, to
 * prepare; nobody does once the room has expired.
 *
 * An invitation opens its room whoever that is open to otherwise. It does so before its appointment, too: who comes
 * early can try sound and picture. One that is over lets nobody in, not even where its bearer could come without it:
 * who took it back meant this person.
 *
 * @param room null if no room has this name.
 */
export function admission(
  room: RoomInOrganisation | null,
  visitor: Visitor,
  now: number,
  settings: AdmissionSettings,
): Admission {
  const { person, invitation } = visitor;
  if (room === null) {
    if (!settings.anyoneCanOpen) return refused('not_found');
    return {
      kind: 'enter',
      role: person === null ? 'guest' : 'participant',
      lobby: false,
      needsHost: false,
      maxParticipants: settings.participantsPerRoom,
    };
  }
  if (room.organisationStatus === 'ended') return refused('expired');
  if (room.expiresAt !== null && now >= room.expiresAt) return refused('expired');

  const maxParticipants = Math.min(
    room.maxParticipants ?? settings.participantsPerRoom,
    settings.participantsPerRoom,
  );
  if (isHost(room, person)) {
    return { kind: 'enter', role: 'host', lobby: false, needsHost: false, maxParticipants };
  }
  if (invitation !== null) {
    if (invitation === 'unknown' || invitation.roomId !== room.id || !isInForce(invitation, now))
      return refused('invitation_over');
  } else if (room.access === 'invited') {
    return refused('invitation_needed');
  } else if (room.access === 'signed_in') {
    if (person === null) return refused('sign_in');
    if (person.organisationId !== room.organisationId) return refused('other_organisation');
  }
  if (room.openingHours !== null) {
    const opening = openingAt(room.openingHours, room.timeZone, now);
    if (!opening.isOpen)
      return { kind: 'refused', reason: 'closed', opensAt: opening.opensAt, timeZone: room.timeZone };
  }
  return {
    kind: 'enter',
    role: person === null ? 'guest' : 'participant',
    lobby: room.hasLobby,
    needsHost: room.needsHost,
    maxParticipants,
  };
}

/**
 * Whether a room is somebody's to host: their own, one of the organisation that they administer, or any, for owners. A
 * hidden one is its owner's alone: a patient is seen there, and who runs the server has no business in it.
 */
export function isHost(
  room: Pick<RoomInOrganisation, 'personId' | 'organisationId' | 'slug'>,
  person: Visitor['person'],
): boolean {
  if (person === null) return false;
  if (isHiddenSlug(room.slug)) return person.id === room.personId;
  if (person.role === 'owner') return true;
  if (person.role === 'administrator' && person.organisationId === room.organisationId) return true;
  return person.id === room.personId;
}

function refused(reason: Exclude<RefusalReason, 'closed'>): Refusal {
  return { kind: 'refused', reason };
}
