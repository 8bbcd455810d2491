import type { Database } from '../database/open.ts';
import type { Clock } from '../kernel/clock.ts';
import { type Head, type Verification, verifyChain } from './verification.ts';

export interface LastVerification {
  /** When it began, in milliseconds since 1970. */
  readonly at: number;
  /** The note that it was held against. */
  readonly since: Head | null;
  readonly verification: Verification;
}

/** Verifies the log within the app, and remembers what was found last. A million entries take some seconds. */
export class Verifier {
  readonly #options: { readonly database: Database; readonly key: string; readonly clock: Clock };
  #last: LastVerification | null = null;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(options: { readonly database: Database; readonly key: string; readonly clock: Clock }) {
    this.#options = options;
  }

  /** Since the start of the app. */
  get last(): LastVerification | null {
    return this.#last;
  }

  /** One at a time: who asks while another runs waits for it. */
  run(since: Head | null): Promise<LastVerification> {
    const { database, key, clock } = this.#options;
    const running = this.#queue.then(async () => {
      const at = clock();
      this.#last = { at, since, verification: await verifyChain({ database, key, since }) };
      return this.#last;
    });
    this.#queue = running.catch(() => {});
    return running;
  }
}
