import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, DAY_MS, HOUR_MS } from '../../kernel/clock.ts';
import { StartFault } from '../../kernel/start-fault.ts';
import { createStoredFile, readStoredFile } from './stored-file.ts';

/** Ten years: whoever trusts the appliance does so once, on every device by hand. */
const VALIDITY_MS = 3650 * DAY_MS;

/** Certificates begin an hour early, for clocks that are slow. */
export const SLOW_CLOCK_MS = HOUR_MS;

/** The appliance's own certificate authority: devices that trust it trust the appliance under every name. */
export interface Authority {
  readonly certificate: X509Certificate;
  readonly certificatePem: string;
  readonly keyPem: string;
}

/**
 * Opens the authority in `folder` (`authority.pem`, and `authority.key` with mode 0600), and makes it where there is
 * none. Processes that do so at once end with the same one: the key is made by exactly one of them, and any
 * certificate for it is as good as another.
 *
 * @param machineName tells several appliances apart in the list of authorities of a device.
 * @throws {StartFault} when the folder cannot be used, or what is in it does not fit together or is out of date.
 */
export async function openAuthority(folder: string, machineName: string, clock: Clock): Promise<Authority> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const [keyPem, certificatePem] = await readOrMake(folder, machineName, clock);
    const certificate = new X509Certificate(certificatePem);
    check(folder, certificate, keyPem, clock);
    return { certificate, certificatePem, keyPem };
  } catch (thrown) {
    if (thrown instanceof StartFault) throw thrown;
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new StartFault(`The certificate authority in ${folder} cannot be read or made: ${reason}.`, {
      cause: thrown,
    });
  }
}

async function readOrMake(folder: string, machineName: string, clock: Clock): Promise<[string, string]> {
  const keyFile = join(folder, 'authority.key');
  const certificateFile = join(folder, 'authority.pem');
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
    name: `${machineName.slice(0, 40)} ${new Date(now).toISOString().slice(0, 10)}`,
    notBefore: wholeSecond(now - SLOW_CLOCK_MS),
    notAfter: wholeSecond(now - SLOW_CLOCK_MS + VALIDITY_MS),
  });
  return [keyPem, await createStoredFile(certificateFile, made, 0o644)];
}

function check(folder: string, certificate: X509Certificate, keyPem: string, clock: Clock): void {
  if (!certificate.ca || !isKeyOf(certificate, keyPem)) {
    throw new StartFault(
      `authority.pem and authority.key in ${folder} do not belong together. Put both back from one backup, or remove ` +
        'both: a new authority is made then, which every device has to trust anew.',
    );
  }
  const now = clock();
  if (now < certificate.validFromDate.getTime() || now > certificate.validToDate.getTime()) {
    throw new StartFault(
      `The certificate authority in ${folder} is valid from ${certificate.validFrom} to ${certificate.validTo}, and ` +
        `the clock of this machine says ${new Date(now).toUTCString()}. Set the clock right; or, if it is right, remove ` +
        'authority.pem and authority.key: a new authority is made then, which every device has to trust anew.',
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
