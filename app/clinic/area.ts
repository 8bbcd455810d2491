import type { OpeningHours } from '../rooms/opening-hours.ts';

/**
 * What somebody is in an area. `manager`: runs it, and does everything that others do. `interpreter`: sees only calls
 * that they were brought into.
 */
export const areaRoles = ['manager', 'clinician', 'secretary', 'interpreter'] as const;
export type AreaRole = (typeof areaRoles)[number];

/** What a department can ask its patients for. `email` and `phone` are for calling them back. */
export const visitFields = ['name', 'birth_date', 'case_number', 'reason', 'email', 'phone'] as const;
export type VisitField = (typeof visitFields)[number];

export const askings = ['no', 'optional', 'required'] as const;
export type Asking = (typeof askings)[number];

export interface AskedField {
  readonly asked: Asking;
  /** Days that it is kept after the day of the visit, 0 to {@link MOST_KEEP_DAYS}; 0: gone at the end of the day. */
  readonly keepDays: number;
}
export type AskedFields = Readonly<Record<VisitField, AskedField>>;

export const MOST_KEEP_DAYS = 30;

/** What a waiting patient is told: how many are before them, how long it may take, or nothing of it. */
export const showings = ['place', 'wait', 'nothing'] as const;
export type Showing = (typeof showings)[number];

/** What becomes of those who wait at closing time: they are still seen, or sent home. */
export const closings = ['serve', 'dismiss'] as const;
export type Closing = (typeof closings)[number];

/** What is decided about an area. */
export interface AreaChoices {
  readonly name: string;
  /** IANA name. */
  readonly timeZone: string;
  /** In {@link timeZone}; null for always. */
  readonly openingHours: OpeningHours | null;
  /** Holidays, `2027-01-01`, in their order. */
  readonly closedDays: readonly string[];
  /** Whom patients turn to when something does not work: a telephone number, a sentence; empty for none. */
  readonly supportContact: string;
  /** What has to be accepted at the door, by language; empty for nothing. */
  readonly pleaseRead: { readonly en: string; readonly fr: string };
  readonly fields: AskedFields;
  readonly shows: Showing;
  /** Whether patients learn their number. */
  readonly showsNumber: boolean;
  /** How long a visit takes, where today's do not say so yet. */
  readonly minutesPerVisit: number;
  /** After how long in the queue somebody stands out. */
  readonly tooLongMinutes: number;
  /** After how long in the queue a letter goes to the members who want one; null for never. */
  readonly letterMinutes: number | null;
  readonly afterClosing: Closing;
}

/** A department's door, with a queue behind it. */
export interface Area extends AreaChoices {
  readonly id: string;
  readonly organisationId: string;
  /** The part of its address after `/w/`; unique in the appliance. */
  readonly slug: string;
  /** Since when it lets nobody in although it would be open; null while it does. */
  readonly suspendedAt: number | null;
  /** Rises with every change. */
  readonly version: number;
  readonly createdAt: number;
}

/** Somebody who works in an area. */
export interface AreaMember {
  readonly areaId: string;
  readonly personId: string;
  readonly name: string;
  readonly email: string;
  readonly role: AreaRole;
  /** Whether a letter tells them that somebody waits too long. */
  readonly getsLetters: boolean;
}

/** Fields of a new area: a name, and an address to write to for whoever wants to be called back. */
export const usualFields: AskedFields = {
  name: { asked: 'required', keepDays: 0 },
  birth_date: { asked: 'no', keepDays: 0 },
  case_number: { asked: 'no', keepDays: 0 },
  reason: { asked: 'no', keepDays: 0 },
  email: { asked: 'optional', keepDays: 0 },
  phone: { asked: 'no', keepDays: 0 },
};
