import type { Language } from '../kernel/languages.ts';
import type { AppointmentState } from './appointments/appointment.ts';
import type { AreaRole } from './area.ts';
import type { AreaPermission } from './area-permissions.ts';
import type { CallBack, Outcome, VisitState } from './visit.ts';

/** A colleague, as the staff view names them. */
export interface Colleague {
  readonly id: string;
  readonly name: string;
}

/** Somebody who was brought into a call. */
export interface GuestView {
  readonly id: string;
  readonly kind: 'interpreter' | 'family' | 'colleague';
  readonly name: string;
  /** Of the team; null for somebody who came by a link of their own. */
  readonly personId: string | null;
}

/** One patient, as those see them who work in the area. Instants are milliseconds since 1970. */
export interface VisitView {
  readonly id: string;
  readonly areaId: string;
  readonly version: number;
  readonly state: VisitState;
  readonly outcome: Outcome | null;
  readonly number: number;
  readonly name: string | null;
  readonly birthDate: string | null;
  readonly caseNumber: string | null;
  readonly reason: string | null;
  /** By what they can be called back. */
  readonly callBackBy: 'letter' | 'sms' | null;
  readonly callBack: CallBack | null;
  readonly language: Language;
  /** When they were expected; null without an appointment, or where it is not known any more. */
  readonly expectedAt: number | null;
  readonly hasAppointment: boolean;
  readonly arrivedAt: number;
  /** The queue is in this order, then by id. */
  readonly queueAt: number;
  readonly stateAt: number;
  /** Since when no page of theirs is open; null while one is. */
  readonly lostAt: number | null;
  readonly meantFor: Colleague | null;
  readonly takenBy: Colleague | null;
  readonly note: string | null;
  readonly noteBy: string | null;
  readonly guests: readonly GuestView[];
  /** What staff wrote to them, the oldest first. */
  readonly messages: readonly { readonly text: string; readonly sentAt: number }[];
}

/** An area, as those see it who work there. */
export interface AreaView {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  /** What the reader is in it, and may do there. */
  readonly role: AreaRole;
  readonly may: readonly AreaPermission[];
  readonly isOpen: boolean;
  /** When it opens again; null while it is open, or for never. */
  readonly opensAt: number | null;
  readonly suspendedAt: number | null;
  readonly tooLongMinutes: number;
  /** IANA name; appointments are by its clocks. */
  readonly timeZone: string;
  /** Who can take patients there, but for interpreters: to hand over to. */
  readonly colleagues: readonly Colleague[];
  /** Who can be brought in by name. */
  readonly interpreters: readonly Colleague[];
}

/** An area of the organisation that a patient can be handed over to, and who takes patients there. */
export interface HandOverTarget {
  readonly id: string;
  readonly name: string;
  readonly colleagues: readonly Colleague[];
}

/** An appointment of today by the clocks of its area, as those see it who work there. */
export interface ExpectedView {
  readonly id: string;
  readonly areaId: string;
  readonly version: number;
  readonly name: string;
  readonly startsAt: number;
  readonly endsAt: number;
  readonly state: Extract<AppointmentState, 'booked' | 'arrived' | 'noshow'>;
  /** Null for whoever is free. */
  readonly clinicianName: string | null;
}

/** Everything that the staff view shows. */
export interface StaffView {
  readonly now: number;
  readonly me: Colleague;
  readonly areas: readonly AreaView[];
  /** All areas of the organisation, for who may hand over. */
  readonly targets: readonly HandOverTarget[];
  /** Of the areas where one may read the queue; for interpreters the calls that they were brought into. */
  readonly visits: readonly VisitView[];
  /** Today's appointments of the areas where one may read them, by when they begin. */
  readonly expected: readonly ExpectedView[];
}

/** What the socket `/clinic/live` sends. The first is always `view`; it comes again when what one may see changed. */
export type StaffMessage =
  | { readonly type: 'view'; readonly view: StaffView }
  /** New, or changed. One that is `ended` is gone. */
  | { readonly type: 'visit'; readonly visit: VisitView }
  /** All of today's appointments of one area. */
  | { readonly type: 'expected'; readonly areaId: string; readonly expected: readonly ExpectedView[] }
  /** It is in none of the reader's areas any more. */
  | { readonly type: 'gone'; readonly id: string };
