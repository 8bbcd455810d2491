import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { DAY_MS, SECOND_MS } from '../../kernel/clock.ts';

/** Nobody types a name, an address and a sentence in less. */
const QUICKEST_MS = 3 * SECOND_MS;
const LONGEST_MS = DAY_MS;

/** Beyond this many the oldest are forgotten. */
const MOST_USED = 10_000;

const SHAPE = /^([0-9a-z]{1,10})\.([\w-]{16})\.([\w-]{43})$/;

/**
 * `new`: it was made for this form and was not used. `used`: the form was sent twice, as by a second click. `quick`:
 * sooner than people type. `void`: not ours, or of yesterday.
 */
export type StampState = 'new' | 'used' | 'quick' | 'void';

/** Says when a form was drawn, so that programs that answer at once are told from people. Which were used is in memory. */
export class FormStamps {
  readonly #secret: string;
  readonly #purpose: string;
  readonly #used = new Set<string>();

  /**
   * @param secret `sessions`; what it proves elsewhere begins with another word.
   * @param purpose which form it is.
   */
  constructor(secret: string, purpose: string) {
    this.#secret = secret;
    this.#purpose = purpose;
  }

  make(now: number): string {
    const body = `${now.toString(36)}.${randomBytes(12).toString('base64url')}`;
    return `${body}.${this.#proof(body)}`;
  }

  look(stamp: string | undefined, now: number): StampState {
    const [, time, number, proof] = SHAPE.exec(stamp ?? '') ?? [];
    if (time === undefined || number === undefined || proof === undefined) return 'void';
    const expected = Buffer.from(this.#proof(`${time}.${number}`));
    if (!timingSafeEqual(Buffer.from(proof), expected)) return 'void';
    const age = now - Number.parseInt(time, 36);
    if (age > LONGEST_MS) return 'void';
    if (this.#used.has(number)) return 'used';
    return age < QUICKEST_MS ? 'quick' : 'new';
  }

  /** Notes that the form was taken. */
  use(stamp: string): void {
    const [, number = ''] = stamp.split('.');
    this.#used.add(number);
    const [oldest] = this.#used;
    if (this.#used.size > MOST_USED && oldest !== undefined) this.#used.delete(oldest);
  }

  /** The form was not taken after all, and may be sent again. */
  giveBack(stamp: string): void {
    const [, number = ''] = stamp.split('.');
    this.#used.delete(number);
  }

  #proof(body: string): string {
    return createHmac('sha256', this.#secret).update(`form\n${this.#purpose}\n${body}`).digest('base64url');
  }
}
