import { Allowance } from './allowance.ts';
import type {
  Exceptions,
  NotificationData,
  NotificationName,
  Role,
  Participant as SeenParticipant,
  Source,
} from './messages.ts';
import type { ParticipantLabel } from './participant-label.ts';
import type { Edition } from './tally.ts';

/** The way to one browser. Implemented by the socket edge. */
export interface Connection {
  notify<Name extends NotificationName>(name: Name, data: NotificationData<Name>): void;
  /** The participant went on elsewhere. */
  replaced(): void;
}

/** Something that a participant sends. */
interface Producing {
  readonly source: Source;
  paused: boolean;
}

/** Who stands behind a participant, as far as anybody knows. */
export interface Identity {
  /** Of their account; null for a guest. */
  readonly personId: string | null;
  /** Of the invitation that they came by; null for none. */
  readonly invitationId: string | null;
}

/** Reactions and raised hands; messages and offers; what hosts do. What a person can do is far less. */
const GESTURES = { perSecond: 4, atOnce: 10 } as const;
const WORDS = { perSecond: 2, atOnce: 10 } as const;
const ORDERS = { perSecond: 5, atOnce: 40 } as const;

/** A person in a meeting. The connection may be lost and come back; the participant stays the same. */
export class Participant {
  readonly id: string;
  /** What they send, by its id at the SFU. */
  readonly producers = new Map<string, Producing>();
  readonly identity: Identity;
  readonly isGuest: boolean;
  readonly joinedAt: number;
  readonly allowances = {
    gestures: new Allowance(GESTURES),
    words: new Allowance(WORDS),
    orders: new Allowance(ORDERS),
  };
  name: string;
  role: Role;
  /** Of the site that they came by last. */
  edition: Edition = 'pro';
  /** What is allowed or forbidden to them alone. */
  exceptions: Exceptions = {};
  /** When they raised their hand; null while it is down. No two in a meeting have the same. */
  handRaisedAt: number | null = null;
  /** False until the SFU has them: the others do not see them yet. */
  isPresent = false;
  #connection: Connection | undefined;
  /** Notifications held back while a `join` is not answered: they must not come before the answer. */
  #backlog: [NotificationName, NotificationData<NotificationName>][] | undefined;
  #graceTimer: NodeJS.Timeout | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor({
    id,
    name,
    role,
    joinedAt,
    identity,
  }: Pick<Participant, 'id' | 'name' | 'role' | 'joinedAt' | 'identity'>) {
    this.id = id;
    this.name = name;
    this.role = role;
    this.isGuest = identity.personId === null;
    this.joinedAt = joinedAt;
    this.identity = identity;
  }

  get seen(): SeenParticipant {
    return {
      id: this.id,
      name: this.name,
      role: this.role,
      isGuest: this.isGuest,
      exceptions: this.exceptions,
      connected: this.#connection !== undefined,
    };
  }

  /** What the SFU keeps of them for the next app. */
  get label(): ParticipantLabel {
    const { name, role, edition, joinedAt, isGuest, identity, exceptions, handRaisedAt } = this;
    return { name, role, edition, joinedAt, isGuest, ...identity, exceptions, handRaisedAt };
  }

  get connection(): Connection | undefined {
    return this.#connection;
  }

  /** Takes this connection instead of whatever was there, and holds notifications back until {@link flush}. */
  attach(connection: Connection): void {
    clearTimeout(this.#graceTimer);
    if (this.#connection && this.#connection !== connection) this.#connection.replaced();
    this.#connection = connection;
    this.#backlog = [];
  }

  /** Loses the connection and calls back when they did not return in time. */
  detach(graceMs: number, onGone: () => void): void {
    this.#connection = undefined;
    this.#backlog = undefined;
    clearTimeout(this.#graceTimer);
    this.#graceTimer = setTimeout(onGone, graceMs);
  }

  dispose(): void {
    clearTimeout(this.#graceTimer);
    this.#connection = undefined;
  }

  notify<Name extends NotificationName>(name: Name, data: NotificationData<Name>): void {
    if (this.#backlog) this.#backlog.push([name, data]);
    else this.#connection?.notify(name, data);
  }

  flush(): void {
    const backlog = this.#backlog ?? [];
    this.#backlog = undefined;
    for (const [name, data] of backlog) this.#connection?.notify(name, data);
  }

  /** Runs one entry after the other: two at once would mix up whose transports are whose. */
  inTurn<Result>(entry: () => Promise<Result>): Promise<Result> {
    const turn = this.#turn.then(entry);
    this.#turn = turn.catch(() => {});
    return turn;
  }
}
