import type { AudioLevelObserver, AudioLevelObserverVolume, Router } from 'mediasoup/types';

/**
 * How often loudness is measured, in milliseconds. The worker counts only senders of ten packets or more in that
 * time. Browsers put 20 ms of sound into a packet, 40 or 60 ms when they are short of something, and some get lost.
 */
const INTERVAL_MS = 600;

/** Loudness from which somebody is heard, in dBov from -127 to 0: above a quiet room, below a quiet voice. */
const THRESHOLD_DBOV = -60;

/** How long somebody who fell silent is still counted as speaking, in milliseconds: a breath between words. */
const HOLD_MS = 800;

/** Most speakers told of. */
const MAX_SPEAKERS = 16;

/** What a volume is measured of. */
interface Voice {
  readonly producerId: string;
  readonly peerId: string;
}

/** Who is heard in a room, from the loudness that browsers write into their audio packets (RFC 6464). */
export class Speakers {
  readonly #observer: AudioLevelObserver;
  readonly #onChange: (speakerPeerIds: readonly string[]) => void;
  readonly #voices = new Map<string, Voice>();
  /** When each voice is given up, in milliseconds of `performance.now()`; the loudest first. */
  #heard = new Map<Voice, number>();
  #current: readonly string[] = [];
  #release: NodeJS.Timeout | undefined;

  private constructor(observer: AudioLevelObserver, onChange: (speakerPeerIds: readonly string[]) => void) {
    this.#observer = observer;
    this.#onChange = onChange;
    observer.on('volumes', (volumes) => this.#hear(volumes));
    observer.on('silence', () => this.#hear([]));
    observer.observer.once('close', () => this.close());
  }

  /** @param onChange told of all peers heard, the loudest first, whenever they change. */
  static async watch(
    router: Router,
    onChange: (speakerPeerIds: readonly string[]) => void,
  ): Promise<Speakers> {
    const observer = await router.createAudioLevelObserver({
      interval: INTERVAL_MS,
      threshold: THRESHOLD_DBOV,
      maxEntries: MAX_SPEAKERS,
    });
    return new Speakers(observer, onChange);
  }

  /** Peers heard now, the loudest first. */
  get peerIds(): readonly string[] {
    return this.#current;
  }

  /** Listens to an audio producer until it closes; then call {@link forget}. */
  async add(producerId: string, peerId: string): Promise<void> {
    this.#voices.set(producerId, { producerId, peerId });
    await this.#observer.addProducer({ producerId });
  }

  /** The producer closed. */
  forget(producerId: string): void {
    this.hush(producerId);
    this.#voices.delete(producerId);
  }

  /** The producer was paused: it is silent from now on, not only after a breath. */
  hush(producerId: string): void {
    const voice = this.#voices.get(producerId);
    if (voice && this.#heard.delete(voice)) this.#settle();
  }

  /** Forgets everybody without telling. */
  close(): void {
    this.#voices.clear();
    this.#heard.clear();
    this.#current = [];
    clearTimeout(this.#release);
  }

  #hear(volumes: readonly AudioLevelObserverVolume[]): void {
    const untilMs = performance.now() + HOLD_MS;
    const loud = volumes.flatMap(({ producer }) => {
      const voice = this.#voices.get(producer.id);
      return voice && !producer.paused && !producer.closed ? [voice] : [];
    });
    const fading = [...this.#heard].filter(([voice]) => !loud.includes(voice));
    this.#heard = new Map([...loud.map((voice) => [voice, untilMs] as const), ...fading]);
    this.#settle();
  }

  /** Gives up voices whose time is over, tells of a change, and comes back when the next one's time is over. */
  #settle(): void {
    const nowMs = performance.now();
    for (const [voice, untilMs] of this.#heard) {
      if (untilMs <= nowMs) this.#heard.delete(voice);
    }
    clearTimeout(this.#release);
    if (this.#heard.size > 0) {
      const waitMs = Math.min(...this.#heard.values()) - nowMs;
      this.#release = setTimeout(() => this.#settle(), Math.ceil(waitMs));
    }

    const peerIds = [...new Set([...this.#heard.keys()].map(({ peerId }) => peerId))];
    const same = peerIds.length === this.#current.length && peerIds.every((id, i) => id === this.#current[i]);
    if (same) return;
    this.#current = peerIds;
    this.#onChange(peerIds);
  }
}
