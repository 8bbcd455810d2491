import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { CertificateSource } from '../../edge/tls/certificate.ts';

/** What devices make of the certificate: they know its authority, have to learn it at /trust, or it is a stand-in. */
export type CertificateOutcome = 'known' | 'own' | 'provisional' | 'ended';

export interface CertificateFindings {
  readonly outcome: CertificateOutcome;
  /** End of validity, in milliseconds since 1970. */
  readonly endsAt: number;
  /** When it is renewed by itself; null where somebody has to. */
  readonly renewsAt: number | null;
  /** Whether it is for a host. */
  readonly isFor: (host: string) => boolean;
}

/** Reads the certificate that the port answers with now. */
export function examineCertificate(
  { current, authority, isProvisional, renewsAt }: CertificateSource,
  now: number,
): CertificateFindings {
  const certificate = new X509Certificate(current.chainPem);
  const isKnown = authority === null;
  const outcome = isProvisional ? 'provisional' : isKnown ? 'known' : 'own';
  return {
    outcome: current.endsAt <= now ? 'ended' : outcome,
    endsAt: current.endsAt,
    renewsAt,
    isFor: (host) =>
      (isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)) !== undefined,
  };
}
