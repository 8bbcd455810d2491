import { AppError } from '../kernel/errors.ts';

/** Whether something outside of this process is there, for those who can wait a moment for it. */
export class Readiness {
  readonly #deadlineMs: number;
  #ready = Promise.withResolvers<void>();
  #isReady = false;

  /** @param deadlineMs how long somebody waits, in milliseconds. */
  constructor(deadlineMs: number) {
    this.#deadlineMs = deadlineMs;
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  came(): void {
    this.#isReady = true;
    this.#ready.resolve();
  }

  went(): void {
    if (this.#isReady) this.#ready = Promise.withResolvers<void>();
    this.#isReady = false;
  }

  /** @throws AppError `media_unavailable` when it does not come in time. */
  async wait(): Promise<void> {
    if (this.#isReady) return;
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(new AppError('media_unavailable')), this.#deadlineMs);
    await Promise.race([this.#ready.promise, late.promise]).finally(() => clearTimeout(timer));
  }
}
