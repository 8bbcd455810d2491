import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createStoredFile, readStoredFile } from '../../../config/stored-file.ts';
import { type Clock, DAY_MS, HOUR_MS } from '../../kernel/clock.ts';
import { StartFault } from '../../kernel/start-fault.ts';
import type { CertificateNames } from './certificate-names.ts';
import { limitsFor, type NameLimits, namesBeyond, namesWithin } from './name-limits.ts';

/** Ten years: whoever trusts the appliance does so once, on every device by hand. */
const VALIDITY_MS = 3650 * DAY_MS;

/** Certificates begin an hour early, for clocks that are slow. */
export const SLOW_CLOCK_MS = HOUR_MS;

/** The appliance's own certificate authority: devices that trust it trust the appliance under its own names. */
export interface Authority {
  readonly certificate: X509Certificate;
  readonly certificatePem: string;
  readonly keyPem: string;
  /** What it may certify; null: anything. */
  readonly limits: NameLimits | null;
  /** Whether there is an earlier one, which some devices may still trust in its place. */
  readonly isReplacement: boolean;
}

export interface AuthoritySettings {
  /** Made if need be. */
  readonly folder: string;
  /** Tells several appliances apart in the list of authorities of a device. */
  readonly machineName: string;
  /** What a new authority is limited to. */
  readonly names: CertificateNames;
  /** Those that it has to be able to certify, come what may: what people were told to open. */
  readonly requiredNames: CertificateNames;
  readonly clock: Clock;
}

/**
 * Opens the authority in the folder (`authority.pem`, and `authority.key` with mode 0600), and makes it where there is
 * none. Processes that do so at once end with the same one: the key is made by exactly one of them, and any
 * certificate for it is as good as another.
 *
 * An authority can certify no other names than those it was made for. Where one of `requiredNames` is not among them,
 * or none of `names` that others could open, it is of no use any more, and another is made: `authority-2.pem`, and so
 * on. The earlier ones stay, and serve again when they fit again: a host that was misspelt for a day costs no device
 * its trust.
 *
 * @throws {StartFault} when the folder cannot be used, or what is in it does not fit together or is out of date.
 */
export async function openAuthority(settings: AuthoritySettings): Promise<Authority> {
  const { folder } = settings;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const newest = await newestNumber(folder);
    const current = await openNumbered(settings, Math.max(newest, 1));
    if (isOfUse(current, settings)) return current;
    for (let number = newest - 1; number >= 1; number -= 1) {
      const earlier = await openNumbered(settings, number).catch(() => null);
      if (earlier !== null && isOfUse(earlier, settings)) return earlier;
    }
    return await openNumbered(settings, newest + 1);
  } catch (thrown) {
    if (thrown instanceof StartFault) throw thrown;
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new StartFault(`The certificate authority in ${folder} cannot be read or made: ${reason}.`, {
      cause: thrown,
    });
  }
}

/** 1 for `authority.*`, 2 for `authority-2.*`; 0 where there is none. */
async function newestNumber(folder: string): Promise<number> {
  const numbers = (await readdir(folder)).map((name) => {
    const file = /^authority(?:-([2-9]|[1-9]\d+))?\.(?:key|pem)$/.exec(name);
    return file === null ? 0 : Number(file[1] ?? 1);
  });
  return Math.max(0, ...numbers);
}

function isOfUse({ limits }: Authority, { names, requiredNames }: AuthoritySettings): boolean {
  const missing = namesBeyond(limits, requiredNames);
  if (missing.dns.length > 0 || missing.ip.length > 0) return false;
  const canBeOpened = ({ dns, ip }: CertificateNames) =>
    dns.some((name) => name !== 'localhost') || ip.some((address) => !/^127\.|^::1$/.test(address));
  return !canBeOpened(names) || canBeOpened(namesWithin(limits, names));
}

async function openNumbered(settings: AuthoritySettings, number: number): Promise<Authority> {
  const base = join(settings.folder, number === 1 ? 'authority' : `authority-${number}`);
  const name = `${settings.machineName.slice(0, 40)} ${new Date(settings.clock()).toISOString().slice(0, 10)}`;
  const [keyPem, certificatePem] = await readOrMake(
    base,
    number === 1 ? name : `${name} (${number})`,
    settings,
  );
  const certificate = new X509Certificate(certificatePem);
  check(base, certificate, keyPem, settings.clock);
  const { readLimits } = await import('./name-constraints.ts');
  return {
    certificate,
    certificatePem,
    keyPem,
    limits: readLimits(certificate.raw),
    isReplacement: (await newestNumber(settings.folder)) > 1,
  };
}

async function readOrMake(
  base: string,
  name: string,
  { names, requiredNames, clock }: AuthoritySettings,
): Promise<[string, string]> {
  const keyFile = `${base}.key`;
  const certificateFile = `${base}.pem`;
  const storedKey = await readStoredFile(keyFile);
  const storedCertificate = await readStoredFile(certificateFile);
  if (storedKey === null && storedCertificate !== null) {
    throw new StartFault(
      `${certificateFile} is there and its key ${keyFile} is not. Put the key back from a backup, or remove the ` +
        'certificate: a new authority is made then, which every device has to trust anew.',
    );
  }
  const keyPem = storedKey ?? (await createStoredFile(keyFile, newKeyPem(), 0o600));
  if (storedCertificate !== null) return [keyPem, storedCertificate];

  const { issueAuthority } = await import('./issue.ts');
  const now = clock();
  const made = await issueAuthority({
    keyPem,
    name,
    limits: limitsFor({
      dns: [...new Set([...requiredNames.dns, ...names.dns])].sort(),
      ip: [...requiredNames.ip, ...names.ip],
    }),
    notBefore: wholeSecond(now - SLOW_CLOCK_MS),
    notAfter: wholeSecond(now - SLOW_CLOCK_MS + VALIDITY_MS),
  });
  return [keyPem, await createStoredFile(certificateFile, made, 0o644)];
}

function check(base: string, certificate: X509Certificate, keyPem: string, clock: Clock): void {
  if (!certificate.ca || !isKeyOf(certificate, keyPem)) {
    throw new StartFault(
      `${base}.pem and ${base}.key do not belong together. Put both back from one backup, or remove both: a new ` +
        'authority is made then, which every device has to trust anew.',
    );
  }
  const now = clock();
  if (now < certificate.validFromDate.getTime() || now > certificate.validToDate.getTime()) {
    throw new StartFault(
      `The certificate authority ${base}.pem is valid from ${certificate.validFrom} to ${certificate.validTo}, and ` +
        `the clock of this machine says ${new Date(now).toUTCString()}. Set the clock right; or, if it is right, ` +
        'remove it and its key: a new authority is made then, which every device has to trust anew.',
    );
  }
}

/** A new P-256 private key as PKCS #8 PEM. Browsers of every age take this curve, and it signs fast. */
export function newKeyPem(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** Certificates count in seconds (RFC 5280, section 4.1.2.5). */
export function wholeSecond(instantMs: number): Date {
  return new Date(Math.floor(instantMs / 1000) * 1000);
}

export function isKeyOf(certificate: X509Certificate, keyPem: string): boolean {
  return certificate.checkPrivateKey(createPrivateKey(keyPem));
}
