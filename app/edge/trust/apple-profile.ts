import type { X509Certificate } from 'node:crypto';
import { build } from 'plist';

export interface AppleProfileText {
  /** What the list of profiles shows. */
  readonly name: string;
  readonly description: string;
  readonly organisation: string;
}

/**
 * A configuration profile that brings a root certificate to iPhone, iPad and Mac (Apple, "Configuration Profile
 * Reference", payload `com.apple.security.root`), as an XML property list. It is not signed: there is nobody whose
 * signature the device could know. Installed again, it takes its own place.
 */
export function appleProfile(certificate: X509Certificate, text: AppleProfileText): string {
  const fingerprint = certificate.fingerprint256.replaceAll(':', '').toLowerCase();
  const identifier = `linkello.authority.${fingerprint.slice(0, 16)}`;
  return build({
    PayloadType: 'Configuration',
    PayloadVersion: 1,
    PayloadIdentifier: identifier,
    PayloadUUID: uuidOf(fingerprint.slice(0, 32)),
    PayloadDisplayName: text.name,
    PayloadDescription: text.description,
    PayloadOrganization: text.organisation,
    PayloadContent: [
      {
        PayloadType: 'com.apple.security.root',
        PayloadVersion: 1,
        PayloadIdentifier: `${identifier}.certificate`,
        PayloadUUID: uuidOf(fingerprint.slice(32)),
        PayloadDisplayName: text.name,
        PayloadCertificateFileName: 'linkello-ca.crt',
        PayloadContent: certificate.raw,
      },
    ],
  });
}

/** 32 hexadecimal digits as a UUID of version 8, the one for whatever its maker likes (RFC 9562, section 5.8). */
function uuidOf(digits: string): string {
  const variant = ((Number.parseInt(digits.charAt(16), 16) & 0x3) | 0x8).toString(16);
  const fixed = `${digits.slice(0, 12)}8${digits.slice(13, 16)}${variant}${digits.slice(17)}`;
  return fixed.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5').toUpperCase();
}
