import { isIPv6 } from 'node:net';
import { canonicalHost } from './formats.ts';
import { type Interfaces, isLoopback, reachableAddresses } from './machine.ts';

/** Which addresses of a machine are listened on so that browsers reach the SFU at every announced one. */
export interface Listeners {
  /** Each address listened on, by the order of those that are announced, with the foreign one that is announced in its name; null: it is announced itself. */
  readonly addresses: ReadonlyMap<string, string | null>;
  /** Foreign addresses that no local one of their family is left for. */
  readonly unserved: readonly string[];
}

/**
 * An address of this machine is listened on directly. One that it has not (a router's public address, forwarded to
 * us) is announced in the name of a local one of the same family: of an announced one if there is one left, else of
 * any that other machines can reach. mediasoup can announce only one foreign address for each address it listens on.
 *
 * SFU and relay both go by it, so that the relay is where the SFU is.
 *
 * @param announced IP addresses, the preferred one first.
 */
export function listenersFor(announced: readonly string[], interfaces: Interfaces): Listeners {
  const local = new Set(
    Object.values(interfaces).flatMap((infos = []) => infos.map(({ address }) => canonicalHost(address))),
  );
  const wanted = [...new Set(announced.map(canonicalHost))];
  const own = wanted.filter((address) => local.has(address));
  const candidates = [...own, ...reachableAddresses(interfaces).filter((address) => !isLoopback(address))];

  const addresses = new Map<string, string | null>();
  const unserved: string[] = [];
  for (const address of wanted) {
    if (local.has(address)) {
      if (!addresses.has(address)) addresses.set(address, null);
      continue;
    }
    const behind = candidates.find(
      (each) => isIPv6(each) === isIPv6(address) && (addresses.get(each) ?? null) === null,
    );
    if (behind === undefined) unserved.push(address);
    else addresses.set(behind, address);
  }
  return { addresses, unserved };
}
