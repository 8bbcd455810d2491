/** The networks of the proof. All addresses are of those kept for tests and documents: RFC 2544, 5737 and 3849. */

/** A network namespace whose packets are counted. */
export interface Zone {
  /** Name of the namespace, and of the border's link to it. */
  readonly name: 'appliance' | 'client1' | 'client2';
  /** Its own addresses, IPv4 first. */
  readonly addresses: readonly [string, string];
  /** Where its default routes lead, IPv4 first: the border. */
  readonly gateways: readonly [string, string];
}

const zone = (name: Zone['name'], number: number): Zone => ({
  name,
  addresses: [`198.18.${number}.2`, `2001:db8:${number}::2`],
  gateways: [`198.18.${number}.1`, `2001:db8:${number}::1`],
});

export const appliance = zone('appliance', 1);
export const clients = [zone('client1', 2), zone('client2', 3)] as const;
export const zones: readonly Zone[] = [appliance, ...clients];

/** The configured mail relay, at the border itself. Its port is the one that relays take letters on. */
export const mailRelay = { address: '198.18.9.25', port: 587 } as const;

/** The link that leads nowhere, behind which everything else would be. */
export const world = {
  addresses: ['203.0.113.2', '2001:db8:ffff::2'],
  gateways: ['203.0.113.1', '2001:db8:ffff::1'],
} as const;

/** The name servers of every namespace. They are in the world, so nobody is there. */
export const nameServers = ['192.0.2.53', '2001:db8:5353::53'] as const;

/**
 * The appliance's names: its addresses. A client that is given another name has to ask a name server for it, which
 * Chromium does whatever its table of hosts says (RFC 9460).
 */
export const sites: readonly [string, string] = appliance.addresses;

/** The address of a page as a client opens it: the first by IPv4, the second by IPv6. */
export function urlFor(client: Zone, path = '/'): string {
  const [v4, v6] = sites;
  return `https://${client === clients[0] ? v4 : `[${v6}]`}${path}`;
}
