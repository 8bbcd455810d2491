import { createNanoEvents } from 'nanoevents';

/** How the network fares, each way. `weak`: too little gets through for pictures. */
export interface NetworkState {
  readonly receiving: 'good' | 'weak';
  readonly sending: 'good' | 'weak';
}

interface NetworkWatchEvents {
  changed: (state: NetworkState) => void;
}

/** How long a picture that is looked at must stay away before it is said, in milliseconds: layers change all the time. */
const STARVED_MS = 3_000;

/** Readings in a row that must be bad before it is said, and good before it is taken back. */
const READINGS = 3;

/** Loss above which a call is no pleasure, in percent. */
const BAD_LOSS_PERCENT = 10;

/** Less than a voice and a small picture take, in kbit/s. */
const BAD_KBPS = 120;

/** One reading of what this side sends. */
export interface SentReading {
  /** The browser sends less than it would, for lack of bandwidth. */
  readonly isLimited: boolean;
  readonly availableKbps: number | null;
  /** Of the worst source, 0 to 100. */
  readonly lossPercent: number;
}

/** Tells when the network is too weak for what is going on, and when it is no longer; not at every stumble. */
export class NetworkWatch {
  readonly #events = createNanoEvents<NetworkWatchEvents>();
  readonly #starvedMs: number;
  #state: NetworkState = { receiving: 'good', sending: 'good' };
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Readings in a row that said something else than the state. */
  #contrary = 0;

  /** @param starvedMs how long a picture must stay away, in milliseconds. */
  constructor(starvedMs = STARVED_MS) {
    this.#starvedMs = starvedMs;
  }

  on<Name extends keyof NetworkWatchEvents>(name: Name, listener: NetworkWatchEvents[Name]): () => void {
    return this.#events.on(name, listener);
  }

  get state(): NetworkState {
    return this.#state;
  }

  /** Whether any picture that is looked at does not reach us for lack of bandwidth. */
  starved(isStarved: boolean): void {
    if (!isStarved) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#set({ receiving: 'good' });
      return;
    }
    this.#timer ??= setTimeout(() => this.#set({ receiving: 'weak' }), this.#starvedMs);
  }

  /** A reading of what is sent. */
  read({ isLimited, availableKbps, lossPercent }: SentReading): void {
    const hasNoRoom = isLimited && availableKbps !== null && availableKbps < BAD_KBPS;
    const sending = hasNoRoom || lossPercent > BAD_LOSS_PERCENT ? 'weak' : 'good';
    this.#contrary = sending === this.#state.sending ? 0 : this.#contrary + 1;
    if (this.#contrary < READINGS) return;
    this.#contrary = 0;
    this.#set({ sending });
  }

  /** Nothing is known any more: the call was left, or its path is being mended. */
  reset(): void {
    this.starved(false);
    this.#contrary = 0;
    this.#set({ sending: 'good' });
  }

  #set(change: Partial<NetworkState>): void {
    const next = { ...this.#state, ...change };
    if (next.receiving === this.#state.receiving && next.sending === this.#state.sending) return;
    this.#state = next;
    this.#events.emit('changed', next);
  }
}
