import type { Language } from '../kernel/languages.ts';

/** When somebody is expected. */
export interface Appointment {
  readonly startsAt: number;
  readonly durationMinutes: number;
  /** IANA name: the zone that it was made in. */
  readonly timeZone: string;
}

/** Who is asked into a room. It is one person's: their link carries their name. */
export interface Invitation {
  readonly id: string;
  readonly roomId: string;
  readonly name: string;
  /** In small letters; null for somebody who gets the link by another way. */
  readonly email: string | null;
  readonly language: Language;
  /** Null for any time until it expires. */
  readonly appointment: Appointment | null;
  /** How often its appointment was changed (RFC 5545, section 3.8.7.4). */
  readonly sequence: number;
  /** Raised to make a link of its own invalid and give it another. */
  readonly linkGeneration: number;
  readonly expiresAt: number;
  readonly revokedAt: number | null;
  /** The last letter about it; null if there was none, or it is gone. */
  readonly letterId: string | null;
  /** The account that made it; null once that is gone. */
  readonly createdBy: string | null;
  readonly createdAt: number;
}

/** Whether an invitation still lets somebody in. */
export function isInForce(invitation: Pick<Invitation, 'expiresAt' | 'revokedAt'>, now: number): boolean {
  return invitation.revokedAt === null && now < invitation.expiresAt;
}
