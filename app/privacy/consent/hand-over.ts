import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Decision, readDecision, writeDecision } from './decision.ts';
import { WAY_MS } from './decision-cookie.ts';

/** A choice on its way from one site to another. */
export interface Carried {
  readonly from: string;
  readonly to: string;
  /** What only the browser on its way knows, and `to` gave it: nobody can send somebody else's choice. */
  readonly way: string;
  readonly decision: Decision;
}

const LONGEST = 4000;

/**
 * Signs choices for another site of the same server, and takes each once. What was taken is in memory: after a restart
 * a token still needs the cookie of its way, which was cleared, and is over within two minutes.
 */
export class HandOver {
  readonly #secret: string;
  readonly #taken = new Map<string, number>();

  /** @param secret `sessions`; what it proves elsewhere begins with another word. */
  constructor(secret: string) {
    this.#secret = secret;
  }

  write({ from, to, way, decision }: Carried, now: number): string {
    const said = JSON.stringify([from, to, way, now + WAY_MS, writeDecision(decision)]);
    const body = Buffer.from(said).toString('base64url');
    return `${body}.${this.#proof(body).toString('base64url')}`;
  }

  /** What a token brings to the site `to` on this way; null for one that is not for it, forged, over or taken. */
  take(token: unknown, { to, way }: Pick<Carried, 'to' | 'way'>, now: number): Carried | null {
    const [body = '', proof = '', ...more] = typeof token === 'string' ? token.split('.') : [];
    if (body.length > LONGEST || more.length > 0) return null;
    const expected = Buffer.from(this.#proof(body).toString('base64url'));
    const given = Buffer.from(proof);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
    const [from, forHost, onWay, until, written]: [string, string, string, number, string] = JSON.parse(
      Buffer.from(body, 'base64url').toString('utf8'),
    );
    const decision = readDecision(written, now);
    if (forHost !== to || onWay !== way || until < now || decision === null) return null;
    for (const [each, end] of this.#taken) if (end < now) this.#taken.delete(each);
    if (this.#taken.has(way)) return null;
    this.#taken.set(way, until);
    return { from, to, way, decision };
  }

  #proof(body: string): Buffer {
    return createHmac('sha256', this.#secret).update(`choices\n${body}`).digest();
  }
}
