import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import ipaddr from 'ipaddr.js';

/** What a server certificate is for, in the order of its alternative names: lower case, sorted, each once. */
export interface CertificateNames {
  readonly dns: readonly string[];
  /** IPv4 as 192.0.2.1, IPv6 in its short form (RFC 5952), never with a zone. */
  readonly ip: readonly string[];
}

/** RFC 1123 names. An underscore is common in names of machines, and browsers take it. */
const dnsPattern =
  /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*$/;

/**
 * Sorts hosts as people write them into names and addresses. Leaves out what no browser can ask for: link-local
 * addresses need a zone, which no URL can hold, and ill-formed names would spoil the whole certificate.
 */
export function certificateNames(hosts: Iterable<string>): CertificateNames {
  const dns = new Set<string>();
  const ip = new Set<string>();
  for (const host of hosts) {
    const bare = host.replace(/^\[(.*)\]$/, '$1');
    if (isIP(bare) !== 0) {
      const address = ipaddr.process(bare);
      if (address.range() !== 'linkLocal') ip.add(address.toString());
      continue;
    }
    const name = domainToASCII(bare).replace(/\.$/, '');
    if (dnsPattern.test(name)) dns.add(name);
  }
  return { dns: [...dns].sort(), ip: [...ip].sort() };
}

/** The names that a certificate holds; `subjectAltName` as Node's X509Certificate gives it. */
export function namesInCertificate(subjectAltName: string | undefined): CertificateNames {
  const hosts = (subjectAltName ?? '').split(', ').map((entry) => entry.replace(/^(DNS|IP Address):/, ''));
  return certificateNames(hosts);
}

export function sameNames(one: CertificateNames, other: CertificateNames): boolean {
  return one.dns.join() === other.dns.join() && one.ip.join() === other.ip.join();
}
