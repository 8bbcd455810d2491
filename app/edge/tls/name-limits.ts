import ipaddr from 'ipaddr.js';
import type { CertificateNames } from './certificate-names.ts';

/** What an authority may certify at all (RFC 5280, section 4.2.1.10). */
export interface NameLimits {
  /** Each with everything below it, as the RFC has it. */
  readonly dns: readonly string[];
  /** Networks, as 192.168.0.0/16. */
  readonly ip: readonly string[];
}

/** Networks whose addresses are nobody's outside of the house: the range says which, the network how much of it. */
const HOUSE_NETWORKS: readonly (readonly [range: string, network: string])[] = [
  ['loopback', '127.0.0.0/8'],
  ['loopback', '::1/128'],
  ['private', '10.0.0.0/8'],
  ['private', '172.16.0.0/12'],
  ['private', '192.168.0.0/16'],
  ['carrierGradeNat', '100.64.0.0/10'],
  ['uniqueLocal', 'fd00::/8'],
];

/**
 * The limits of an authority that is made for these names. An address of a private network stands for the whole
 * network, so that a device need not trust anew after each DHCP lease; any other address for itself alone.
 */
export function limitsFor(names: CertificateNames): NameLimits {
  const dns = names.dns.filter((name) => !names.dns.some((other) => name.endsWith(`.${other}`)));
  return { dns, ip: [...new Set(names.ip.map(networkOf))].sort() };
}

function networkOf(address: string): string {
  const parsed = ipaddr.parse(address);
  const range = parsed.range();
  const house = HOUSE_NETWORKS.find(([name, network]) => name === range && isIn(address, network));
  return house?.[1] ?? `${address}/${parsed.kind() === 'ipv4' ? 32 : 128}`;
}

function isIn(address: string, network: string): boolean {
  const parsed = ipaddr.parse(address);
  const [base, bits] = ipaddr.parseCIDR(network);
  return parsed.kind() === base.kind() && parsed.match([base, bits]);
}

/** The names that an authority with these limits may certify. Without limits it may certify all. */
export function namesWithin(limits: NameLimits | null, names: CertificateNames): CertificateNames {
  if (limits === null) return names;
  return {
    dns: names.dns.filter((name) => limits.dns.some((top) => name === top || name.endsWith(`.${top}`))),
    ip: names.ip.filter((address) => limits.ip.some((network) => isIn(address, network))),
  };
}

/** The names beyond the limits. */
export function namesBeyond(limits: NameLimits | null, names: CertificateNames): CertificateNames {
  const within = namesWithin(limits, names);
  return {
    dns: names.dns.filter((name) => !within.dns.includes(name)),
    ip: names.ip.filter((address) => !within.ip.includes(address)),
  };
}
