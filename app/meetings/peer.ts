import type { Meeting } from './meeting.ts';
import type { Participant } from './participant.ts';

/** A participant's names at the SFU: a room's is its slug, a peer's the participant's id. */
export const peerOf = (meeting: Meeting, participant: Participant) => ({
  roomId: meeting.room,
  peerId: participant.id,
});
