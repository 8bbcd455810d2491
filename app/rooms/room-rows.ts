import type { OpeningHours } from './opening-hours.ts';
import type { Room, RoomAccess, RoomChoices, RoomInOrganisation, RoomKind } from './room.ts';

/** A row of `rooms`. */
export interface RoomRow {
  readonly id: string;
  readonly organisation_id: string;
  readonly person_id: string | null;
  readonly slug: string;
  readonly name: string;
  readonly kind: RoomKind;
  readonly access: RoomAccess;
  readonly has_lobby: 0 | 1;
  readonly needs_host: 0 | 1;
  readonly time_zone: string;
  readonly opening_hours: string | null;
  readonly max_participants: number | null;
  readonly expires_at: number | null;
  readonly version: number;
  readonly created_at: number;
}

export const roomColumns = [
  'rooms.id',
  'rooms.organisation_id',
  'rooms.person_id',
  'rooms.slug',
  'rooms.name',
  'rooms.kind',
  'rooms.access',
  'rooms.has_lobby',
  'rooms.needs_host',
  'rooms.time_zone',
  'rooms.opening_hours',
  'rooms.max_participants',
  'rooms.expires_at',
  'rooms.version',
  'rooms.created_at',
] as const;

export function roomOf(row: RoomRow): Room {
  return {
    id: row.id,
    organisationId: row.organisation_id,
    personId: row.person_id,
    slug: row.slug,
    name: row.name,
    kind: row.kind,
    access: row.access,
    hasLobby: row.has_lobby === 1,
    needsHost: row.needs_host === 1,
    timeZone: row.time_zone,
    openingHours: row.opening_hours === null ? null : (JSON.parse(row.opening_hours) as OpeningHours),
    maxParticipants: row.max_participants,
    expiresAt: row.expires_at,
    version: row.version,
    createdAt: row.created_at,
  };
}

export function roomInOrganisationOf(
  row: RoomRow & { readonly organisation_status: RoomInOrganisation['organisationStatus'] },
): RoomInOrganisation {
  return { ...roomOf(row), organisationStatus: row.organisation_status };
}

/** The columns that people decide. */
export function columnsOf(choices: RoomChoices) {
  return {
    slug: choices.slug,
    name: choices.name,
    kind: choices.kind,
    access: choices.access,
    has_lobby: Number(choices.hasLobby),
    needs_host: Number(choices.needsHost),
    time_zone: choices.timeZone,
    opening_hours: choices.openingHours === null ? null : JSON.stringify(choices.openingHours),
    max_participants: choices.maxParticipants,
    expires_at: choices.expiresAt,
  };
}
