import type { Participant, Source, WaitingFor, WaitingPerson } from '../../meetings/messages.ts';
import type { Reception } from './attention.ts';
import type { RemoteTrack } from './media-session.ts';
import type { NetworkState } from './network-state.ts';
import type { EndReason, SignallingError } from './signalling.ts';

/**
 * `idle` → `joining` (→ `waiting`) → `joined` ⇄ `reconnecting` → `ended`. While `waiting`, a host has to come or to let
 * this side in. While `reconnecting`, sound and picture usually go on: only the signalling socket is away.
 */
export type MeetingState = 'idle' | 'joining' | 'waiting' | 'joined' | 'reconnecting' | 'ended';

/** Another participant, as seen now. */
export interface RemoteParticipant extends Participant {
  readonly speaking: boolean;
  readonly tracks: readonly RemoteTrack[];
}

/** What this side sends, or would send as soon as it can. */
export interface LocalSource {
  readonly track: MediaStreamTrack;
  readonly paused: boolean;
}

export interface MeetingEvents {
  stateChanged: (state: MeetingState) => void;
  /** What this side waits for. */
  waitingForChanged: (waitingFor: WaitingFor) => void;
  /** Who waits to be let in, longest first; told to hosts. */
  waitingChanged: (waiting: readonly WaitingPerson[]) => void;
  /** Whether the meeting lets nobody else in. */
  lockChanged: (locked: boolean) => void;
  participantJoined: (participant: RemoteParticipant) => void;
  participantLeft: (participant: RemoteParticipant) => void;
  /** Connection, speaking or tracks changed. */
  participantChanged: (participant: RemoteParticipant) => void;
  /** This side's own voice is heard by the others, or no longer. */
  speakingChanged: (speaking: boolean) => void;
  /**
   * A host (`by`, null if they left) or a rule (`by` undefined) stopped what this side sends: its device goes off. Starting
   * it again, where that is allowed, is up to the person.
   */
  sourceStopped: (source: Source, by: Participant | null | undefined) => void;
  /** The network is too weak for what is going on, or no longer. */
  networkChanged: (network: NetworkState) => void;
  /** Another amount of pictures is received. */
  receptionChanged: (reception: Reception) => void;
  /** A source was added, removed, muted or unmuted. */
  localChanged: (source: Source) => void;
  /** Something failed that is not worth ending the meeting for. */
  fault: (fault: Error) => void;
  /** The meeting is over for this side. Not emitted to whoever leaves by themselves. */
  ended: (reason: EndReason | SignallingError) => void;
}
