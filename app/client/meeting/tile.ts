import type { RemoteTrack } from './media-session.ts';
import type { RemoteParticipant } from './meeting-events.ts';

/** What the tile of one participant shows. */
export interface Tile {
  readonly name: string;
  readonly isYou: boolean;
  /** Null: no camera, or it is off. */
  readonly camera: MediaStreamTrack | null;
  readonly microphoneOn: boolean;
  readonly speaking: boolean;
  /** False while they are expected back. */
  readonly connected: boolean;
  /** The camera is on, but nothing of it reaches us for lack of bandwidth. */
  readonly starved: boolean;
}

/** A screen that another participant shows. */
export interface SharedScreen {
  readonly participantId: string;
  /** Of the one who shows it. */
  readonly name: string;
  readonly track: MediaStreamTrack;
  readonly starved: boolean;
}

export function tileOf(participant: RemoteParticipant): Tile {
  const camera = sent(participant, 'camera');
  const microphone = sent(participant, 'microphone');
  return {
    name: participant.name,
    isYou: false,
    camera: camera?.track ?? null,
    microphoneOn: microphone !== undefined,
    speaking: participant.speaking && microphone !== undefined,
    connected: participant.connected,
    starved: camera?.starved ?? false,
  };
}

/** Undefined: this participant shows none. */
export function sharedScreenOf(participant: RemoteParticipant): SharedScreen | undefined {
  const screen = sent(participant, 'screen');
  return (
    screen && {
      participantId: participant.id,
      name: participant.name,
      track: screen.track,
      starved: screen.starved,
    }
  );
}

/** What the participant sounds like: voice and shared sound, muted or not. */
export function soundsOf(participant: RemoteParticipant): RemoteTrack[] {
  return participant.tracks.filter(({ source }) => source === 'microphone' || source === 'screenAudio');
}

const sent = ({ tracks }: RemoteParticipant, source: RemoteTrack['source']) =>
  tracks.find((track) => track.source === source && !track.paused);
