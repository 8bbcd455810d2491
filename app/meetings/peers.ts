import type { FastifyBaseLogger } from 'fastify';
import type { PeerDescription, PeerQuality } from '../../media/contract.ts';
import { AppError } from '../kernel/errors.ts';
import type { MediaClient } from './media-client.ts';
import type { Meeting } from './meeting.ts';
import type { RequestData } from './messages.ts';
import type { Participant } from './participant.ts';

/** A participant's names at the SFU: a room's is its slug, a peer's the participant's id. */
export const peerOf = (meeting: Meeting, participant: Participant) => ({
  roomId: meeting.room,
  peerId: participant.id,
});

/** Participants as the SFU has them. */
export class Peers {
  readonly #media: Pick<MediaClient, 'call'>;
  readonly #log: FastifyBaseLogger;

  constructor(media: Pick<MediaClient, 'call'>, log: FastifyBaseLogger) {
    this.#media = media;
    this.#log = log;
  }

  /** Adds somebody, or finds them there. Throws what the SFU says. */
  add(
    meeting: Meeting,
    participant: Participant,
    { rtpCapabilities }: Pick<RequestData<'join'>, 'rtpCapabilities'>,
  ): Promise<PeerDescription> {
    return this.#media.call('joinRoom', {
      ...peerOf(meeting, participant),
      rtpCapabilities,
      // Until the browser says what it shows: enough for a first picture, and no sender starts more for it.
      firstLayer: 0,
      label: participant.label,
    });
  }

  /** One that is gone already, with its SFU or its room, is no fault. */
  async remove(meeting: Meeting, participant: Participant): Promise<void> {
    try {
      await this.#media.call('leaveRoom', peerOf(meeting, participant));
    } catch (fault) {
      if (fault instanceof AppError && (fault.code === 'not_found' || fault.code === 'media_unavailable'))
        return;
      throw fault;
    }
  }

  /** Lets the SFU know what is new about a participant, for the next app. The meeting does not wait for it. */
  relabel(meeting: Meeting, participant: Participant): void {
    if (!participant.isPresent) return;
    this.#media
      .call('labelPeer', { ...peerOf(meeting, participant), label: participant.label })
      .catch((err) => this.#log.warn({ err }, 'the SFU did not take a label'));
  }

  /** Null where the SFU does not know them any more, or does not answer: nobody's leaving hangs on it. */
  async readQuality(meeting: Meeting, participant: Participant): Promise<PeerQuality | null> {
    if (!participant.isPresent) return null;
    try {
      return await this.#media.call('readQuality', peerOf(meeting, participant));
    } catch {
      return null;
    }
  }
}
