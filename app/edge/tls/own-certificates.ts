import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createStoredFile, readStoredFile, replaceStoredFile } from '../../../config/stored-file.ts';
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
import { type CertificateSource, noNames, type ServerCertificate } from './certificate.ts';
import { type CertificateNames, namesInCertificate, sameNames } from './certificate-names.ts';
import { namesBeyond, namesWithin } from './name-limits.ts';

export interface OwnCertificateSettings {
  /** Made if need be. Holds `server-chain.pem` and `server.key`, which the relay reads too. */
  readonly folder: string;
  /** Made if need be. Holds the authority and its key, which nobody else is to see. */
  readonly authorityFolder: string;
  readonly machineName: string;
  /** Asked at every refresh: the machine's addresses change. */
  readonly names: () => CertificateNames;
  /** Those for which another authority is made, if need be. None by default. */
  readonly requiredNames?: CertificateNames;
  readonly validityDays: number;
  readonly renewBeforeDays: number;
  readonly clock: Clock;
}

/**
 * Certificates from the appliance's own authority. A certificate is replaced when its end comes near, when the names
 * are no longer those that it was made for, or when the authority is another. Names beyond the authority's limits are
 * left out of it: no device would take it with them.
 *
 * The key stays the same: chain and key are two files, and whoever reads one before and the other after a renewal
 * still has a pair. To change the key, remove `server.key`. A key that came with a certificate of another source is
 * replaced.
 *
 * @throws {StartFault} when the files in the folder cannot be used; see also {@link openAuthority}.
 */
export async function openOwnCertificates(settings: OwnCertificateSettings): Promise<CertificateSource> {
  const authority = await openAuthority({
    folder: settings.authorityFolder,
    machineName: settings.machineName,
    names: settings.names(),
    requiredNames: settings.requiredNames ?? noNames,
    clock: settings.clock,
  });
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
  readonly isProvisional = false;
  readonly #settings: OwnCertificateSettings;
  #current: ServerCertificate | null = null;
  #leftOut = noNames;

  constructor(settings: OwnCertificateSettings, authority: Authority) {
    this.#settings = settings;
    this.authority = authority;
  }

  get current(): ServerCertificate {
    if (this.#current === null) throw new Error('The certificates were not opened.');
    return this.#current;
  }

  get leftOut(): CertificateNames {
    return this.#leftOut;
  }

  get renewsAt(): number {
    return this.current.endsAt - this.#settings.renewBeforeDays * DAY_MS;
  }

  async refresh(): Promise<boolean> {
    const asked = this.#settings.names();
    const names = namesWithin(this.authority.limits, asked);
    const chainFile = join(this.#settings.folder, 'server-chain.pem');

    let chainPem = await readStoredFile(chainFile);
    const keyPem = await this.#openKey(chainPem);
    if (chainPem === null || !this.#isGood(chainPem, keyPem, names)) {
      chainPem = await this.#issue(keyPem, names);
      await replaceStoredFile(chainFile, chainPem, 0o644);
    }
    this.#leftOut = namesBeyond(this.authority.limits, asked);
    if (chainPem === this.#current?.chainPem && keyPem === this.#current.keyPem) return false;
    this.#current = { chainPem, keyPem, endsAt: new X509Certificate(chainPem).validToDate.getTime() };
    return true;
  }

  close(): void {}

  async #openKey(chainPem: string | null): Promise<string> {
    const keyFile = join(this.#settings.folder, 'server.key');
    const stored = await readStoredFile(keyFile);
    if (stored === null) return createStoredFile(keyFile, newKeyPem(), 0o600);
    if (isOurKind(stored) && !this.#isForeign(chainPem)) return stored;
    const made = newKeyPem();
    await replaceStoredFile(keyFile, made, 0o600);
    return made;
  }

  /** Whether a chain came from elsewhere, so that its key is in other hands too. */
  #isForeign(chainPem: string | null): boolean {
    const certificate = chainPem === null ? null : parse(chainPem);
    return certificate !== null && !/(^|\n)O=Linkello(\n|$)/.test(certificate.issuer);
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

/** Whether our own certificates can be made for it. @throws {Error} when it cannot be read. */
function isOurKind(keyPem: string): boolean {
  return createPrivateKey(keyPem).asymmetricKeyDetails?.namedCurve === 'prime256v1';
}

function parse(pem: string): X509Certificate | null {
  try {
    return new X509Certificate(pem);
  } catch {
    return null;
  }
}
