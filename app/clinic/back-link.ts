import { createHmac, timingSafeEqual } from 'node:crypto';

const ID_BYTES = 12;
const PROOF_BYTES = 16;
const TOKEN = /^[A-Za-z0-9_-]{38}$/;

/**
 * Links by which patients come back who are called back, `/w/back/TOKEN`: the visit's id and an HMAC-SHA-256 over it,
 * so that a copy of the database opens no door.
 */
export class BackLinks {
  readonly #secret: string;

  /** @param secret `sessions`; what it proves elsewhere begins with another word. */
  constructor(secret: string) {
    this.#secret = secret;
  }

  pathOf(visitId: string): string {
    return `/w/back/${this.#tokenOf(visitId)}`;
  }

  /** The visit that a token is for; null for what is none. */
  visitIdOf(token: string): string | null {
    if (!TOKEN.test(token)) return null;
    const id = Buffer.from(token, 'base64url').subarray(0, ID_BYTES).toString('hex');
    const expected = Buffer.from(this.#tokenOf(id));
    return timingSafeEqual(Buffer.from(token), expected) ? id : null;
  }

  #tokenOf(visitId: string): string {
    const proof = createHmac('sha256', this.#secret)
      .update(`visit\n${visitId}`)
      .digest()
      .subarray(0, PROOF_BYTES);
    return Buffer.concat([Buffer.from(visitId, 'hex'), proof]).toString('base64url');
  }
}
