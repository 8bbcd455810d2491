/**
 * Which microphones of a room are forwarded: all of them while they are few, else those that were heard last. Who was
 * heard stays until somebody else is heard and takes the place that was quiet for longest, so that a word between two
 * others does not lose its first syllable.
 */
export class Voices {
  readonly #limit: number;
  readonly #onChange: (changed: readonly string[]) => void;
  /** Peers with a microphone that is on, the one heard last first. */
  readonly #open: string[] = [];
  /** How many of them are heard now. */
  #loud = 0;
  #forwarded: ReadonlySet<string> = new Set();

  /**
   * @param limit most voices forwarded at once: 1 or more.
   * @param onChange told of the peers whose voices are forwarded from now on, or no longer.
   */
  constructor(limit: number, onChange: (changed: readonly string[]) => void) {
    this.#limit = limit;
    this.#onChange = onChange;
  }

  isForwarded(peerId: string): boolean {
    return this.#forwarded.has(peerId);
  }

  /** A microphone was switched on: they are about to speak, so they come right after those who do. */
  opened(peerId: string): void {
    if (this.#open.includes(peerId)) return;
    this.#open.splice(this.#loud, 0, peerId);
    this.#choose();
  }

  /** A microphone was switched off or is gone; its place is somebody else's. */
  shut(peerId: string): void {
    const index = this.#open.indexOf(peerId);
    if (index < 0) return;
    this.#open.splice(index, 1);
    if (index < this.#loud) this.#loud -= 1;
    this.#choose();
  }

  /** Who is heard now, the loudest first. */
  heard(peerIds: readonly string[]): void {
    const loud = peerIds.filter((peerId) => this.#open.includes(peerId));
    const others = this.#open.filter((peerId) => !loud.includes(peerId));
    this.#open.splice(0, this.#open.length, ...loud, ...others);
    this.#loud = loud.length;
    this.#choose();
  }

  #choose(): void {
    const before = this.#forwarded;
    const now = new Set(this.#open.slice(0, this.#limit));
    this.#forwarded = now;
    const changed = [
      ...[...before].filter((peerId) => !now.has(peerId)),
      ...[...now].filter((peerId) => !before.has(peerId)),
    ];
    if (changed.length > 0) this.#onChange(changed);
  }
}
