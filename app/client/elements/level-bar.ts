import { LevelMeter } from '../meeting/level-meter.ts';

/** `<level-bar role="meter">`: how loud the microphone is. Silent and still unless it is given a track. */
export class LevelBar extends HTMLElement {
  readonly #meter = new LevelMeter((level) => this.#show(level));
  readonly #wake = () => this.#meter.wake();
  #track: MediaStreamTrack | null = null;

  connectedCallback(): void {
    for (const event of ['pointerdown', 'keydown'] as const) document.addEventListener(event, this.#wake);
  }

  disconnectedCallback(): void {
    for (const event of ['pointerdown', 'keydown'] as const) document.removeEventListener(event, this.#wake);
    this.#meter.watch(null);
  }

  /** Measures this track; null stops it. */
  set track(track: MediaStreamTrack | null) {
    if (track === this.#track) return;
    this.#track = track;
    this.#meter.watch(track);
  }

  #show(level: number): void {
    this.style.setProperty('--level', level.toFixed(2));
    this.setAttribute('aria-valuenow', String(Math.round(level * 100)));
  }
}
