import { Buffer } from 'node:buffer';
import { createHmac, timingSafeEqual } from 'node:crypto';

/** Bytes of an id, and of the proof after it: 128 bits, as RFC 2104 (section 5) allows for SHA-256. */
const ID_BYTES = 12;
const PROOF_BYTES = 16;

/** 38 characters of base64url: 16 of the id, 22 of the proof. */
const TOKEN = /^[A-Za-z0-9_-]{38}$/;

/** What a link leads to: an appointment's page, or a calendar. One is no proof for the other. */
type Purpose = 'appointment-link' | 'calendar-feed';

/**
 * Secret addresses that are not stored: the id of a row, and an HMAC-SHA-256 over it and the number of its link, so that
 * a copy of the database opens no door.
 */
export class SecretLinks {
  readonly #secret: string;
  readonly #purpose: Purpose;

  /** @param secret `sessions`; what it proves elsewhere begins with another word. */
  constructor(secret: string, purpose: Purpose) {
    this.#secret = secret;
    this.#purpose = purpose;
  }

  tokenOf(row: { readonly id: string; readonly linkGeneration: number }): string {
    return Buffer.concat([Buffer.from(row.id, 'hex'), this.#proof(row)]).toString('base64url');
  }

  /** The row that a token names, not proved yet; null for what cannot be a token. */
  idOf(token: string): string | null {
    return TOKEN.test(token) ? Buffer.from(token, 'base64url').subarray(0, ID_BYTES).toString('hex') : null;
  }

  /** Whether a token is the one link of a row that counts. */
  proves(token: string, row: { readonly id: string; readonly linkGeneration: number }): boolean {
    // As text: other spellings of the same bytes (the last character has bits to spare) are not the token.
    const given = Buffer.from(token);
    const expected = Buffer.from(this.tokenOf(row));
    return given.length === expected.length && timingSafeEqual(given, expected);
  }

  #proof({ id, linkGeneration }: { readonly id: string; readonly linkGeneration: number }): Buffer {
    return createHmac('sha256', this.#secret)
      .update(`${this.#purpose}\n${id}\n${linkGeneration}`)
      .digest()
      .subarray(0, PROOF_BYTES);
  }
}
