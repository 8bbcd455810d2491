import type { Emitter } from 'nanoevents';
import type { Participant } from '../../meetings/messages.ts';
import type { MediaSession } from './media-session.ts';
import type { MeetingEvents, RemoteParticipant } from './meeting-events.ts';

export interface RosterOptions {
  readonly events: Emitter<MeetingEvents>;
  /** Where their sound and picture come in; undefined while there is none. */
  readonly session: () => MediaSession | undefined;
}

/** Who else is in the meeting, and who speaks. Tells of each change. */
export class Roster {
  readonly #events: Emitter<MeetingEvents>;
  readonly #session: () => MediaSession | undefined;
  readonly #participants = new Map<string, Participant>();
  #speakerIds: ReadonlySet<string> = new Set();

  constructor({ events, session }: RosterOptions) {
    this.#events = events;
    this.#session = session;
  }

  /** In the order in which they came. */
  get all(): RemoteParticipant[] {
    return [...this.#participants.values()].map((participant) => this.#seen(participant));
  }

  get(id: string): Participant | undefined {
    return this.#participants.get(id);
  }

  /** These are in, and nobody else. */
  set(participants: readonly Participant[]): void {
    const present = new Set(participants.map(({ id }) => id));
    for (const id of [...this.#participants.keys()]) if (!present.has(id)) this.departed(id);
    for (const participant of participants) this.arrived(participant);
  }

  arrived(participant: Participant): void {
    if (this.#participants.has(participant.id)) return this.update(participant);
    this.#participants.set(participant.id, participant);
    this.#events.emit('participantJoined', this.#seen(participant));
  }

  departed(id: string): void {
    const participant = this.#participants.get(id);
    if (!participant) return;
    this.#participants.delete(id);
    this.#session()?.participantLeft(id);
    this.#events.emit('participantLeft', { ...participant, speaking: false, tracks: [] });
  }

  /** Does nothing for who is not in. */
  update(participant: Participant): void {
    if (!this.#participants.has(participant.id)) return;
    this.#participants.set(participant.id, participant);
    this.changed(participant.id);
  }

  connectionChanged(id: string, connected: boolean): void {
    const participant = this.#participants.get(id);
    if (participant) this.update({ ...participant, connected });
  }

  /** Their tracks changed, or whether they speak. */
  changed(id: string): void {
    const participant = this.#participants.get(id);
    if (participant) this.#events.emit('participantChanged', this.#seen(participant));
  }

  /** @param ownId this side's, which may be among those who speak. */
  speakersChanged(speakerIds: readonly string[], ownId: string | undefined): void {
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
