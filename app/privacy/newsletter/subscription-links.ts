import { createHmac, timingSafeEqual } from 'node:crypto';
import type { SubscriptionRow } from './subscription-rows.ts';

/** 16 of the id, 22 of the proof. */
const TOKEN = /^[A-Za-z0-9_-]{38}$/;
const ID_BYTES = 12;
const PROOF_BYTES = 16;

/** `confirm` is for one asking alone; `end` holds as long as the subscription is there. */
type LinkKind = 'confirm' | 'end';

/** The links of a newsletter. They follow from the subscription and a secret, and are not stored. */
export class SubscriptionLinks {
  readonly #secret: string;

  /** @param secret `sessions`; what it proves elsewhere begins with another word. */
  constructor(secret: string) {
    this.#secret = secret;
  }

  tokenOf(kind: LinkKind, subscription: Pick<SubscriptionRow, 'id' | 'asked_at'>): string {
    const id = Buffer.from(subscription.id, 'hex');
    return Buffer.concat([id, this.#proof(kind, subscription)]).toString('base64url');
  }

  /** The subscription that a token names, not proved yet; null for what cannot be a token. */
  idOf(token: string): string | null {
    if (!TOKEN.test(token)) return null;
    return Buffer.from(token, 'base64url').subarray(0, ID_BYTES).toString('hex');
  }

  proves(kind: LinkKind, token: string, subscription: Pick<SubscriptionRow, 'id' | 'asked_at'>): boolean {
    const given = Buffer.from(token);
    const expected = Buffer.from(this.tokenOf(kind, subscription));
    return given.length === expected.length && timingSafeEqual(given, expected);
  }

  #proof(kind: LinkKind, { id, asked_at: askedAt }: Pick<SubscriptionRow, 'id' | 'asked_at'>): Buffer {
    const asking = kind === 'confirm' ? askedAt : '';
    return createHmac('sha256', this.#secret)
      .update(`newsletter\n${kind}\n${id}\n${asking}`)
      .digest()
      .subarray(0, PROOF_BYTES);
  }
}
