import type { CallBack, Outcome, VisitState } from './visit.ts';

/** What a waiting patient is told; nothing of anybody else. Instants are milliseconds since 1970. */
export interface HoldView {
  readonly now: number;
  readonly state: VisitState;
  readonly outcome: Outcome | null;
  /** Null where the department keeps it to itself. */
  readonly number: number | null;
  /** 1: the next one. Null where it is not told, or not waiting. */
  readonly place: number | null;
  /** About how long it takes; null where it is not told, or not waiting. */
  readonly waitMinutes: number | null;
  /** Whether they are not seen yet because a colleague is to go on with them. */
  readonly isHandedOver: boolean;
  /** What staff wrote, the oldest first. */
  readonly messages: readonly { readonly text: string; readonly sentAt: number }[];
  /** Where the call is; null until they are called. */
  readonly enterPath: string | null;
  /** Whether the door lets others in; those who wait may still be seen. */
  readonly isOpen: boolean;
  readonly callBack: CallBack | null;
}

/** What the socket `/w/SLUG/live` sends, at once and whenever it changes. */
export interface HoldMessage {
  readonly type: 'hold';
  readonly hold: HoldView;
}
