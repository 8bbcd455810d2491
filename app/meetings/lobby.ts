import type { WaitingFor, WaitingPerson } from './messages.ts';
import { type Identity, Participant } from './participant.ts';

/** Most people who can wait in front of one meeting: whoever may admit is sent all of their names. */
export const LOBBY_PLACES = 200;

interface Place {
  readonly participant: Participant;
  readonly sinceAt: number;
  /** What the person waits for. */
  waitingFor: WaitingFor;
  /** Whether a host has to admit them, once one is there. */
  readonly needsAdmission: boolean;
}

/**
 * Who waits at the door of a meeting. They are told nothing but their own fate: neither of the meeting nor of each
 * other. Whoever was admitted may enter once; leaving means to knock again.
 */
export class Lobby {
  readonly #places = new Map<string, Place>();
  readonly #admitted = new Set<string>();

  get size(): number {
    return this.#places.size;
  }

  /** Whether nobody else can wait. */
  isFullFor(id: string): boolean {
    return this.#places.size >= LOBBY_PLACES && !this.#places.has(id);
  }

  participant(id: string): Participant | undefined {
    return this.#places.get(id)?.participant;
  }

  isAdmitted(id: string): boolean {
    return this.#admitted.has(id);
  }

  /** Somebody admitted is in now. */
  entered(id: string): void {
    this.#admitted.delete(id);
  }

  /** Lets somebody wait; who comes back keeps their place. */
  wait(
    id: string,
    {
      name,
      identity,
      needsAdmission,
      waitingFor,
      now,
    }: Omit<Place, 'participant' | 'sinceAt'> & {
      readonly name: string;
      readonly identity: Identity;
      readonly now: number;
    },
  ): Participant {
    const known = this.#places.get(id);
    const participant =
      known?.participant ?? new Participant({ id, name, role: 'guest', joinedAt: now, identity });
    this.#places.set(id, { participant, sinceAt: known?.sinceAt ?? now, needsAdmission, waitingFor });
    return participant;
  }

  /** Lets these in; unknown ones are passed over. Answers how many there were. */
  admit(ids: readonly string[]): number {
    return this.#settle(ids, (participant) => {
      this.#admitted.add(participant.id);
      participant.notify('admitted', {});
    });
  }

  /** Sends these away; unknown ones are passed over. Answers how many there were. */
  deny(ids: readonly string[]): number {
    return this.#settle(ids, (participant) => participant.notify('denied', {}));
  }

  /** Sends away whoever waits and fits; answers how many there were. */
  denyThose(fits: (identity: Identity) => boolean): number {
    const those = [...this.#places.values()].filter(({ participant }) => fits(participant.identity));
    return this.deny(those.map(({ participant }) => participant.id));
  }

  /** Takes somebody out who gave up. */
  remove(id: string): boolean {
    return this.#settle([id], () => {}) > 0;
  }

  /** A host is there: who waited for nothing else comes in, the others are theirs to admit. */
  hostCame(): void {
    const enough = [...this.#places.values()].filter(({ needsAdmission }) => !needsAdmission);
    this.admit(enough.map(({ participant }) => participant.id));
    for (const place of this.#places.values()) {
      if (place.waitingFor === 'admission') continue;
      place.waitingFor = 'admission';
      place.participant.notify('waitingForChanged', { waitingFor: 'admission' });
    }
  }

  /** Everybody who waits, longest first. */
  seen(now: number): WaitingPerson[] {
    return [...this.#places.values()]
      .sort((one, other) => one.sinceAt - other.sinceAt)
      .map(({ participant, sinceAt }) => ({
        id: participant.id,
        name: participant.name,
        waitedMs: Math.max(0, now - sinceAt),
      }));
  }

  /** The meeting is over: tells everybody and forgets them. */
  close(): void {
    for (const { participant } of this.#places.values()) {
      participant.notify('meetingEnded', {});
      participant.dispose();
    }
    this.#places.clear();
    this.#admitted.clear();
  }

  #settle(ids: readonly string[], tell: (participant: Participant) => void): number {
    let count = 0;
    for (const id of new Set(ids)) {
      const place = this.#places.get(id);
      if (!place) continue;
      this.#places.delete(id);
      tell(place.participant);
      place.participant.dispose();
      count += 1;
    }
    return count;
  }
}
