import ipaddr from 'ipaddr.js';
import { Type } from 'typebox';
import { type Conflict, type Rule, repeatedHosts } from '../conflict.ts';
import { shown } from '../faults.ts';
import { section } from '../setting-kinds.ts';

export const NetworkSettings = section('How clients reach this machine.', {
  announced_addresses: Type.Array(Type.String({ format: 'ip' }), {
    maxItems: 16,
    uniqueItems: true,
    default: [],
    description:
      'Addresses at which browsers reach the SFU: internal and public at once, if need be. Addresses, no host names (Firefox refuses those).',
    automatic: "the machine's own addresses, bridges of containers left out",
    examples: [['192.168.1.10', '198.51.100.7']],
  }),
});

export interface Network {
  /** Addresses at which browsers reach the SFU, the preferred one first; at least one, no two the same. */
  readonly announced_addresses: readonly string[];
}

interface Seen {
  readonly network: Network;
}

function* announcedOnce({ network }: Seen): Generator<Conflict> {
  yield* repeatedHosts(network.announced_addresses, (index) => ['network', 'announced_addresses', index]);
}

/** Loopback is let through, beside others too: somebody may sit at this machine. */
function* announcedReachable({ network }: Seen): Generator<Conflict> {
  for (const [index, address] of network.announced_addresses.entries()) {
    if (!ipaddr.isValid(address)) continue;
    const wanted = whatItShouldBe(address);
    if (wanted === undefined) continue;
    const message = () => `must be ${wanted}, got ${shown(address)}`;
    yield { sides: [{ path: ['network', 'announced_addresses', index], message }] };
  }
}

function whatItShouldBe(address: string): string | undefined {
  const parsed = ipaddr.parse(address);
  const range = parsed.range();
  if (parsed instanceof ipaddr.IPv6 && parsed.isIPv4MappedAddress()) {
    return `an IPv4 address written as such, ${parsed.toIPv4Address()}`;
  }
  if (range === 'unspecified') return 'one address that browsers can connect to';
  if (range === 'multicast' || range === 'broadcast') return 'the address of one machine';
  // In a browser on another machine the zone, without which such an address means nothing, is another one.
  const linkLocal = parsed instanceof ipaddr.IPv6 && (range === 'linkLocal' || address.includes('%'));
  return linkLocal ? 'an address that means the same on every machine' : undefined;
}

export const networkRules: readonly Rule<Seen>[] = [
  { name: 'no address is announced twice', conflicts: announcedOnce },
  { name: 'announced addresses can be reached', conflicts: announcedReachable },
];
