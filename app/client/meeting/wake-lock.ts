/** Keeps the screen on while a meeting lasts, where the browser can (W3C Screen Wake Lock). */
export class WakeLock {
  #sentinel: WakeLockSentinel | undefined;
  #isWanted = false;

  /** Call again when the page becomes visible: the browser lets go of the lock while it is hidden. */
  hold(): void {
    this.#isWanted = true;
    if (this.#sentinel && !this.#sentinel.released) return;
    navigator.wakeLock?.request('screen').then(
      (sentinel) => {
        this.#sentinel = sentinel;
        if (!this.#isWanted) this.release();
      },
      // A low battery may refuse it. The meeting goes on without.
      () => {},
    );
  }

  release(): void {
    this.#isWanted = false;
    this.#sentinel?.release().catch(() => {});
    this.#sentinel = undefined;
  }
}
