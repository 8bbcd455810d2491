import type { Authority } from './authority.ts';
import type { CertificateNames } from './certificate-names.ts';

/** What the HTTPS port answers a handshake with. */
export interface ServerCertificate {
  /** The server's certificate, then those that lead to its authority. */
  readonly chainPem: string;
  readonly keyPem: string;
  /** End of validity, in milliseconds since 1970. */
  readonly endsAt: number;
}

/**
 * Where the server's certificate comes from: the appliance's own authority, the owner's files, or an authority that
 * speaks ACME. Whichever it is, the current one is in `server-chain.pem` and `server.key` (mode 0600) of the folder
 * that the relay reads; the chain is written last.
 */
export interface CertificateSource {
  readonly current: ServerCertificate;
  /** The authority that `/trust` offers; null where devices trust it anyway. */
  readonly authority: Authority | null;
  /** Names that lead here and that `current` cannot hold. */
  readonly leftOut: CertificateNames;
  /** Whether `current` only stands in for one that was ordered and is not there yet. */
  readonly isProvisional: boolean;
  /** When the source gets another one by itself, in milliseconds since 1970; null where somebody has to. */
  readonly renewsAt: number | null;
  /**
   * Looks whether another certificate is due, and gets it. Answers whether `current` changed.
   *
   * @throws {Error} when one is due and cannot be had; the message is a sentence. `current` stays as it is.
   */
  refresh(): Promise<boolean>;
  /** Gives up what a refresh may be waiting for. */
  close(): void;
}

export const noNames: CertificateNames = { dns: [], ip: [] };
