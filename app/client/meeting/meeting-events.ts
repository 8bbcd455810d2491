import type { Participant, Source } from '../../meetings/messages.ts';
import type { RemoteTrack } from './media-session.ts';
import type { EndReason, SignallingError } from './signalling.ts';

/**
 * `idle` → `joining` → `joined` ⇄ `reconnecting` → `ended`. While `reconnecting`, sound and picture usually go on: only
 * the signalling socket is away.
 */
export type MeetingState = 'idle' | 'joining' | 'joined' | 'reconnecting' | 'ended';

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
  participantJoined: (participant: RemoteParticipant) => void;
  participantLeft: (participant: RemoteParticipant) => void;
  /** Connection, speaking or tracks changed. */
  participantChanged: (participant: RemoteParticipant) => void;
  /** This side's own voice is heard by the others, or no longer. */
  speakingChanged: (speaking: boolean) => void;
  /** A source was added, removed, muted or unmuted. */
  localChanged: (source: Source) => void;
  /** Something failed that is not worth ending the meeting for. */
  fault: (fault: Error) => void;
  /** The meeting is over for this side. Not emitted to whoever leaves by themselves. */
  ended: (reason: EndReason | SignallingError) => void;
}
