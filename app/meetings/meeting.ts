import type { Room } from '../rooms/room.ts';
import { Lobby } from './lobby.ts';
import type { NotificationData, NotificationName, Role } from './messages.ts';
import { Participant } from './participant.ts';
import { Tally } from './tally.ts';

/** One live session in a room: who is there, who is heard, and who waits to be let in. */
export class Meeting {
  /** Another one each time that somebody comes into the empty room. */
  id: string;
  /** The room's slug. */
  readonly room: string;
  startedAt: number;
  readonly participants = new Map<string, Participant>();
  readonly lobby = new Lobby();
  /** What statistics are made of when it is over. */
  readonly tally = new Tally();
  speakerIds: readonly string[] = [];
  /** Where it takes place; null for a room without a row, which is open to all and nobody's. */
  place: Pick<Room, 'id' | 'name' | 'organisationId' | 'personId'> | null = null;
  /** Whether it lets nobody else in. */
  isLocked = false;

  constructor({
    id,
    room,
    startedAt,
  }: {
    readonly id: string;
    readonly room: string;
    readonly startedAt: number;
  }) {
    this.id = id;
    this.room = room;
    this.startedAt = startedAt;
  }

  get hasHost(): boolean {
    return this.others().some(({ role }) => role === 'host');
  }

  add(id: string, name: string, role: Role, joinedAt: number): Participant {
    const participant = new Participant(id, name, role, joinedAt);
    this.participants.set(id, participant);
    return participant;
  }

  /** Everybody whom the others may know of, but `except`. */
  others(except?: Participant): Participant[] {
    return [...this.participants.values()].filter((other) => other !== except && other.isPresent);
  }

  /** Tells everyone but `except`; who waits is told nothing. */
  notify<Name extends NotificationName>(
    name: Name,
    data: NotificationData<Name>,
    except?: Participant,
  ): void {
    for (const participant of this.participants.values()) {
      if (participant !== except) participant.notify(name, data);
    }
  }

  /** Tells the hosts who waits. */
  waitingChanged(now: number): void {
    const waiting = this.lobby.seen(now);
    for (const host of this.others().filter(({ role }) => role === 'host')) {
      host.notify('waitingChanged', { waiting });
    }
  }
}
