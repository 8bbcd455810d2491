import { randomUUID } from 'node:crypto';
import type { FastifyBaseLogger } from 'fastify';
import type { MediaEvent, PeerDescription, PeerQuality, RoomDescription } from '../../media/contract.ts';
import type { Person } from '../identity/person.ts';
import type { Clock } from '../kernel/clock.ts';
import { AppError } from '../kernel/errors.ts';
import type { Entrance, Refusal } from '../rooms/admission.ts';
import type { RoomDirectory } from '../rooms/directory.ts';
import type { FileRelay } from './file-relay.ts';
import type { MediaClient } from './media-client.ts';
import type { Meeting } from './meeting.ts';
import type { IceServer, Joined, RequestData, Waiting, WaitingFor } from './messages.ts';
import type { Connection, Identity, Participant } from './participant.ts';
import { readLabel } from './participant-label.ts';
import type { ParticipantTokens } from './participant-token.ts';
import { peerOf } from './peer.ts';
import { Readiness } from './readiness.ts';
import type { MeetingRegistry } from './registry.ts';
import { mayDo } from './rules.ts';
import type { Edition } from './tally.ts';

export interface MeetingsOptions {
  readonly media: MediaClient;
  readonly tokens: ParticipantTokens;
  readonly log: FastifyBaseLogger;
  /** Who may enter which room. */
  readonly directory: RoomDirectory;
  readonly registry: MeetingRegistry;
  readonly clock: Clock;
  /** How long a participant whose connection was lost is waited for, in milliseconds. */
  readonly graceMs: number;
  readonly files: FileRelay;
  /** Largest file that may be offered, in bytes; null when none are passed on. */
  readonly maxFileBytes: number | null;
  /** Told when somebody is in a meeting, or is not any more. */
  readonly onPresence: (meeting: Meeting) => void;
}

/** A participant's stay in a meeting, or in front of it: what a connection holds once it has joined. */
export interface Stay {
  readonly meeting: Meeting;
  readonly participant: Participant;
  /** Whether they wait to be let in. */
  readonly isWaiting: boolean;
}

/** Who joins over which connection. */
export interface Arrival {
  readonly connection: Connection;
  /** Null for a guest. */
  readonly person: Person | null;
  /** Of the site that they came by. */
  readonly edition: Edition;
  /** What a participant's browser is told of the relay. */
  readonly iceServers: (participantId: string) => IceServer[];
  /** Why they may not enter, in their language. */
  readonly refusalFault: (refusal: Refusal) => AppError;
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
  readonly #directory: RoomDirectory;
  readonly #registry: MeetingRegistry;
  readonly #clock: Clock;
  readonly #graceMs: number;
  readonly #files: FileRelay;
  readonly #maxFileBytes: number | null;
  readonly #onPresence: (meeting: Meeting) => void;
  readonly #sfu = new Readiness(READY_DEADLINE_MS);

