import { X509Certificate } from 'node:crypto';
import { getCACertificates } from 'node:tls';

/** A chain from a certificate to its root, or the link that is missing. */
export type Chain =
  | {
      /** The certificate itself, then each one's issuer; the root only if it is the certificate itself. */
      readonly sent: readonly X509Certificate[];
    }
  | {
      /** The last certificate that was reached: its issuer is not there. */
      readonly endsAt: X509Certificate;
    };

/**
 * Leads a certificate to a root: to one of `others` that signed itself, or to one that this system or Node knows. The
 * root is left out of what is sent, as whoever trusts it has it (RFC 8446, section 4.4.2).
 *
 * @param others in any order; those that lead nowhere are left out too.
 */
export function completeChain(certificate: X509Certificate, others: readonly X509Certificate[]): Chain {
  const path = pathToRoot(certificate, others, [certificate]);
  return path === null ? { endsAt: lastReached(certificate, others) } : { sent: path };
}

function pathToRoot(
  certificate: X509Certificate,
  others: readonly X509Certificate[],
  path: readonly X509Certificate[],
): readonly X509Certificate[] | null {
  if (signedItself(certificate)) return path.length > 1 ? path.slice(0, -1) : path;
  for (const issuer of others) {
    if (path.includes(issuer) || !isIssuedBy(certificate, issuer)) continue;
    const found = pathToRoot(issuer, others, [...path, issuer]);
    if (found !== null) return found;
  }
  return knownRoots().some((root) => isIssuedBy(certificate, root)) ? path : null;
}

/** How far it goes before it breaks off, by the first way there is. */
function lastReached(certificate: X509Certificate, others: readonly X509Certificate[]): X509Certificate {
  const issuer = others.find((other) => isIssuedBy(certificate, other));
  if (issuer === undefined) return certificate;
  return lastReached(
    issuer,
    others.filter((other) => other !== issuer),
  );
}

/** Also true of a server's certificate that nobody else signed. */
function signedItself(certificate: X509Certificate): boolean {
  return certificate.subject === certificate.issuer && certificate.verify(certificate.publicKey);
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  // Most are ruled out by their names alone, long before anything is computed.
  return (
    certificate.issuer === issuer.subject &&
    certificate.checkIssued(issuer) &&
    certificate.verify(issuer.publicKey)
  );
}

let roots: readonly X509Certificate[] | undefined;

/** The roots that come with Node, and those that this system trusts. */
function knownRoots(): readonly X509Certificate[] {
  roots ??= [...new Set([...getCACertificates('bundled'), ...getCACertificates('system')])].flatMap((pem) => {
    try {
      return [new X509Certificate(pem)];
    } catch {
      // Some systems keep a certificate that no program can read.
      return [];
    }
  });
  return roots;
}
