import { connect } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { MINUTE_MS } from '../../kernel/clock.ts';

/** Where coturn takes TURN over TCP. */
export type TurnTarget = { readonly host: string; readonly port: number } | { readonly path: string };

/** Most tunnels at once; each relayed participant takes a few. Beyond it, browsers have the relay's own ports. */
const MOST_TUNNELS = 2_000;

/** How long a tunnel may be silent: longer than a browser waits to refresh its relay (RFC 8656, section 7: 10 minutes). */
const SILENCE_MS = 11 * MINUTE_MS;

/**
 * Whether a connection that begins with this byte speaks STUN or TURN: both leave the two highest bits zero (RFC 8489,
 * section 5), where an HTTP request begins with a letter.
 */
export const isStun = (firstByte: number): boolean => (firstByte & 0xc0) === 0;

/**
 * Passes TURN that came in over the HTTPS port on to coturn, so that a client which may use this one port only holds a
 * call. Coturn asks for credentials as always; here is nothing but the way to it.
 */
export class TurnTunnels {
  readonly #target: TurnTarget;
  readonly #open = new Set<TLSSocket>();

  constructor(target: TurnTarget) {
    this.#target = target;
  }

  accept(client: TLSSocket): void {
    if (this.#open.size >= MOST_TUNNELS) return void client.destroy();
    this.#open.add(client);
    const relay = connect({ ...this.#target, noDelay: true });
    const end = () => {
      this.#open.delete(client);
      client.destroy();
      relay.destroy();
    };
    for (const socket of [client, relay]) {
      // A tunnel that breaks is noticed at both ends; there is nobody here to tell.
      socket.on('error', end);
      socket.on('close', end);
      socket.setTimeout(SILENCE_MS, end);
    }
    client.setNoDelay(true);
    client.pipe(relay).pipe(client);
  }

  close(): void {
    for (const client of this.#open) client.destroy();
  }
}
