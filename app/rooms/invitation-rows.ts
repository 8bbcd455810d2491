import type { Language } from '../kernel/languages.ts';
import type { Appointment, Invitation } from './invitation.ts';

/** A row of `invitations`. */
export interface InvitationRow {
  readonly id: string;
  readonly room_id: string;
  readonly name: string;
  readonly email: string | null;
  readonly language: Language;
  readonly starts_at: number | null;
  readonly duration_minutes: number | null;
  readonly time_zone: string | null;
  readonly sequence: number;
  readonly link_generation: number;
  readonly expires_at: number;
  readonly revoked_at: number | null;
  readonly letter_id: string | null;
  readonly created_by: string | null;
  readonly created_at: number;
}

export function invitationOf(row: InvitationRow): Invitation {
  return {
    id: row.id,
    roomId: row.room_id,
    name: row.name,
    email: row.email,
    language: row.language,
    appointment: appointmentOf(row),
    sequence: row.sequence,
    linkGeneration: row.link_generation,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    letterId: row.letter_id,
    createdBy: row.created_by,
    createdAt: row.created_at,
  };
}

function appointmentOf(row: InvitationRow): Appointment | null {
  const { starts_at: startsAt, duration_minutes: durationMinutes, time_zone: timeZone } = row;
  if (startsAt === null || durationMinutes === null || timeZone === null) return null;
  return { startsAt, durationMinutes, timeZone };
}

export function appointmentColumns(appointment: Appointment | null) {
  return {
    starts_at: appointment?.startsAt ?? null,
    duration_minutes: appointment?.durationMinutes ?? null,
    time_zone: appointment?.timeZone ?? null,
  };
}
