import { randomUUID } from 'node:crypto';
import type { PeerDescription, PeerQuality } from '../../media/contract.ts';
import type { Clock } from '../kernel/clock.ts';
import { AppError } from '../kernel/errors.ts';
import type { Entrance } from '../rooms/admission.ts';
import type { RoomDirectory } from '../rooms/directory.ts';
import type { FileRelay } from './file-relay.ts';
import type { Meeting } from './meeting.ts';
import type { Joined, RequestData, Waiting, WaitingFor } from './messages.ts';
import type { Connection, Identity, Participant } from './participant.ts';
import type { ParticipantTokens } from './participant-token.ts';
import type { Peers } from './peers.ts';
import type { Readiness } from './readiness.ts';
import type { MeetingRegistry } from './registry.ts';
import { mayDo } from './rules.ts';
import type { Arrival, Stay } from './stay.ts';

export interface MeetingsOptions {
  /** Whether the SFU is there and its rooms are known. */
  readonly sfu: Pick<Readiness, 'wait'>;
  readonly peers: Peers;
  readonly tokens: ParticipantTokens;
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

/**
 * All live meetings. The SFU knows who is in which room and survives this process, so nothing is stored here that it
 * cannot tell again: a new app takes over what is live (`takeover.ts`).
 */
export class Meetings {
  readonly #sfu: MeetingsOptions['sfu'];
  readonly #peers: Peers;
  readonly #tokens: ParticipantTokens;
  readonly #directory: RoomDirectory;
  readonly #registry: MeetingRegistry;
  readonly #clock: Clock;
  readonly #graceMs: number;
  readonly #files: FileRelay;
  readonly #maxFileBytes: number | null;
  readonly #onPresence: (meeting: Meeting) => void;

  constructor(options: MeetingsOptions) {
    const { sfu, peers, tokens, directory, registry, clock, graceMs, files, maxFileBytes, onPresence } =
      options;
    this.#sfu = sfu;
    this.#peers = peers;
    this.#tokens = tokens;
    this.#directory = directory;
    this.#registry = registry;
    this.#clock = clock;
    this.#graceMs = graceMs;
    this.#files = files;
    this.#maxFileBytes = maxFileBytes;
    this.#onPresence = onPresence;
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
    const quality = participant.inTurn(() => this.#peers.readQuality(meeting, participant));
    this.#forget(meeting, participant, quality);
    participant.inTurn(() => this.#peers.remove(meeting, participant)).catch(() => {});
  }

  /** Waits for a browser that is to come back within the grace time. */
  expectBack(stay: Stay): void {
    stay.participant.detach(this.#graceMs, () => this.leave(stay));
  }

  /** The connection is lost; the participant may come back within the grace time. */
  lose(stay: Stay, connection: Connection): void {
    const { meeting, participant, isWaiting } = stay;
    if (participant.connection !== connection) return;
    this.expectBack(stay);
    if (isWaiting) return;
    meeting.tally.dropped(participant.id);
    meeting.notify(
      'participantConnectionChanged',
      { participantId: participant.id, connected: false },
      participant,
    );
  }

  async #enter(
    meeting: Meeting,
    participant: Participant,
    data: RequestData<'join'>,
    connection: Connection,
  ): Promise<PeerDescription> {
    const wasPresent = participant.isPresent;
    let peer: PeerDescription;
    try {
      if (data.fresh && wasPresent) {
        await this.#peers.remove(meeting, participant);
        for (const producerId of participant.producers.keys()) {
          meeting.notify('producerClosed', { producerId }, participant);
        }
      }
      peer = await this.#peers.add(meeting, participant, data);
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
}

const nameOf = ({ name }: RequestData<'join'>) => name.trim().normalize('NFC');

/** Once somebody was taken out, whom nobody knows has to be admitted: it may be them again. */
function watched(entrance: Entrance, { keptOut }: Meeting, { personId, invitationId }: Identity): Entrance {
  const isUnknown = personId === null && invitationId === null;
  return isUnknown && keptOut.isWatchingTheDoor ? { ...entrance, lobby: true } : entrance;
}
