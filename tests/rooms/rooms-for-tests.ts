import type { Invitation } from '../../app/rooms/invitation.ts';
import type { OpeningHours, Period } from '../../app/rooms/opening-hours.ts';
import type { RoomInOrganisation } from '../../app/rooms/room.ts';

/** A room as its pages make them, with what a test says otherwise. */
export function aRoom(changes: Partial<RoomInOrganisation> = {}): RoomInOrganisation {
  return {
    id: 'a'.repeat(24),
    organisationId: 'north',
    personId: 'nora',
    slug: 'weekly-review',
    name: 'Weekly review',
    kind: 'permanent',
    access: 'anyone',
    hasLobby: false,
    needsHost: false,
    timeZone: 'Europe/Paris',
    openingHours: null,
    maxParticipants: null,
    expiresAt: null,
    version: 1,
    createdAt: 0,
    organisationStatus: 'active',
    ...changes,
  };
}

export function anInvitation(changes: Partial<Invitation> = {}): Invitation {
  return {
    id: 'b'.repeat(24),
    roomId: 'a'.repeat(24),
    name: 'Guy',
    email: null,
    language: 'en',
    appointment: null,
    sequence: 0,
    linkGeneration: 1,
    expiresAt: Number.MAX_SAFE_INTEGER,
    revokedAt: null,
    letterId: null,
    createdBy: 'nora',
    createdAt: 0,
    ...changes,
  };
}

/** Hours by the wall clock, Monday first: `09:00-17:30`, or null for a closed day. */
export function hours(...days: readonly (string | null)[]): OpeningHours {
  const minutes = (time: string | undefined) => {
    const [hour, minute] = (time ?? '').split(':').map(Number);
    return (hour ?? 0) * 60 + (minute ?? 0);
  };
  const periods: (Period | null)[] = days.map((day) => {
    const [from, to] = day?.split('-') ?? [];
    return day === null ? null : { from: minutes(from), to: minutes(to) };
  });
  return periods as unknown as OpeningHours;
}
