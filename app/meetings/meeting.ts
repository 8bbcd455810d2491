import type { Room } from '../rooms/room.ts';
import { Chat } from './chat.ts';
import { FileOffers } from './file-offers.ts';
import { KeptOut } from './kept-out.ts';
import { Lobby } from './lobby.ts';
import type { NotificationData, NotificationName, Rules } from './messages.ts';
import { Participant } from './participant.ts';
import { everythingAllowed, mayDo } from './rules.ts';
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
  readonly chat = new Chat();
  readonly files = new FileOffers();
  speakerIds: readonly string[] = [];
  /** Where it takes place; null for a room without a row, which is open to all and nobody's. */
  place: Pick<Room, 'id' | 'name' | 'organisationId' | 'personId'> | null = null;
  /** Whether it lets nobody else in. */
  isLocked = false;
  /** What is allowed to all. */
  rules: Rules = everythingAllowed;
  keptOut = new KeptOut();

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

  /** Whether somebody is there who can let others in: a host, or a co-host. */
  get hasHost(): boolean {
    return this.others().some(({ role }) => mayDo(role, 'admit'));
  }

  /** Whose hands are up, the longest first. */
  get handIds(): string[] {
    return this.others()
      .flatMap(({ id, handRaisedAt }) => (handRaisedAt === null ? [] : [{ id, handRaisedAt }]))
      .sort((one, other) => one.handRaisedAt - other.handRaisedAt)
      .map(({ id }) => id);
  }

  add(newcomer: ConstructorParameters<typeof Participant>[0]): Participant {
    const participant = new Participant(newcomer);
    this.participants.set(newcomer.id, participant);
    return participant;
  }

  /** Raises somebody's hand behind all others, or takes it down; answers whether that changed anything. */
  setHand(participant: Participant, raised: boolean, now: number): boolean {
    if (raised === (participant.handRaisedAt !== null)) return false;
    const last = Math.max(0, ...this.others().map(({ handRaisedAt }) => handRaisedAt ?? 0));
    participant.handRaisedAt = raised ? Math.max(now, last + 1) : null;
    return true;
  }

  /** It is over: what was meant for it alone is forgotten. Who waits goes on waiting, for the next one. */
  forget(): void {
    this.isLocked = false;
    this.rules = everythingAllowed;
    this.keptOut = new KeptOut();
    this.chat.clear();
    this.files.clear();
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

  /** Tells those who may admit who waits. */
  waitingChanged(now: number): void {
    const waiting = this.lobby.seen(now);
    for (const participant of this.others()) {
      if (mayDo(participant.role, 'admit')) participant.notify('waitingChanged', { waiting });
    }
  }
}
