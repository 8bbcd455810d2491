import { randomUUID } from 'node:crypto';
import type { FastifyBaseLogger } from 'fastify';
import type { MediaEvent, PeerDescription, RoomDescription } from '../../media/contract.ts';
import { AppError } from '../kernel/errors.ts';
import type { MediaClient } from './media-client.ts';
import { Meeting } from './meeting.ts';
import type { IceServer, Joined, RequestData } from './messages.ts';
import type { Connection, Participant } from './participant.ts';
import type { ParticipantTokens } from './participant-token.ts';

export interface MeetingsOptions {
  readonly media: MediaClient;
  readonly tokens: ParticipantTokens;
  readonly log: FastifyBaseLogger;
  /** Most participants in one room. */
  readonly participantsPerRoom: number;
  /** How long a participant whose connection was lost is waited for, in milliseconds. */
  readonly graceMs: number;
}

/** A participant's stay in a meeting: what a connection holds once it has joined. */
export interface Stay {
  readonly meeting: Meeting;
  readonly participant: Participant;
}

/** How long a `join` waits for an SFU that is just starting, in milliseconds. */
const READY_DEADLINE_MS = 5_000;

/**
 * All live meetings. The SFU knows who is in which room and survives this process, so nothing is stored here that it
 * cannot tell again: a new app lists what is live and takes it over ({@link MediaClient} `connected`).
 */
export class Meetings {
  readonly #media: MediaClient;
  readonly #tokens: ParticipantTokens;
  readonly #log: FastifyBaseLogger;
  readonly #participantsPerRoom: number;
  readonly #graceMs: number;
  readonly #meetings = new Map<string, Meeting>();
  #ready = Promise.withResolvers<void>();
  #isReady = false;

  constructor({ media, tokens, log, participantsPerRoom, graceMs }: MeetingsOptions) {
    this.#media = media;
    this.#tokens = tokens;
    this.#log = log;
    this.#participantsPerRoom = participantsPerRoom;
    this.#graceMs = graceMs;
    media.on('connected', () => this.#takeOver());
    media.on('lost', () => this.#mediaLost());
    media.on('event', (event) => this.#heard(event));
  }

  /** Whether the SFU is there and its rooms are known. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** Live meetings and the participants in them, for metrics. */
  get counts(): { meetings: number; participants: number } {
    let participants = 0;
    for (const meeting of this.#meetings.values()) participants += meeting.participants.size;
    return { meetings: this.#meetings.size, participants };
  }

  /**
   * Lets a connection into a room, as a new participant or as the one whom its token names.
   *
   * @throws AppError `room_full`, `media_unavailable`, `invalid_input`; `out_of_order` when the same participant joined
   * over another connection meanwhile.
   */
  async join(
    connection: Connection,
    data: RequestData<'join'>,
    iceServers: (participantId: string) => IceServer[],
  ): Promise<{ stay: Stay; joined: Joined }> {
    await this.#whenReady();
    const name = data.name.trim().normalize('NFC');
    const returning = data.token === undefined ? undefined : this.#tokens.verify(data.room, data.token);
    const meeting = this.#open(data.room);
    const known = returning === undefined ? undefined : meeting.participants.get(returning);
    if (!known && meeting.participants.size >= this.#participantsPerRoom) throw new AppError('room_full');
    const participant = known ?? meeting.add(returning ?? randomUUID(), name);
    participant.attach(connection);
    return participant.inTurn(async () => {
      if (participant.connection !== connection) throw new AppError('out_of_order');
      const peer = await this.#enter(meeting, participant, name, data, connection);
      const joined = {
        you: {
          participant: participant.seen,
          token: this.#tokens.issue(meeting.room, participant.id),
          producers: peer.producers,
        },
        participants: meeting.others(participant).map(({ seen }) => seen),
        sendTransport: peer.sendTransport,
        recvTransport: peer.recvTransport,
        consumers: peer.consumers,
        speakerIds: [...meeting.speakerIds],
        iceServers: iceServers(participant.id),
      };
      return { stay: { meeting, participant }, joined };
    });
  }

  /** Ends a participant's stay, for good. */
  leave({ meeting, participant }: Stay): void {
    if (meeting.participants.get(participant.id) !== participant) return;
    this.#forget(meeting, participant);
    // In turn, so that the SFU cannot add them after this took them out.
    participant.inTurn(() => this.#removePeer(meeting, participant)).catch(() => {});
  }

  /** The connection is lost; the participant may come back within the grace time. */
  lose({ meeting, participant }: Stay, connection: Connection): void {
    if (participant.connection !== connection) return;
    participant.detach(this.#graceMs, () => this.leave({ meeting, participant }));
    meeting.notify(
      'participantConnectionChanged',
      { participantId: participant.id, connected: false },
      participant,
    );
  }

  async produce(
    { meeting, participant }: Stay,
    data: RequestData<'produce'>,
  ): Promise<{ producerId: string }> {
    const { producerId, consumers } = await this.#media.call('produce', {
      ...peerOf(meeting, participant),
      ...data,
    });
    participant.producerIds.add(producerId);
    for (const { peerId, consumer } of consumers) {
      meeting.participants.get(peerId)?.notify('consumerAdded', { consumer });
    }
    return { producerId };
  }

  async setProducerPaused(
    { meeting, participant }: Stay,
    producerId: string,
    paused: boolean,
  ): Promise<void> {
    await this.#media.call(paused ? 'pauseProducer' : 'resumeProducer', {
      ...peerOf(meeting, participant),
      producerId,
    });
    meeting.notify('producerPausedChanged', { producerId, paused }, participant);
  }

  async closeProducer({ meeting, participant }: Stay, producerId: string): Promise<void> {
    await this.#media.call('closeProducer', { ...peerOf(meeting, participant), producerId });
    participant.producerIds.delete(producerId);
    meeting.notify('producerClosed', { producerId }, participant);
  }

  async #enter(
    meeting: Meeting,
    participant: Participant,
    name: string,
    { rtpCapabilities, fresh = false }: RequestData<'join'>,
    connection: Connection,
  ): Promise<PeerDescription> {
    const wasPresent = participant.isPresent;
    let peer: PeerDescription;
    try {
      if (fresh && wasPresent) {
        await this.#removePeer(meeting, participant);
        for (const producerId of participant.producerIds) {
          meeting.notify('producerClosed', { producerId }, participant);
        }
      }
      peer = await this.#media.call('joinRoom', {
        ...peerOf(meeting, participant),
        rtpCapabilities,
        label: { name: wasPresent ? participant.name : name },
      });
    } catch (fault) {
      if (wasPresent) this.lose({ meeting, participant }, connection);
      else this.#forget(meeting, participant);
      throw fault;
    }
    participant.producerIds.clear();
    for (const { producerId } of peer.producers) participant.producerIds.add(producerId);
    participant.isPresent = true;
    if (wasPresent) {
      meeting.notify(
        'participantConnectionChanged',
        { participantId: participant.id, connected: true },
        participant,
      );
    } else {
      meeting.notify('participantJoined', { participant: participant.seen }, participant);
    }
    return peer;
  }

  #open(room: string): Meeting {
    let meeting = this.#meetings.get(room);
    if (!meeting) {
      meeting = new Meeting(room);
      this.#meetings.set(room, meeting);
    }
    return meeting;
  }

