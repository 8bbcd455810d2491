/** How many pictures are looked at together. */
const WINDOW = 30;

/** The first ones are slow everywhere: programs are still being compiled. */
const WARM_UP = 10;

/** Ten pictures a second: with fewer a face no longer moves, it jumps. */
const LONGEST_MEAN_MS = 100;

/** Judges whether a computer keeps up with its camera, by how long each picture takes it. */
export class Pace {
  readonly #recent: number[] = [];
  #seen = 0;

  /**
   * Notes one more picture.
   *
   * @param tookMs - from its arrival until it was done.
   * @returns whether the last {@link WINDOW} pictures took too long on the whole.
   */
  isTooSlow(tookMs: number): boolean {
    this.#seen += 1;
    if (this.#seen <= WARM_UP) return false;
    this.#recent.push(tookMs);
    if (this.#recent.length > WINDOW) this.#recent.shift();
    if (this.#recent.length < WINDOW) return false;
    return this.#recent.reduce((sum, took) => sum + took, 0) / WINDOW > LONGEST_MEAN_MS;
  }
}
