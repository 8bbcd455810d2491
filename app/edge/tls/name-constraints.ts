import { AsnConvert } from '@peculiar/asn1-schema';
import {
  Certificate,
  GeneralName,
  GeneralSubtree,
  GeneralSubtrees,
  id_ce_nameConstraints,
  NameConstraints,
} from '@peculiar/asn1-x509';
import ipaddr from 'ipaddr.js';
import type { NameLimits } from './name-limits.ts';

// The extension by which an authority can certify its own names and no others (RFC 5280, section 4.2.1.10).

export const NAME_CONSTRAINTS = id_ce_nameConstraints;

/** The extension's value, DER. */
export function encodeLimits(limits: NameLimits): ArrayBuffer {
  const bases = [
    ...limits.dns.map((dNSName) => new GeneralName({ dNSName })),
    ...limits.ip.map((iPAddress) => new GeneralName({ iPAddress })),
  ];
  const permittedSubtrees = new GeneralSubtrees(bases.map((base) => new GeneralSubtree({ base })));
  return AsnConvert.serialize(new NameConstraints({ permittedSubtrees }));
}

/** The limits of a certificate, DER; null if it has none. */
export function readLimits(certificate: Uint8Array): NameLimits | null {
  const { extensions } = AsnConvert.parse(certificate, Certificate).tbsCertificate;
  const extension = extensions?.find(({ extnID }) => extnID === id_ce_nameConstraints);
  if (extension === undefined) return null;
  const { permittedSubtrees = [] } = AsnConvert.parse(extension.extnValue.buffer, NameConstraints);
  const bases = [...permittedSubtrees].map(({ base }) => base);
  return {
    dns: bases.flatMap(({ dNSName }) => (dNSName === undefined ? [] : [dNSName])),
    ip: bases.flatMap(({ iPAddress }) =>
      iPAddress === undefined ? [] : [ipaddr.parseCIDR(iPAddress).join('/')],
    ),
  };
}
