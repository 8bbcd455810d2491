import { X509Certificate } from 'node:crypto';
import { newKeyPem } from '../../app/edge/tls/authority.ts';
import { issueAuthority, issueServerCertificate } from '../../app/edge/tls/issue.ts';
import { limitsFor } from '../../app/edge/tls/name-limits.ts';

/** A server's certificate for 127.0.0.1 and ::1, as PEM, of an authority of its own. */
export interface Certificate {
  /** The server's certificate, then the authority's. */
  readonly chain: string;
  readonly key: string;
  readonly authority: string;
  /** SHA-256 of the server's certificate, as `X509Certificate` prints it. */
  readonly fingerprint: string;
}

/** Made as the app makes its own. */
export async function makeCertificate(): Promise<Certificate> {
  const validity = { notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + 3_600_000) };
  const authorityKey = newKeyPem();
  const names = { dns: [], ip: ['127.0.0.1', '::1'] };
  const authority = await issueAuthority({
    ...validity,
    keyPem: authorityKey,
    name: 'Authority of a test',
    limits: limitsFor(names),
  });
  const key = newKeyPem();
  const server = await issueServerCertificate({
    ...validity,
    authorityPem: authority,
    authorityKeyPem: authorityKey,
    keyPem: key,
    names,
  });
  return {
    chain: server + authority,
    key,
    authority,
    fingerprint: new X509Certificate(server).fingerprint256,
  };
}
