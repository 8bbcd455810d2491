import type { FastifyBaseLogger } from 'fastify';
import type { MediaEvent, RoomDescription } from '../../media/contract.ts';
import type { MediaClient } from './media-client.ts';
import { readLabel } from './participant-label.ts';
import type { Readiness } from './readiness.ts';
import type { MeetingRegistry } from './registry.ts';
import type { Stay } from './stay.ts';

/** Wait before the SFU is asked again for its rooms, in milliseconds. */
const RETRY_MS = 5_000;

export interface TakeoverOptions {
  readonly media: Pick<MediaClient, 'on' | 'call'>;
  /** Told when the SFU is there and its rooms are known, and when it went. */
  readonly sfu: Pick<Readiness, 'came' | 'went'>;
  readonly registry: MeetingRegistry;
  readonly log: FastifyBaseLogger;
  /** Told of everybody whom an earlier app let in: their browser is to come back. */
  readonly onAdopted: (stay: Stay) => void;
}

/**
 * Keeps the meetings as the SFU has them: takes over what is live whenever the SFU's event socket opens, and passes on
 * what happens from then on.
 */
export class Takeover {
  readonly #media: TakeoverOptions['media'];
  readonly #sfu: TakeoverOptions['sfu'];
  readonly #registry: MeetingRegistry;
  readonly #log: FastifyBaseLogger;
  readonly #onAdopted: (stay: Stay) => void;

  constructor({ media, sfu, registry, log, onAdopted }: TakeoverOptions) {
    this.#media = media;
    this.#sfu = sfu;
    this.#registry = registry;
    this.#log = log;
    this.#onAdopted = onAdopted;
  }

  /** Begins; before the SFU's event socket is opened. */
  begin(): void {
    this.#media.on('connected', () => this.#takeOver());
    this.#media.on('lost', () => {
      this.#sfu.went();
      this.#log.warn('the SFU is away');
    });
    this.#media.on('event', (event) => this.#heard(event));
  }

  async #takeOver(): Promise<void> {
    try {
      const noted = await this.#registry.noted();
      // From here on without a pause: nothing may happen unseen between the list and what is made of it.
      const { rooms } = await this.#media.call('listRooms', {});
      const described = new Map(rooms.map((room) => [room.roomId, room]));
      this.#registry.takeOver([...described.keys()], noted);
      for (const room of rooms) this.#adopt(room);
      for (const meeting of this.#registry.all) {
        const peerIds = new Set(described.get(meeting.room)?.peers.map(({ peerId }) => peerId));
        for (const participant of meeting.participants.values()) {
          if (participant.isPresent && !peerIds.has(participant.id)) participant.notify('meetingReset', {});
        }
      }
      this.#sfu.came();
      this.#log.info({ rooms: rooms.length }, 'the SFU is there');
    } catch (err) {
      // Its event socket is open, so it will answer, or the socket closes and this is tried again.
      this.#log.error({ err }, 'the SFU did not list its rooms');
      setTimeout(() => this.#takeOver(), RETRY_MS).unref();
    }
  }

  /** Makes participants of the peers that an earlier app let in. */
  #adopt({ roomId, peers, speakerPeerIds }: RoomDescription): void {
    const meeting = this.#registry.open(roomId);
    meeting.speakerIds = speakerPeerIds;
    for (const { peerId, label, producers } of peers) {
      if (meeting.participants.has(peerId)) continue;
      const { personId, invitationId, exceptions, handRaisedAt, edition, ...known } = readLabel(
        label,
        meeting.startedAt,
      );
      const participant = meeting.add({ ...known, id: peerId, identity: { personId, invitationId } });
      participant.exceptions = exceptions;
      participant.handRaisedAt = handRaisedAt;
      participant.edition = edition;
      participant.isPresent = true;
      meeting.tally.entered(peerId, edition, participant.joinedAt);
      for (const { producerId, source, paused } of producers) {
        participant.producers.set(producerId, { source, paused });
        meeting.tally.sent(source);
      }
      this.#onAdopted({ meeting, participant, isWaiting: false });
    }
  }

  #heard(event: MediaEvent): void {
    const meeting = this.#registry.in(event.roomId);
    if (!meeting) return;
    switch (event.event) {
      case 'speakersChanged':
        meeting.speakerIds = event.speakerPeerIds;
        return meeting.notify('speakersChanged', { speakerIds: event.speakerPeerIds });
      case 'consumerLayersChanged':
        return meeting.participants
          .get(event.peerId)
          ?.notify('consumerLayersChanged', { consumerId: event.consumerId, layers: event.layers });
      case 'demandChanged':
        return meeting.participants
          .get(event.peerId)
          ?.notify('demandChanged', { producerId: event.producerId, wantedLayer: event.wantedLayer });
      case 'roomClosed':
        meeting.speakerIds = [];
        return meeting.notify('meetingReset', {});
    }
  }
}
