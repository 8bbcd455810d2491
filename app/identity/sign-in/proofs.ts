import { createHmac, randomInt, timingSafeEqual } from 'node:crypto';

/** Digits of a code. */
export const CODE_LENGTH = 6;

/** What {@link Proofs.newCode} makes, with the blanks and dashes that people put between. */
const TYPED_CODE = /^\d{6}$/;

/** A code as it was typed, without what people put between its digits; null if it is none. */
export function readCode(typed: unknown): string | null {
  if (typeof typed !== 'string' || typed.length > 40) return null;
  const digits = typed.normalize('NFKC').replaceAll(/[\s.\-–]/g, '');
  return TYPED_CODE.test(digits) ? digits : null;
}

/**
 * Hashes with a key, for what is short enough to be tried out: six digits, the addresses of a hospital. Who has the
 * database without the key finds out neither.
 */
export class Proofs {
  readonly #key: string;

  constructor(key: string) {
    this.#key = key;
  }

  /** Six digits, each number as likely as any other. */
  newCode(): string {
    return String(randomInt(10 ** CODE_LENGTH)).padStart(CODE_LENGTH, '0');
  }

  /** Holds for one sign-in alone: the same code of another has another hash. */
  hashOfCode(signInId: string, code: string): string {
    return this.#hash(['code', signInId, code]);
  }

  /** Whether a code is the one that was hashed. Takes as long for a wrong one. */
  isCode(hash: string | null, signInId: string, code: string): boolean {
    const expected = Buffer.from(hash ?? '');
    const actual = Buffer.from(this.hashOfCode(signInId, code));
    return expected.length === actual.length && timingSafeEqual(expected, actual);
  }

  hashOfAddress(address: string): string {
    return this.#hash(['address', address]);
  }

  #hash(parts: readonly string[]): string {
    return createHmac('sha256', this.#key)
      .update(JSON.stringify(['sign-in', ...parts]))
      .digest('hex');
  }
}
