import { createNanoEvents } from 'nanoevents';
import type { WaitingPerson } from '../../meetings/messages.ts';

interface DoorbellEvents {
  /** These began to wait: ring and say so. */
  rang: (people: readonly WaitingPerson[]) => void;
  changed: () => void;
}

/** Who waits at the door, for those who may admit them: rings once for each, and knows how long they have waited. */
export class Doorbell {
  readonly #events = createNanoEvents<DoorbellEvents>();
  readonly #since = new Map<string, number>();
  readonly #now: () => number;
  #waiting: readonly WaitingPerson[] = [];

  /** @param now milliseconds of a clock that never jumps. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  on<Name extends keyof DoorbellEvents>(name: Name, listener: DoorbellEvents[Name]): () => void {
    return this.#events.on(name, listener);
  }

  /** Longest first. */
  get waiting(): readonly WaitingPerson[] {
    return this.#waiting;
  }

  /** How long somebody has been waiting by now, in milliseconds; 0 for who does not. */
  waitedMs(id: string): number {
    const since = this.#since.get(id);
    return since === undefined ? 0 : Math.max(0, this.#now() - since);
  }

  /** The server says who waits now. */
  changed(waiting: readonly WaitingPerson[]): void {
    const fresh = waiting.filter(({ id }) => !this.#since.has(id));
    const ids = new Set(waiting.map(({ id }) => id));
    for (const id of this.#since.keys()) if (!ids.has(id)) this.#since.delete(id);
    for (const { id, waitedMs } of fresh) this.#since.set(id, this.#now() - waitedMs);
    this.#waiting = waiting;
    this.#events.emit('changed');
    if (fresh.length > 0) this.#events.emit('rang', fresh);
  }
}
