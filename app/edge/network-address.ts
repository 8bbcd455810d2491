import ipaddr from 'ipaddr.js';

/**
 * An address cut to its network, as logs may keep it: 192.0.2.0/24, or 2001:db8:1::/48 for IPv6. Never throws;
 * what is no address becomes `unknown`.
 */
export function cutAddress(address: string): string {
  if (!ipaddr.isValid(address)) return 'unknown';
  const [kind, bits] = ipaddr.process(address).kind() === 'ipv4' ? [ipaddr.IPv4, 24] : [ipaddr.IPv6, 48];
  return `${kind.networkAddressFromCIDR(`${ipaddr.process(address)}/${bits}`)}/${bits}`;
}

/**
 * The network of an address as the audience is measured by: 198.51.0.0, or 2001:db8:1:: for IPv6; the last two bytes of
 * four are gone, and all but 48 of 128 bits. Never throws; what is no address becomes 0.0.0.0.
 */
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return '0.0.0.0';
  // By its bytes: this is done for every page, and reading a CIDR takes many times as long.
  const bytes = ipaddr.process(address).toByteArray();
  const kept = bytes.length === 4 ? 2 : 6;
  return ipaddr.fromByteArray(bytes.map((byte, index) => (index < kept ? byte : 0))).toString();
}