  constructor(options: MeetingsOptions) {
    const { media, tokens, log, directory, registry, clock, graceMs, files, maxFileBytes, onPresence } =
      options;
    this.#media = media;
    this.#tokens = tokens;
    this.#log = log;
    this.#directory = directory;
    this.#registry = registry;
    this.#clock = clock;
    this.#graceMs = graceMs;
    this.#files = files;
    this.#maxFileBytes = maxFileBytes;
    this.#onPresence = onPresence;
    media.on('connected', () => this.#takeOver());
    media.on('lost', () => {
      this.#sfu.went();
      this.#log.warn('the SFU is away');
    });
    media.on('event', (event) => this.#heard(event));
  }

  /** Whether the SFU is there and its rooms are known. */
  get isReady(): boolean {
    return this.#sfu.isReady;
  }

  /** Live meetings, the participants in them, and who waits in front of one. */
  get counts(): { meetings: number; participants: number; waiting: number } {
    const counts = { meetings: 0, participants: 0, waiting: 0 };
    for (const { participants, lobby } of this.#registry.all) {
      counts.meetings += participants.size > 0 ? 1 : 0;
      counts.participants += participants.size;
      counts.waiting += lobby.size;
    }
    return counts;
  }

  /** The meeting in a room, if there is one. */
  in(slug: string): Meeting | undefined {
    return this.#registry.in(slug);
  }

  /** Every meeting that somebody is in. */
  get all(): Meeting[] {
    return this.#registry.all.filter(({ participants }) => participants.size > 0);
  }

  /**
   * Lets somebody into a room, as a new participant or as the one whom their token names; or lets them wait.
   *
   * @throws AppError `room_full`, `media_unavailable`, `invalid_input`; `out_of_order` when the same participant joined
   * over another connection meanwhile; `meeting_locked`, `removed_from_meeting`, and whatever {@link Arrival.refusalFault} makes of a refusal.
   */
  async join(arrival: Arrival, data: RequestData<'join'>): Promise<{ stay: Stay; reply: Joined | Waiting }> {
    await this.#sfu.wait();
    const returning = data.token === undefined ? undefined : this.#tokens.verify(data.room, data.token);
    const known = returning && this.#registry.in(data.room)?.participants.get(returning);
    if (known) return this.#letIn(this.#registry.open(data.room), known, arrival, data);

    const visit = await this.#directory.visit(data.room, arrival.person, data.invitation ?? null);
    if (visit.admission.kind === 'refused') throw arrival.refusalFault(visit.admission);
    const meeting = this.#registry.open(data.room);
    meeting.place = visit.room;
    const identity = { personId: arrival.person?.id ?? null, invitationId: visit.invitation?.id ?? null };
    try {
      const entrance = watched(visit.admission, meeting, identity);
      return await this.#knock(meeting, entrance, { id: returning ?? randomUUID(), identity }, arrival, data);
    } finally {
      this.#registry.closeIfEmpty(meeting);
    }
  }

  async #knock(
    meeting: Meeting,
    entrance: Entrance,
    { id, identity }: { readonly id: string; readonly identity: Identity },
    arrival: Arrival,
    data: RequestData<'join'>,
  ): Promise<{ stay: Stay; reply: Joined | Waiting }> {
    const name = nameOf(data);
    if (meeting.keptOut.holds(id, identity)) throw new AppError('removed_from_meeting');
    const mayPass = entrance.role === 'host' || meeting.lobby.isAdmitted(id);
    if (!mayPass) {
      if (meeting.isLocked) throw new AppError('meeting_locked');
      const waitingFor: WaitingFor | null =
        entrance.needsHost && !meeting.hasHost ? 'host' : entrance.lobby ? 'admission' : null;
      if (waitingFor !== null) {
        if (meeting.lobby.isFullFor(id)) throw new AppError('room_full');
        const place = { name, identity, needsAdmission: entrance.lobby, waitingFor, now: this.#clock() };
        const participant = meeting.lobby.wait(id, place);
        participant.attach(arrival.connection);
        meeting.tally.knocked(id, arrival.edition, this.#clock());
        meeting.waitingChanged(this.#clock());
        const token = this.#tokens.issue(meeting.room, id);
        return { stay: { meeting, participant, isWaiting: true }, reply: { waitingFor, token } };
      }
    }
    if (meeting.participants.size >= entrance.maxParticipants) throw new AppError('room_full');
    const { role } = entrance;
    const participant = meeting.add({ id, name, role, joinedAt: this.#clock(), identity });
    return this.#letIn(meeting, participant, arrival, data);
  }

  async #letIn(
    meeting: Meeting,
    participant: Participant,
    { connection, iceServers, edition }: Arrival,
    data: RequestData<'join'>,
  ): Promise<{ stay: Stay; reply: Joined }> {
    participant.attach(connection);
    participant.edition = edition;
    return participant.inTurn(async () => {
      if (participant.connection !== connection) throw new AppError('out_of_order');
      const peer = await this.#enter(meeting, participant, data, connection);
      // Ended for everybody meanwhile: they are being taken out again.
      if (meeting.participants.get(participant.id) !== participant) throw new AppError('out_of_order');
      const reply = {
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
        isLocked: meeting.isLocked,
        waiting: mayDo(participant.role, 'admit') ? meeting.lobby.seen(this.#clock()) : [],
        rules: meeting.rules,
        handIds: meeting.handIds,
        chat: meeting.chat.since(participant),
        files: meeting.files.all,
        maxFileBytes: this.#maxFileBytes,
      };
      return { stay: { meeting, participant, isWaiting: false }, reply };
    });
  }

  /** Ends a participant's stay, for good. */
  leave({ meeting, participant, isWaiting }: Stay): void {
    if (isWaiting) return this.#giveUp(meeting, participant);
    if (meeting.participants.get(participant.id) !== participant) return;
    // In turn, so that the SFU cannot add them after this took them out.
    const quality = participant.inTurn(() => this.#readQuality(meeting, participant));
    this.#forget(meeting, participant, quality);
    participant.inTurn(() => this.#removePeer(meeting, participant)).catch(() => {});
  }

  /** The connection is lost; the participant may come back within the grace time. */
  lose(stay: Stay, connection: Connection): void {
    const { meeting, participant, isWaiting } = stay;
    if (participant.connection !== connection) return;
    participant.detach(this.#graceMs, () => this.leave(stay));
    if (isWaiting) return;
    meeting.tally.dropped(participant.id);
    meeting.notify(
      'participantConnectionChanged',
      { participantId: participant.id, connected: false },
      participant,
    );
  }

  /** Lets the SFU know what is new about a participant, for the next app. The meeting does not wait for it. */
  relabel(meeting: Meeting, participant: Participant): void {
    if (!participant.isPresent) return;
    this.#media
      .call('labelPeer', { ...peerOf(meeting, participant), label: participant.label })
      .catch((err) => this.#log.warn({ err }, 'the SFU did not take a label'));
  }

  async #enter(
    meeting: Meeting,
    participant: Participant,
    { rtpCapabilities, fresh = false }: RequestData<'join'>,
    connection: Connection,
  ): Promise<PeerDescription> {
    const wasPresent = participant.isPresent;
    let peer: PeerDescription;
    try {
      if (fresh && wasPresent) {
        await this.#removePeer(meeting, participant);
        for (const producerId of participant.producers.keys()) {
          meeting.notify('producerClosed', { producerId }, participant);
        }
      }
      peer = await this.#media.call('joinRoom', {
        ...peerOf(meeting, participant),
        rtpCapabilities,
        // Until the browser says what it shows: enough for a first picture, and no sender starts more for it.
        firstLayer: 0,
        label: participant.label,
      });
    } catch (fault) {
      if (wasPresent) this.lose({ meeting, participant, isWaiting: false }, connection);
      else this.#forget(meeting, participant);
      throw fault;
    }
    participant.producers.clear();
    for (const { producerId, source, paused } of peer.producers)
      participant.producers.set(producerId, { source, paused });
    participant.isPresent = true;
    meeting.tally.entered(participant.id, participant.edition, this.#clock());
    meeting.lobby.entered(participant.id);
    if (wasPresent) {
      meeting.notify(
        'participantConnectionChanged',
        { participantId: participant.id, connected: true },
        participant,
      );
    } else {
      meeting.notify('participantJoined', { participant: participant.seen }, participant);
      if (meeting.others().length === 1) this.#registry.began(meeting);
      if (mayDo(participant.role, 'admit')) this.#hostCame(meeting);
      this.#onPresence(meeting);
    }
    return peer;
  }

  #hostCame(meeting: Meeting): void {
    if (meeting.lobby.size === 0) return;
    meeting.lobby.hostCame();
    meeting.waitingChanged(this.#clock());
  }

  #giveUp(meeting: Meeting, participant: Participant): void {
    if (meeting.lobby.participant(participant.id) !== participant) {
      return meeting.tally.turnedAway(participant.id);
    }
    meeting.tally.gaveUp(participant.id, this.#clock());
    meeting.lobby.remove(participant.id);
    meeting.waitingChanged(this.#clock());
    this.#registry.closeIfEmpty(meeting);
  }

  /** @param quality how it was for them, where the SFU can still be asked. */
  #forget(
    meeting: Meeting,
    participant: Participant,
    quality: Promise<PeerQuality | null> = Promise.resolve(null),
  ): void {
    participant.dispose();
    meeting.tally.left(participant.id, this.#clock(), quality);
    meeting.participants.delete(participant.id);
    this.#files.left(participant);
    for (const { id } of meeting.files.removeOf(participant)) meeting.notify('fileWithdrawn', { fileId: id });
    if (participant.isPresent) {
      meeting.notify('participantLeft', { participantId: participant.id });
      this.#onPresence(meeting);
    }
    if (participant.handRaisedAt !== null) meeting.notify('handsChanged', { handIds: meeting.handIds });
    if (participant.isPresent && meeting.others().length === 0) this.#registry.ended(meeting);
    this.#registry.closeIfEmpty(meeting);
  }

  /** Null where the SFU does not know them any more, or does not answer: nobody's leaving hangs on it. */
  async #readQuality(meeting: Meeting, participant: Participant): Promise<PeerQuality | null> {
    if (!participant.isPresent) return null;
    try {
      return await this.#media.call('readQuality', peerOf(meeting, participant));
    } catch {
      return null;
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
      setTimeout(() => this.#takeOver(), READY_DEADLINE_MS).unref();
    }
  }

  /** Makes participants of the peers that an earlier app let in, and waits for their browsers to come back. */
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
      participant.detach(this.#graceMs, () => this.leave({ meeting, participant, isWaiting: false }));
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

const nameOf = ({ name }: RequestData<'join'>) => name.trim().normalize('NFC');

/** Once somebody was taken out, whom nobody knows has to be admitted: it may be them again. */
function watched(entrance: Entrance, { keptOut }: Meeting, { personId, invitationId }: Identity): Entrance {
  const isUnknown = personId === null && invitationId === null;
  return isUnknown && keptOut.isWatchingTheDoor ? { ...entrance, lobby: true } : entrance;
}
