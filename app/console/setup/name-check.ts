import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { isLoopback } from '../../../config/machine.ts';

/**
 * Where a host of the settings leads: `opened`, since the reader's own browser found the page by it; `here`, to an
 * address of this machine; `elsewhere`, which is right only if something there passes on; `unknown` to the name server.
 */
export type NameOutcome = 'opened' | 'here' | 'elsewhere' | 'unknown';

/** How long a name server may take, in milliseconds. */
const ANSWER_MS = 3_000;

/**
 * Follows a host.
 *
 * @param openedAs the host that the reader's browser asked for.
 * @param ownAddresses of this machine, and those announced for it.
 */
export async function followName(
  host: string,
  { openedAs, ownAddresses }: { readonly openedAs: string; readonly ownAddresses: ReadonlySet<string> },
): Promise<NameOutcome> {
  if (host === openedAs) return 'opened';
  const addresses = isIP(host) === 0 ? await addressesOf(host) : [host];
  if (addresses.length === 0) return 'unknown';
  const isOwn = (address: string) => ownAddresses.has(address) || isLoopback(address);
  return addresses.every(isOwn) ? 'here' : 'elsewhere';
}

async function addressesOf(host: string): Promise<string[]> {
  const late = Promise.withResolvers<never[]>();
  const timer = setTimeout(() => late.resolve([]), ANSWER_MS);
  try {
    const found = await Promise.race([lookup(host, { all: true }), late.promise]);
    return found.map(({ address }) => ipaddr.process(address).toString());
  } catch {
    return [];
  } finally {
    clearTimeout(timer);
  }
}