  #forget(meeting: Meeting, participant: Participant): void {
    participant.dispose();
    meeting.participants.delete(participant.id);
    if (participant.isPresent) meeting.notify('participantLeft', { participantId: participant.id });
    if (meeting.participants.size === 0 && this.#meetings.get(meeting.room) === meeting) {
      this.#meetings.delete(meeting.room);
    }
  }

  /** Takes a peer out of the SFU. One that is gone already, with its SFU or its room, is no fault. */
  async #removePeer(meeting: Meeting, participant: Participant): Promise<void> {
    try {
      await this.#media.call('leaveRoom', peerOf(meeting, participant));
    } catch (fault) {
      if (fault instanceof AppError && (fault.code === 'not_found' || fault.code === 'media_unavailable'))
        return;
      throw fault;
    }
  }

  async #whenReady(): Promise<void> {
    if (this.#isReady) return;
    const timer = AbortSignal.timeout(READY_DEADLINE_MS);
    const late = Promise.withResolvers<never>();
    timer.addEventListener('abort', () => late.reject(new AppError('media_unavailable')));
    await Promise.race([this.#ready.promise, late.promise]);
  }

  #mediaLost(): void {
    if (this.#isReady) this.#ready = Promise.withResolvers<void>();
    this.#isReady = false;
    this.#log.warn('the SFU is away');
  }

  async #takeOver(): Promise<void> {
    try {
      const { rooms } = await this.#media.call('listRooms', {});
      const described = new Map(rooms.map((room) => [room.roomId, room]));
      for (const room of rooms) this.#adopt(room);
      for (const meeting of this.#meetings.values()) {
        const peerIds = new Set(described.get(meeting.room)?.peers.map(({ peerId }) => peerId));
        for (const participant of meeting.participants.values()) {
          if (participant.isPresent && !peerIds.has(participant.id)) participant.notify('meetingReset', {});
        }
      }
      this.#isReady = true;
      this.#ready.resolve();
      this.#log.info({ rooms: rooms.length }, 'the SFU is there');
    } catch (err) {
      // Its event socket is open, so it will answer, or the socket closes and this is tried again.
      this.#log.error({ err }, 'the SFU did not list its rooms');
      setTimeout(() => this.#takeOver(), READY_DEADLINE_MS).unref();
    }
  }

  /** Makes participants of the peers that an earlier app let in, and waits for their browsers to come back. */
  #adopt({ roomId, peers, speakerPeerIds }: RoomDescription): void {
    const meeting = this.#open(roomId);
    meeting.speakerIds = speakerPeerIds;
    for (const { peerId, label, producers } of peers) {
      if (meeting.participants.has(peerId)) continue;
      const participant = meeting.add(peerId, typeof label.name === 'string' ? label.name : '');
      participant.isPresent = true;
      for (const { producerId } of producers) participant.producerIds.add(producerId);
      participant.detach(this.#graceMs, () => this.leave({ meeting, participant }));
    }
  }

  #heard(event: MediaEvent): void {
    const meeting = this.#meetings.get(event.roomId);
    if (!meeting) return;
    switch (event.event) {
      case 'speakersChanged':
        meeting.speakerIds = event.speakerPeerIds;
        return meeting.notify('speakersChanged', { speakerIds: event.speakerPeerIds });
      case 'consumerLayersChanged':
        return meeting.participants
          .get(event.peerId)
          ?.notify('consumerLayersChanged', { consumerId: event.consumerId, layers: event.layers });
      case 'roomClosed':
        meeting.speakerIds = [];
        return meeting.notify('meetingReset', {});
    }
  }
}

/** A room's name at the SFU is its slug; a peer's is its participant's id. */
const peerOf = (meeting: Meeting, participant: Participant) => ({
  roomId: meeting.room,
  peerId: participant.id,
});
