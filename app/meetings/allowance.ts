/** How often something may be done: so often a second on average, and so often at once. A token bucket. */
export interface Allowed {
  readonly perSecond: number;
  readonly atOnce: number;
}

/** How often one side may still do something. */
export class Allowance {
  readonly #allowed: Allowed;
  readonly #now: () => number;
  #left: number;
  #at: number;

  /** @param now milliseconds of a clock that never jumps. */
  constructor(allowed: Allowed, now: () => number = () => performance.now()) {
    this.#allowed = allowed;
    this.#now = now;
    this.#left = allowed.atOnce;
    this.#at = now();
  }

  /** Takes one, if one is left. */
  take(): boolean {
    const now = this.#now();
    const refill = ((now - this.#at) / 1000) * this.#allowed.perSecond;
    this.#left = Math.min(this.#allowed.atOnce, this.#left + refill);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
