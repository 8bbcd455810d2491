import type { NotificationData, NotificationName, Role, Participant as SeenParticipant } from './messages.ts';

/** The way to one browser. Implemented by the socket edge. */
export interface Connection {
  notify<Name extends NotificationName>(name: Name, data: NotificationData<Name>): void;
  /** The participant went on elsewhere. */
  replaced(): void;
}

/** A person in a meeting. The connection may be lost and come back; the participant stays the same. */
export class Participant {
  readonly id: string;
  /** Ids of what they send, as the SFU knows them. */
  readonly producerIds = new Set<string>();
  readonly role: Role;
  readonly joinedAt: number;
  name: string;
  /** False until the SFU has them: the others do not see them yet. */
  isPresent = false;
  #connection: Connection | undefined;
  /** Notifications held back while a `join` is not answered: they must not come before the answer. */
  #backlog: [NotificationName, NotificationData<NotificationName>][] | undefined;
  #graceTimer: NodeJS.Timeout | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(id: string, name: string, role: Role, joinedAt: number) {
    this.id = id;
    this.name = name;
    this.role = role;
    this.joinedAt = joinedAt;
  }

  get seen(): SeenParticipant {
    return { id: this.id, name: this.name, role: this.role, connected: this.#connection !== undefined };
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
