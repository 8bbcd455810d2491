import type { Emitter } from 'nanoevents';
import type { Joined, Participant } from '../../meetings/messages.ts';
import type { MediaSession } from './media-session.ts';
import type { MeetingEvents, RemoteParticipant } from './meeting-events.ts';
import type { Signalling } from './signalling.ts';

export interface RosterOptions {
  readonly events: Emitter<MeetingEvents>;
  readonly signalling: Pick<Signalling, 'on'>;
  /** Where their sound and picture come in; undefined while there is none. */
  readonly session: () => MediaSession | undefined;
  /** This side, which may be among those who speak. */
  readonly ownId: () => string | undefined;
}

/** Who else is in the meeting, and who speaks. Tells of each change. */
export class Roster {
  readonly #events: Emitter<MeetingEvents>;
  readonly #session: () => MediaSession | undefined;
  readonly #ownId: () => string | undefined;
  readonly #participants = new Map<string, Participant>();
  #speakerIds: ReadonlySet<string> = new Set();

  constructor({ events, signalling, session, ownId }: RosterOptions) {
    this.#events = events;
    this.#session = session;
    this.#ownId = ownId;
    signalling.on('participantJoined', ({ participant }) => this.#arrived(participant));
    signalling.on('participantLeft', ({ participantId }) => this.#departed(participantId));
    signalling.on('participantChanged', ({ participant }) => this.#update(participant));
    signalling.on('participantConnectionChanged', ({ participantId, connected }) => {
      const participant = this.#participants.get(participantId);
      if (participant) this.#update({ ...participant, connected });
    });
    signalling.on('speakersChanged', ({ speakerIds }) => this.#heard(speakerIds));
  }

  /** In the order in which they came. */
  get all(): RemoteParticipant[] {
    return [...this.#participants.values()].map((participant) => this.#seen(participant));
  }

  get(id: string): Participant | undefined {
    return this.#participants.get(id);
  }

  /** These are in, and nobody else. */
  joined({ participants, speakerIds, you }: Joined): void {
    const present = new Set(participants.map(({ id }) => id));
    for (const id of [...this.#participants.keys()]) if (!present.has(id)) this.#departed(id);
    for (const participant of participants) this.#arrived(participant);
    this.#heard(speakerIds, you.participant.id);
  }

  /** Their tracks changed. */
  changed(id: string): void {
    const participant = this.#participants.get(id);
    if (participant) this.#events.emit('participantChanged', this.#seen(participant));
  }

  #arrived(participant: Participant): void {
    if (this.#participants.has(participant.id)) return this.#update(participant);
    this.#participants.set(participant.id, participant);
    this.#events.emit('participantJoined', this.#seen(participant));
  }

  #departed(id: string): void {
    const participant = this.#participants.get(id);
    if (!participant) return;
    this.#participants.delete(id);
    this.#session()?.participantLeft(id);
    this.#events.emit('participantLeft', { ...participant, speaking: false, tracks: [] });
  }

  /** Does nothing for who is not in. */
  #update(participant: Participant): void {
    if (!this.#participants.has(participant.id)) return;
    this.#participants.set(participant.id, participant);
    this.changed(participant.id);
  }

  #heard(speakerIds: readonly string[], ownId = this.#ownId()): void {
    const before = this.#speakerIds;
    this.#speakerIds = new Set(speakerIds);
    for (const id of new Set([...before, ...this.#speakerIds])) {
      if (before.has(id) === this.#speakerIds.has(id)) continue;
      if (id === ownId) this.#events.emit('speakingChanged', this.#speakerIds.has(id));
      else this.changed(id);
    }
  }

  #seen(participant: Participant): RemoteParticipant {
    return {
      ...participant,
      speaking: this.#speakerIds.has(participant.id),
      tracks: this.#session()?.tracksOf(participant.id) ?? [],
    };
  }
}
