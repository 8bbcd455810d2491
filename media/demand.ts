import { LESS_WANTED_MS } from './contract.ts';

/** Highest spatial layer wanted of one picture; null: none. */
type WantedLayer = number | null;

/**
 * How much of one picture is wanted by all who could receive it together. More is told at once, less only after it
 * stayed so for a while.
 */
export class Demand {
  readonly #onChange: (wantedLayer: WantedLayer) => void;
  /** What the sender knows. A browser that starts to send sends everything. */
  #told: WantedLayer | 'everything' = 'everything';
  #wanted: WantedLayer = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(onChange: (wantedLayer: WantedLayer) => void) {
    this.#onChange = onChange;
  }

  get wantedLayer(): WantedLayer {
    return this.#wanted;
  }

  set(wantedLayer: WantedLayer): void {
    this.#wanted = wantedLayer;
    if (wantedLayer === this.#told) return this.#cancel();
    if (this.#told !== 'everything' && (wantedLayer ?? -1) > (this.#told ?? -1)) return this.#tell();
    this.#timer ??= setTimeout(() => this.#tell(), LESS_WANTED_MS);
  }

  close(): void {
    this.#cancel();
  }

  #tell(): void {
    this.#cancel();
    this.#told = this.#wanted;
    this.#onChange(this.#wanted);
  }

  #cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
