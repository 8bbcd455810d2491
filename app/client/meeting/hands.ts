import { createNanoEvents } from 'nanoevents';
import type { Joined } from '../../meetings/messages.ts';
import type { Signalling } from './signalling.ts';

interface HandsEvents {
  /** Hands went up or down, one's own included. */
  changed: () => void;
  /** These were raised just now, by others. */
  raised: (participantIds: readonly string[]) => void;
  /** One's own hand was taken down by somebody else. */
  lowered: () => void;
}

/** Who asks to speak, in the order in which they did. */
export class Hands {
  readonly #signalling: Signalling;
  readonly #events = createNanoEvents<HandsEvents>();
  #handIds: readonly string[] = [];
  #ownId = '';
  /** What this side asked for last: tells a hand that was taken down from one that was put down. */
  #isWanted = false;

  constructor(signalling: Signalling) {
    this.#signalling = signalling;
    signalling.on('handsChanged', ({ handIds }) => this.#changed(handIds));
  }

  on<Name extends keyof HandsEvents>(name: Name, listener: HandsEvents[Name]): () => void {
    return this.#events.on(name, listener);
  }

  /** Whose hands are up, the longest first. */
  get handIds(): readonly string[] {
    return this.#handIds;
  }

  /** Whether one's own hand is up. */
  get isRaised(): boolean {
    return this.#handIds.includes(this.#ownId);
  }

  /** Whose turn it is: 1 for the first, null for a hand that is down. */
  placeOf(participantId: string): number | null {
    const index = this.#handIds.indexOf(participantId);
    return index < 0 ? null : index + 1;
  }

  /** @throws SignallingError `disconnected`, `too_many_requests` */
  async setRaised(raised: boolean): Promise<void> {
    this.#isWanted = raised;
    await this.#signalling.request('raiseHand', { raised });
  }

  /** The meeting says what the server answered to `join`. */
  joined({ you, handIds }: Joined): void {
    this.#ownId = you.participant.id;
    this.#changed(handIds);
  }

  #changed(handIds: readonly string[]): void {
    const before = new Set(this.#handIds);
    const wasRaised = this.isRaised;
    this.#handIds = handIds;
    const raised = handIds.filter((id) => !before.has(id) && id !== this.#ownId);
    this.#events.emit('changed');
    if (raised.length > 0) this.#events.emit('raised', raised);
    if (!wasRaised || this.isRaised) return;
    if (this.#isWanted) this.#events.emit('lowered');
    this.#isWanted = false;
  }
}
