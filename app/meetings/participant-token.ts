import { createHmac, timingSafeEqual } from 'node:crypto';

/** How long after its issue a token brings its participant back, in milliseconds: longer than any meeting's day. */
const LIFETIME_MS = 24 * 60 * 60_000;

/**
 * Proves that a browser is the participant that it was, also to an app that has been restarted since: nothing is
 * stored, the token is `PARTICIPANT.ISSUED.MAC` with an HMAC-SHA-256 over room, participant and time.
 */
export class ParticipantTokens {
  readonly #secret: string;
  readonly #now: () => number;

  constructor(secret: string, now: () => number = Date.now) {
    this.#secret = secret;
    this.#now = now;
  }

  issue(room: string, participantId: string): string {
    const issuedAt = this.#now().toString(36);
    return `${participantId}.${issuedAt}.${this.#mac(room, participantId, issuedAt).toString('base64url')}`;
  }

  /** The participant whom the token names, or undefined if it is forged, too old or of another room. */
  verify(room: string, token: string): string | undefined {
    const [participantId = '', issuedAt = '', mac = '', ...rest] = token.split('.');
    const given = Buffer.from(mac, 'base64url');
    const expected = this.#mac(room, participantId, issuedAt);
    if (rest.length > 0 || given.length !== expected.length || !timingSafeEqual(given, expected))
      return undefined;
    const ageMs = this.#now() - Number.parseInt(issuedAt, 36);
    return ageMs >= 0 && ageMs < LIFETIME_MS ? participantId : undefined;
  }

  #mac(room: string, participantId: string, issuedAt: string): Buffer {
    return createHmac('sha256', this.#secret)
      .update(`participant\n${room}\n${participantId}\n${issuedAt}`)
      .digest();
  }
}
