import { createNanoEvents } from 'nanoevents';
import type { Watched, WatchedPicture } from '../../meetings/messages.ts';
import type { Signalling } from './signalling.ts';

/**
 * How much this side receives. `full`: whatever the size of the pictures is worth. `saver`: the smallest pictures there
 * are. `sound`: no pictures.
 */
export type Reception = 'full' | 'saver' | 'sound';

interface AttentionEvents {
  /** Another mode was chosen. */
  receptionChanged: (reception: Reception) => void;
  /** Other pictures are looked at than before. */
  changed: () => void;
}

/** Least time between two reports, in milliseconds: a window being resized lays its tiles out at every frame. */
const INTERVAL_MS = 150;

/**
 * What this side looks at. The server is told, sends these pictures at about this size, and no others. Until the first
 * report it sends every camera at its smallest.
 */
export class Attention {
  readonly #signalling: Signalling;
  readonly #events = createNanoEvents<AttentionEvents>();
  #pictures: readonly WatchedPicture[] | undefined;
  #reception: Reception = 'full';
  /** What the server knows, as JSON; empty when it knows nothing. */
  #sent = '';
  #isActive = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(signalling: Signalling) {
    this.#signalling = signalling;
  }

  on<Name extends keyof AttentionEvents>(name: Name, listener: AttentionEvents[Name]): () => void {
    return this.#events.on(name, listener);
  }

  get reception(): Reception {
    return this.#reception;
  }

  set reception(reception: Reception) {
    if (this.#reception === reception) return;
    this.#reception = reception;
    this.#report();
    this.#events.emit('receptionChanged', reception);
    this.#events.emit('changed');
  }

  /** These pictures are drawn, at these sizes in CSS pixels, and no others. Sizes are rounded; empty ones left out. */
  look(pictures: readonly WatchedPicture[]): void {
    this.#pictures = pictures
      .map((picture) => ({
        ...picture,
        width: Math.round(picture.width),
        height: Math.round(picture.height),
      }))
      .filter(({ width, height }) => width > 0 && height > 0);
    this.#report();
    this.#events.emit('changed');
  }

  /** Whether the server is to send a picture. */
  includes(participantId: string, source: string): boolean {
    if (this.#reception === 'sound') return false;
    if (!this.#pictures) return true;
    return this.#pictures.some((each) => each.participantId === participantId && each.source === source);
  }

  /** The server takes reports from now on, and knows none: it was joined, perhaps anew. */
  start(): void {
    this.#isActive = true;
    this.#sent = '';
    this.#send();
  }

  /** The server takes no reports until {@link start}. */
  stop(): void {
    this.#isActive = false;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #report(): void {
    if (this.#isActive && this.#timer === undefined) this.#send();
  }

  /** At once, then after every interval in which something changed. */
  #send(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const watched = this.#watched();
    const text = JSON.stringify(watched);
    if (!watched || text === this.#sent) return;
    this.#sent = text;
    // A lost socket is mended by the next join, which starts anew.
    this.#signalling.request('watch', watched).catch(() => {});
    this.#timer = setTimeout(() => this.#send(), INTERVAL_MS);
  }

  #watched(): Watched | undefined {
    const saver = this.#reception === 'saver';
    if (this.#reception === 'sound') return { pictures: [], saver };
    // Nothing was laid out yet: the server sends all cameras at their smallest.
    return this.#pictures && { pictures: [...this.#pictures], saver };
  }
}
