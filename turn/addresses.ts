import type { Config } from '../config/config.ts';
import { canonicalHost } from '../config/formats.ts';
import { listenersFor } from '../config/listeners.ts';
import type { Interfaces } from '../config/machine.ts';

/** Where coturn listens, where it relays from, and whom it may relay to. In canonical form, no two the same. */
export interface TurnAddresses {
  /** The addresses of this machine at which the SFU is. At least one. */
  readonly own: readonly string[];
  /** All addresses of the SFU: those that are announced, and those of `own` that stand behind a router's. */
  readonly peers: readonly string[];
}

/** No machine has it. Coturn reads it at the end of a range as "no limit", so it would allow everything. */
const NOBODY = new Set(['0.0.0.0', '::']);

/**
 * The relay goes where the SFU is ({@link listenersFor}). Where an announced address has no local one, there is no SFU;
 * the relay goes without that one.
 *
 * @param announced `network.announced_addresses`.
 * @throws RangeError when an announced address is no machine's, or this machine has none to listen on.
 */
export function turnAddresses(announced: readonly string[], interfaces: Interfaces): TurnAddresses {
  const wanted = [...new Set(announced.map(canonicalHost))];
  const nobody = wanted.find((address) => NOBODY.has(address));
  if (nobody) throw new RangeError(`network.announced_addresses: ${nobody} is the address of no machine.`);

  const { addresses } = listenersFor(wanted, interfaces);
  // What is announced itself before what stands behind a router's.
  const all = [...new Set([...wanted.filter((address) => addresses.has(address)), ...addresses.keys()])];
  if (all.length === 0) {
    throw new RangeError(
      'network.announced_addresses: this machine has no address of their kind to relay from.',
    );
  }
  return { own: all, peers: [...new Set([...wanted, ...all])] };
}

/** A TCP port, or the Unix socket that leads to one. */
export type WayIn = { readonly host: string; readonly port: number } | { readonly path: string };

/**
 * Where the app reaches coturn by TCP, or null when the relay is switched off. Coturn listens at every announced address
 * that is this machine's own; from another machine any of them leads to it.
 */
export function wayIn(
  { turn, network }: Pick<Config, 'turn' | 'network'>,
  interfaces: Interfaces,
): WayIn | null {
  if (turn.enabled && turn.socket !== null) return { path: turn.socket };
  const announced = network.announced_addresses;
  const local = new Set(
    Object.values(interfaces).flatMap((infos) => infos?.map(({ address }) => address) ?? []),
  );
  const host = announced.find((address) => local.has(address)) ?? announced[0];
  return turn.enabled && host !== undefined ? { host, port: turn.port } : null;
}
