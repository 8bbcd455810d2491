import type { Language } from '../kernel/languages.ts';
import type { VisitField } from './area.ts';

/**
 * - `waiting`: in the queue.
 * - `called`: a clinician took them, and the door to the call is open.
 * - `in_call`: they are in the call.
 * - `left`: they gave up, or nobody was at their page for too long. They may come back.
 * - `ended`: over.
 */
const visitStates = ['waiting', 'called', 'in_call', 'left', 'ended'] as const;
export type VisitState = (typeof visitStates)[number];

/** How it came to an end, or why they left; null before. */
export const outcomes = ['seen', 'gone', 'lost', 'sent_home', 'closed', 'stale'] as const;
export type Outcome = (typeof outcomes)[number];

/** What can happen to a visit, from which states and to which one. Nothing else does. */
export const visitActs = {
  /** A clinician takes them: of two at once, one. */
  take: { from: ['waiting'], to: 'called' },
  /** The patient is in the call. */
  enter: { from: ['called'], to: 'in_call' },
  /** The patient's connection to the call is gone for good; the door stays open. */
  step_out: { from: ['in_call'], to: 'called' },
  put_back: { from: ['called', 'in_call'], to: 'waiting' },
  /** To a colleague, or to another area. */
  hand_over: { from: ['waiting', 'called', 'in_call'], to: 'waiting' },
  leave: { from: ['waiting', 'called', 'in_call'], to: 'left' },
  come_back: { from: ['left'], to: 'waiting' },
  end: { from: ['waiting', 'called', 'in_call', 'left'], to: 'ended' },
} as const satisfies Record<string, { readonly from: readonly VisitState[]; readonly to: VisitState }>;
export type VisitAct = keyof typeof visitActs;

/** States in which a patient is somewhere on their way. */
export const openStates = ['waiting', 'called', 'in_call'] as const satisfies readonly VisitState[];

/** What a patient said at the door; null for what they did not. */
export type Said = Readonly<Record<VisitField, string | null>>;

/** How a patient whose page closed is called back: not sent yet, by letter, by SMS, or it did not work. */
export type CallBack = 'asked' | 'letter' | 'sms' | 'failed';

/** One patient at a door. */
export interface Visit {
  readonly id: string;
  readonly areaId: string;
  readonly organisationId: string;
  readonly state: VisitState;
  readonly outcome: Outcome | null;
  /** Rises with every change. */
  readonly version: number;
  readonly language: Language;
  /** Of the site that they came by. */
  readonly host: string;
  /** Counts from 1 in each area, each day. */
  readonly number: number;
  readonly said: Said;
  readonly appointmentId: string | null;
  readonly arrivedAt: number;
  /** The queue is in this order. */
  readonly queueAt: number;
  /** Since when it is in its state. */
  readonly stateAt: number;
  /** Since when no page of theirs is open; null while one is. */
  readonly lostAt: number | null;
  /** Whom they were handed over to, or have an appointment with: an account's id. */
  readonly meantFor: string | null;
  /** Who took them. */
  readonly takenBy: string | null;
  readonly calledAt: number | null;
  /** From colleague to colleague; gone when the visit ends. */
  readonly note: string | null;
  readonly noteBy: string | null;
  readonly roomId: string | null;
  /** The patient's own link into the call. */
  readonly invitationId: string | null;
  readonly callBack: CallBack | null;
  readonly endedAt: number | null;
}
