import { existsSync } from 'node:fs';
import { getCACertificates } from 'node:tls';

/** The authorities that this machine trusts, as PEM: the system's, and Node's own. */
export function knownAuthorities(): readonly string[] {
  // Without that folder, as in small containers, Node complains on the terminal.
  const hasSystem = existsSync(process.env.SSL_CERT_DIR || '/etc/ssl/certs');
  return [...getCACertificates('default'), ...(hasSystem ? getCACertificates('system') : [])];
}
