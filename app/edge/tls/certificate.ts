import { X509Certificate } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, DAY_MS } from '../../kernel/clock.ts';
import { StartFault } from '../../kernel/start-fault.ts';
import {
  type Authority,
  isKeyOf,
  newKeyPem,
  openAuthority,
  SLOW_CLOCK_MS,
  wholeSecond,
} from './authority.ts';
import { type CertificateNames, namesInCertificate, sameNames } from './certificate-names.ts';
import { createStoredFile, readStoredFile, replaceStoredFile } from './stored-file.ts';

/** What the HTTPS port answers a handshake with. */
export interface ServerCertificate {
  /** The server's certificate, then those that lead to its authority. */
  readonly chainPem: string;
  readonly keyPem: string;
  /** End of validity, in milliseconds since 1970. */
  readonly endsAt: number;
}

/**
 * Where the server's certificate comes from. The appliance's own authority is one source; the owner's files and ACME
 * are others, and need nothing else from the edge than this.
 */
export interface CertificateSource {
  readonly current: ServerCertificate;
  /** The authority that `/trust` offers; null where devices trust it anyway. */
  readonly authority: Authority | null;
  /** Looks whether another certificate is due, and gets it. Answers whether `current` changed. */
  refresh(): Promise<boolean>;
}

export interface OwnCertificateSettings {
  /** Made if need be. Holds `server-chain.pem` and `server.key`, which the relay reads too. */
  readonly folder: string;
  /** Made if need be. Holds the authority and its key, which nobody else is to see. */
  readonly authorityFolder: string;
  readonly machineName: string;
  /** Asked at every refresh: the machine's addresses change. */
  readonly names: () => CertificateNames;
  readonly validityDays: number;
  readonly renewBeforeDays: number;
  readonly clock: Clock;
}

/**
 * Certificates from the appliance's own authority. A certificate is replaced when its end comes near, when the names
 * are no longer those that it was made for, or when the authority is another.
 *
 * The key stays the same: chain and key are two files, and whoever reads one before and the other after a renewal
 * still has a pair. To change the key, remove `server.key`.
 *
 * @throws {StartFault} when the files in the folder cannot be used; see also {@link openAuthority}.
 */
export async function openOwnCertificates(settings: OwnCertificateSettings): Promise<CertificateSource> {
  const authority = await openAuthority(settings.authorityFolder, settings.machineName, settings.clock);
  const source = new OwnCertificates(settings, authority);
  try {
    await mkdir(settings.folder, { recursive: true, mode: 0o700 });
    await source.refresh();
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new StartFault(
      `The server's certificate in ${settings.folder} cannot be read or made: ${reason}. If server.key is damaged, ` +
        'remove it: another one is made then, and no device has to trust anything anew.',
      { cause: thrown },
    );
  }
  return source;
}

class OwnCertificates implements CertificateSource {
  readonly authority: Authority;
  readonly #settings: OwnCertificateSettings;
  #current: ServerCertificate | null = null;

  constructor(settings: OwnCertificateSettings, authority: Authority) {
    this.#settings = settings;
    this.authority = authority;
  }

  get current(): ServerCertificate {
    if (this.#current === null) throw new Error('The certificates were not opened.');
    return this.#current;
  }

  async refresh(): Promise<boolean> {
    const keyFile = join(this.#settings.folder, 'server.key');
    const chainFile = join(this.#settings.folder, 'server-chain.pem');
    const keyPem = (await readStoredFile(keyFile)) ?? (await createStoredFile(keyFile, newKeyPem(), 0o600));
    const names = this.#settings.names();

    let chainPem = await readStoredFile(chainFile);
    if (chainPem === null || !this.#isGood(chainPem, keyPem, names)) {
      chainPem = await this.#issue(keyPem, names);
      await replaceStoredFile(chainFile, chainPem, 0o644);
    }
    if (chainPem === this.#current?.chainPem && keyPem === this.#current.keyPem) return false;
    this.#current = { chainPem, keyPem, endsAt: new X509Certificate(chainPem).validToDate.getTime() };
    return true;
  }

  #isGood(chainPem: string, keyPem: string, names: CertificateNames): boolean {
    const certificate = parse(chainPem);
    if (certificate === null || !isKeyOf(certificate, keyPem)) return false;
    const issuer = this.authority.certificate;
    if (!certificate.checkIssued(issuer) || !certificate.verify(issuer.publicKey)) return false;
    if (!sameNames(namesInCertificate(certificate.subjectAltName), names)) return false;

    const now = this.#settings.clock();
    // Made while the clock was ahead: browsers refuse it until its time comes.
    if (now < certificate.validFromDate.getTime()) return false;
    const endsAt = certificate.validToDate.getTime();
    if (now < endsAt - this.#settings.renewBeforeDays * DAY_MS) return true;
    // In the authority's last weeks nothing can be won by another certificate.
    return endsAt >= issuer.validToDate.getTime();
  }

  async #issue(keyPem: string, names: CertificateNames): Promise<string> {
    const { issueServerCertificate } = await import('./issue.ts');
    const beginsAt = this.#settings.clock() - SLOW_CLOCK_MS;
    const endsAt = Math.min(
      beginsAt + this.#settings.validityDays * DAY_MS,
      this.authority.certificate.validToDate.getTime(),
    );
    const certificatePem = await issueServerCertificate({
      authorityPem: this.authority.certificatePem,
      authorityKeyPem: this.authority.keyPem,
      keyPem,
      names,
      notBefore: wholeSecond(beginsAt),
      notAfter: wholeSecond(endsAt),
    });
    return certificatePem + this.authority.certificatePem;
  }
}

function parse(pem: string): X509Certificate | null {
  try {
    return new X509Certificate(pem);
  } catch {
    return null;
  }
}
