import type { Hit } from './hit.ts';

/** Hits that wait for Matomo, in their order and in memory only. Beyond its bound the oldest are dropped. */
export class HitQueue {
  readonly #most: number;
  #waiting: Hit[] = [];
  /** Taken to be sent, and not known to have arrived. */
  #taken: readonly Hit[] = [];
  #dropped = 0;

  /** @param most how many are kept at once. */
  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#waiting.length + this.#taken.length;
  }

  /** How many were dropped since the start of the app. */
  get dropped(): number {
    return this.#dropped;
  }

  /** The hosts of those that wait, the oldest hit's first. */
  get hosts(): ReadonlySet<string> {
    return new Set(this.#waiting.map(({ host }) => host));
  }

  add(hit: Hit): void {
    this.#waiting.push(hit);
    this.#keepBound();
  }

  /** Takes the oldest ones of a host, at most so many: then either `arrived` or `failed` is called. */
  take(host: string, most: number): readonly Hit[] {
    const taken: Hit[] = [];
    const left: Hit[] = [];
    for (const hit of this.#waiting) (hit.host === host && taken.length < most ? taken : left).push(hit);
    this.#waiting = left;
    this.#taken = taken;
    return taken;
  }

  /** What was taken is not needed any more. */
  arrived(): void {
    this.#taken = [];
  }

  /** What was taken goes back to its place. */
  failed(): void {
    this.#waiting = [...this.#taken, ...this.#waiting].sort((one, other) => one.at - other.at);
    this.#taken = [];
    this.#keepBound();
  }

  #keepBound(): void {
    // What is being sent cannot be called back.
    const over = Math.min(this.size - this.#most, this.#waiting.length);
    if (over <= 0) return;
    this.#waiting.splice(0, over);
    this.#dropped += over;
  }
}
