import { Buffer } from 'node:buffer';
import { createHmac, timingSafeEqual } from 'node:crypto';

/** Bytes of an invitation's id, and of the proof after it: 128 bits, as RFC 2104 (section 5) allows for SHA-256. */
const ID_BYTES = 12;
const PROOF_BYTES = 16;

/** 38 characters of base64url: 16 of the id, 22 of the proof. */
const TOKEN = /^[A-Za-z0-9_-]{38}$/;

/**
 * The links of guests, `/i/TOKEN`. A token is not stored: it is the invitation's id and an HMAC-SHA-256 over it and
 * the number of the link, so that a copy of the database opens no door.
 */
export class GuestLinks {
  readonly #secret: string;

  /** @param secret `sessions`; what it proves elsewhere begins with another word. */
  constructor(secret: string) {
    this.#secret = secret;
  }

  tokenOf(invitation: { readonly id: string; readonly linkGeneration: number }): string {
    const id = Buffer.from(invitation.id, 'hex');
    return Buffer.concat([id, this.#proof(invitation.id, invitation.linkGeneration)]).toString('base64url');
  }

  /** The invitation that a token names, not proved yet; null for what cannot be a token. */
  invitationIdOf(token: string): string | null {
    if (!TOKEN.test(token)) return null;
    return Buffer.from(token, 'base64url').subarray(0, ID_BYTES).toString('hex');
  }

  /** Whether a token is the one link of an invitation that counts. */
  proves(token: string, invitation: { readonly id: string; readonly linkGeneration: number }): boolean {
    // As text: other spellings of the same bytes (the last character has bits to spare) are not the token.
    const given = Buffer.from(token);
    const expected = Buffer.from(this.tokenOf(invitation));
    return given.length === expected.length && timingSafeEqual(given, expected);
  }

  #proof(invitationId: string, generation: number): Buffer {
    return createHmac('sha256', this.#secret)
      .update(`guest-link\n${invitationId}\n${generation}`)
      .digest()
      .subarray(0, PROOF_BYTES);
  }
}
