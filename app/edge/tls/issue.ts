// The X.509 library registers its classes by decorators and needs this first.
import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Pkcs10CertificateRequestGenerator,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import type { CertificateNames } from './certificate-names.ts';
import { encodeLimits, NAME_CONSTRAINTS } from './name-constraints.ts';
import type { NameLimits } from './name-limits.ts';

// Everything that needs the X.509 library. It takes 150 ms to load, so only a start that issues something loads it.

cryptoProvider.set(crypto);

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** Most characters of a common name (RFC 5280, appendix A.1, ub-common-name). */
const COMMON_NAME_LIMIT = 64;

interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/**
 * A certificate authority's own certificate, as PEM. It may sign certificates for servers within its limits, nothing
 * for any other use and no further authority.
 */
export async function issueAuthority(
  request: Validity & { readonly keyPem: string; readonly name: string; readonly limits: NameLimits },
): Promise<string> {
  const keys = await readKeys(request.keyPem);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerialNumber(),
    name: [{ O: ['Linkello'] }, { CN: [request.name.slice(0, COMMON_NAME_LIMIT)] }],
    notBefore: request.notBefore,
    notAfter: request.notAfter,
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      // Windows would else trust it for programs and letters too.
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new Extension(NAME_CONSTRAINTS, true, encodeLimits(request.limits)),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return `${certificate.toString('pem')}\n`;
}

/** A server certificate for the given names, signed by the authority, as PEM. */
export async function issueServerCertificate(
  request: Validity & {
    readonly authorityPem: string;
    readonly authorityKeyPem: string;
    readonly keyPem: string;
    readonly names: CertificateNames;
  },
): Promise<string> {
  const authority = new X509Certificate(request.authorityPem);
  const authorityKeys = await readKeys(request.authorityKeyPem);
  const keys = await readKeys(request.keyPem);
  const commonName = request.names.dns.find((name) => name.length <= COMMON_NAME_LIMIT) ?? 'Linkello';
  const certificate = await X509CertificateGenerator.create({
    serialNumber: newSerialNumber(),
    subject: [{ CN: [commonName] }],
    issuer: authority.subjectName,
    notBefore: request.notBefore,
    notAfter: request.notAfter,
    signingAlgorithm: algorithm,
    signingKey: authorityKeys.privateKey,
    publicKey: keys.publicKey,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      await AuthorityKeyIdentifierExtension.create(authorityKeys.publicKey),
      new SubjectAlternativeNameExtension([
        ...request.names.dns.map((value) => ({ type: 'dns' as const, value })),
        ...request.names.ip.map((value) => ({ type: 'ip' as const, value })),
      ]),
    ],
  });
  return `${certificate.toString('pem')}\n`;
}

/** A request for a certificate for these names (RFC 2986), as PEM. */
export async function requestCertificate(keyPem: string, dns: readonly string[]): Promise<string> {
  const request = await Pkcs10CertificateRequestGenerator.create({
    keys: await readKeys(keyPem),
    signingAlgorithm: algorithm,
    extensions: [new SubjectAlternativeNameExtension(dns.map((value) => ({ type: 'dns' as const, value })))],
  });
  return request.toString('pem');
}

async function readKeys(pem: string) {
  const pkcs8 = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
  const { subtle } = crypto;
  const privateKey = await subtle.importKey('pkcs8', pkcs8, algorithm, true, ['sign']);
  const { kty, crv, x, y } = await subtle.exportKey('jwk', privateKey);
  const publicKey = await subtle.importKey('jwk', { kty, crv, x, y } as never, algorithm, true, ['verify']);
  return { privateKey, publicKey };
}

/** 127 random bits, always positive and of the same length (RFC 5280, section 4.1.2.2). */
function newSerialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}
