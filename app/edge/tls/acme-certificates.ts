import { createHash, X509Certificate } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readAuthorityFile } from '../../../config/certificate-files.ts';
import type { Config } from '../../../config/config.ts';
import { createStoredFile, readStoredFile, replaceStoredFile } from '../../../config/stored-file.ts';
import { type Clock, DAY_MS, HOUR_MS, MINUTE_MS } from '../../kernel/clock.ts';
import { StartFault } from '../../kernel/start-fault.ts';
import { orderCertificate, reasonOf } from './acme-order.ts';
import { isKeyOf, newKeyPem } from './authority.ts';
import type { CertificateSource, ServerCertificate } from './certificate.ts';
import { type CertificateNames, namesInCertificate } from './certificate-names.ts';
import type { HttpChallenges } from './http-challenges.ts';
import { publishPair } from './published-pair.ts';

/** Until the next try after the first, second, … failure in a row. The last one holds for all that follow. */
const WAITS_MS = [5 * MINUTE_MS, 15 * MINUTE_MS, HOUR_MS, 3 * HOUR_MS, 6 * HOUR_MS, 12 * HOUR_MS] as const;

export interface AcmeCertificateSettings {
  /** Made if need be. Gets a copy as `server-chain.pem` and `server.key`, for the relay. */
  readonly folder: string;
  /** Made if need be. Holds account and certificate, both with their keys, of each directory that was ever used. */
  readonly acmeFolder: string;
  readonly acme: Config['tls']['acme'];
  /** Host names that can be ordered; at least one. */
  readonly hosts: readonly string[];
  /** Names of sites that cannot. */
  readonly leftOut: CertificateNames;
  readonly renewBeforeDays: number;
  readonly clock: Clock;
  readonly challenges: HttpChallenges;
  /** What serves until the first certificate is there. */
  readonly openProvisional: () => Promise<CertificateSource>;
}

/**
 * Certificates from an authority that speaks ACME. Nothing is ordered before the first refresh: the authority wants to
 * be answered on the port for plain HTTP. Another one is due when the end comes near (`renewBeforeDays`, or a third of
 * its life if that is less) and when the hosts are others. An order that fails is tried again, after waits that grow.
 *
 * @throws {StartFault} when the folders or the file with the authority's roots cannot be used.
 */
export async function openAcmeCertificates(settings: AcmeCertificateSettings): Promise<CertificateSource> {
  const { directory, ca_file: rootFile } = settings.acme;
  if (directory === null)
    throw new TypeError('The directory must be set; the rules of the settings see to it.');
  const read = rootFile === null ? null : await readAuthorityFile('tls.acme.ca_file', rootFile);
  if (read?.value === null) {
    const [reason] = read.conflicts.map(({ sides: [side] }) => side.message(''));
    throw new StartFault(`tls.acme.ca_file: ${reason}.`);
  }
  // An account belongs to one authority, and a certificate from its trial is no use to its customers.
  const name = createHash('sha256').update(directory).digest('hex').slice(0, 16);
  const files = join(settings.acmeFolder, name);
  try {
    await mkdir(files, { recursive: true, mode: 0o700 });
    const stored = await readStored(join(files, 'certificate.pem'), settings);
    if (stored !== null) await publishPair(settings.folder, stored);
    const provisional = stored === null ? await settings.openProvisional() : null;
    return new AcmeCertificates(
      { ...settings, files, directory, roots: read?.value ?? null },
      stored,
      provisional,
    );
  } catch (thrown) {
    if (thrown instanceof StartFault) throw thrown;
    throw new StartFault(`The server's certificate in ${files} cannot be used: ${reasonOf(thrown)}.`, {
      cause: thrown,
    });
  }
}

interface StoredCertificate extends ServerCertificate {
  readonly beginsAt: number;
  readonly names: CertificateNames;
}

type Settings = AcmeCertificateSettings & {
  /** Holds `account.key` and `certificate.pem`, the latter with its key. Mode 0600 both. */
  readonly files: string;
  readonly directory: string;
  readonly roots: readonly string[] | null;
};

class AcmeCertificates implements CertificateSource {
  readonly authority = null;
  readonly #settings: Settings;
  readonly #closing = new AbortController();
  #stored: StoredCertificate | null;
  #provisional: CertificateSource | null;
  #failures = 0;
  #nextTryAt = 0;

  constructor(settings: Settings, stored: StoredCertificate | null, provisional: CertificateSource | null) {
    this.#settings = settings;
    this.#stored = stored;
    this.#provisional = provisional;
  }

  get current(): ServerCertificate {
    const current = this.#stored ?? this.#provisional?.current;
    if (current === undefined)
      throw new Error('There is neither a certificate nor one that stands in for it.');
    return current;
  }

  get leftOut(): CertificateNames {
    return this.#settings.leftOut;
  }

  get isProvisional(): boolean {
    return this.#stored === null;
  }

  get renewsAt(): number {
    if (this.#stored === null) return 0;
    const { beginsAt, endsAt } = this.#stored;
    return endsAt - Math.min(this.#settings.renewBeforeDays * DAY_MS, (endsAt - beginsAt) / 3);
  }

  async refresh(): Promise<boolean> {
    const now = this.#settings.clock();
    if (!this.#isDue(now) || now < this.#nextTryAt) return (await this.#provisional?.refresh()) ?? false;
    try {
      const stored = await this.#order();
      await publishPair(this.#settings.folder, stored);
      this.#stored = stored;
      this.#provisional = null;
      this.#failures = 0;
      return true;
    } catch (thrown) {
      const waitMs = WAITS_MS[this.#failures] ?? WAITS_MS.at(-1) ?? HOUR_MS;
      this.#failures += 1;
      this.#nextTryAt = now + waitMs;
      const next = new Date(this.#nextTryAt).toISOString();
      throw new Error(
        `No certificate could be had from ${this.#settings.directory}: ${reasonOf(thrown)}. The next try is at ${next}.`,
        { cause: thrown },
      );
    }
  }

  close(): void {
    this.#closing.abort();
  }

  #isDue(now: number): boolean {
    if (this.#stored === null) return true;
    const { dns } = this.#stored.names;
    return now >= this.renewsAt || !this.#settings.hosts.every((host) => dns.includes(host));
  }

  async #order(): Promise<StoredCertificate> {
    const { acme, directory, roots, files, hosts, challenges } = this.#settings;
    const { signal } = this.#closing;
    const { requestCertificate } = await import('./issue.ts');
    const accountKeyPem = await createStoredFile(join(files, 'account.key'), newKeyPem(), 0o600);
    const keyPem = newKeyPem();
    const request = await requestCertificate(keyPem, hosts);
    const aborted = Promise.withResolvers<never>();
    const abort = () => aborted.reject(new Error('The server is stopping'));
    signal.addEventListener('abort', abort);
    try {
      const ordered = orderCertificate({
        directory,
        roots,
        email: acme.email,
        accountKeyPem,
        hosts,
        request,
        challenges,
        signal,
      });
      const chainPem = await Promise.race([ordered, aborted.promise]);
      const stored = parse(`${keyPem}${chainPem}`);
      const missing = hosts.filter((host) => !stored?.names.dns.includes(host));
      if (stored === null || missing.length > 0)
        throw new Error('It issued a certificate for something else');
      await replaceStoredFile(join(files, 'certificate.pem'), `${stored.keyPem}${stored.chainPem}`, 0o600);
      return stored;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }
}

/** The certificate from the last order, unless it is of no use for any of the hosts, or has ended. */
async function readStored(
  file: string,
  { hosts, clock }: Pick<AcmeCertificateSettings, 'hosts' | 'clock'>,
): Promise<StoredCertificate | null> {
  const text = await readStoredFile(file);
  const stored = text === null ? null : parse(text);
  if (stored === null || clock() > stored.endsAt) return null;
  return hosts.some((host) => stored.names.dns.includes(host)) ? stored : null;
}

/** A key and the chain of its certificate, one after the other as PEM; null where they are not that. */
function parse(text: string): StoredCertificate | null {
  const [keyPem, chainPem] = [
    /^-+BEGIN PRIVATE KEY[\s\S]*?END PRIVATE KEY-+\n/,
    /-+BEGIN CERTIFICATE[\s\S]*$/,
  ].map((part) => part.exec(text)?.[0]);
  if (keyPem === undefined || chainPem === undefined) return null;
  try {
    const certificate = new X509Certificate(chainPem);
    if (!isKeyOf(certificate, keyPem)) return null;
    return {
      keyPem,
      chainPem,
      beginsAt: certificate.validFromDate.getTime(),
      endsAt: certificate.validToDate.getTime(),
      names: namesInCertificate(certificate.subjectAltName),
    };
  } catch {
    return null;
  }
}
