import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { isIP } from 'node:net';
import { createSecureContext } from 'node:tls';
import { completeChain } from './certificate-chain.ts';
import type { Config } from './config.ts';
import type { Conflict } from './conflict.ts';
import type { Path } from './faults.ts';

/** What a server can answer handshakes with. */
export interface CertificatePair {
  /** The server's certificate, then those that lead to its root, as PEM. */
  readonly chainPem: string;
  /** PKCS #8, as PEM. */
  readonly keyPem: string;
  /** When the first of them that is not valid yet will be, in milliseconds since 1970. */
  readonly beginsAt: number;
  /** When the first of them ends, in milliseconds since 1970. */
  readonly endsAt: number;
}

/** What was read, or why it cannot be used. */
export type Reading<Value> =
  | { readonly value: Value; readonly conflicts: readonly [] }
  | { readonly value: null; readonly conflicts: readonly Conflict[] };

type Setting =
  | 'tls.files.certificate'
  | 'tls.files.key'
  | 'tls.files.chain'
  | 'tls.acme.ca_file'
  | 'mail.ca_file';
type Settings = Pick<Config, 'tls' | 'sites'>;

/** Whole chains with their roots are a tenth of it. */
const LARGEST_FILE_BYTES = 256 * 1024;

/** TLS servers (RFC 5280, section 4.2.1.12), and any use at all. */
const SERVER_USES = ['1.3.6.1.5.5.7.3.1', '2.5.29.37.0'];

const CERTIFICATE = /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[^-]+-----END [A-Z0-9 ]+-----/g;
const KEY = /-----BEGIN ([A-Z]+ )?PRIVATE KEY-----[^-]+-----END [A-Z ]*PRIVATE KEY-----/;
const LOCKED_KEY = /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m;

/**
 * What is wrong with the certificates that the mode of `tls` reads, their dates included.
 *
 * @param now in milliseconds since 1970.
 */
export async function certificateConflicts(settings: Settings, now: number): Promise<readonly Conflict[]> {
  const { mode, files, acme } = settings.tls;
  if (mode === 'acme') {
    return acme.ca_file ? (await readAuthorityFile('tls.acme.ca_file', acme.ca_file)).conflicts : [];
  }
  // That one is missing is another rule's.
  if (mode !== 'files' || !files.certificate || !files.key || files.chain === '') return [];
  const { value: pair, conflicts } = await settle(() => readPair(settings));
  if (pair === null) return conflicts;
  const today = (is: string) => [
    say('tls.files.certificate', `must be valid today, got one that ${is} in ${files.certificate}`),
  ];
  const day = (instant: number) => new Date(instant).toISOString().slice(0, 10);
  if (now < pair.beginsAt) return today(`begins on ${day(pair.beginsAt)}`);
  return now > pair.endsAt ? today(`ended on ${day(pair.endsAt)}`) : [];
}

/**
 * Reads the files that `tls.files` names, and looks whether a server for all of `sites` can use them: the key is the
 * certificate's, its names are those of the sites, and it leads to a root. Dates are for the caller to judge.
 *
 * Never throws, and never tells what a file holds.
 */
export async function readCertificateFiles(settings: Settings): Promise<Reading<CertificatePair>> {
  return settle(() => readPair(settings));
}

/** The certificates in a file of authorities, as PEM; refused where it holds none. */
export async function readAuthorityFile(
  setting: Extract<Setting, `${string}.ca_file`>,
  file: string,
): Promise<Reading<readonly string[]>> {
  return settle(() => readAuthorities(setting, file));
}

async function settle<Value>(look: () => Promise<Value>): Promise<Reading<Value>> {
  try {
    return { value: await look(), conflicts: [] };
  } catch (thrown) {
    if (thrown instanceof Refusal) return { value: null, conflicts: thrown.conflicts };
    throw thrown;
  }
}

async function readAuthorities(setting: Setting, file: string): Promise<readonly string[]> {
  const certificates = readCertificates(setting, file, await read(setting, file));
  return certificates.map((each) => each.toString());
}

class Refusal extends Error {
  readonly conflicts: readonly Conflict[];

  constructor(conflicts: readonly Conflict[]) {
    super('The certificate files cannot be used.');
    this.conflicts = conflicts;
  }
}

function say(setting: Setting, message: string): Conflict {
  return {
    sides: [{ path: setting.split('.'), message: () => message }],
    from: setting.startsWith('tls.') ? [['tls', 'mode']] : [],
  };
}

function refuse(setting: Setting, message: string): never {
  throw new Refusal([say(setting, message)]);
}

async function readPair({ tls: { files }, sites }: Settings): Promise<CertificatePair> {
  const certificateFile = files.certificate ?? '';
  const keyFile = files.key ?? '';
  const certificates = readCertificates(
    'tls.files.certificate',
    certificateFile,
    await read('tls.files.certificate', certificateFile),
  );
  const key = readKey(keyFile, await read('tls.files.key', keyFile));
  const chain =
    files.chain === null
      ? []
      : readCertificates('tls.files.chain', files.chain, await read('tls.files.chain', files.chain));

  const server = certificates.find((each) => each.checkPrivateKey(key));
  if (server === undefined)
    refuse(
      'tls.files.key',
      `must be the key of the certificate in ${certificateFile}, got that of another in ${keyFile}`,
    );
  checkUse(server, certificateFile);
  checkHosts(server, certificateFile, sites);

  const complete = completeChain(
    server,
    [...certificates, ...chain].filter((each) => each !== server),
  );
  if (!('sent' in complete)) {
    const { subject, issuer } = complete.endsAt;
    refuse(
      files.chain === null ? 'tls.files.certificate' : 'tls.files.chain',
      `must lead to a root, got in ${files.chain ?? certificateFile} none that signed ${distinguished(subject)}: ` +
        `add the certificate of ${distinguished(issuer)} to tls.files.chain`,
    );
  }
  const pair = {
    chainPem: complete.sent.map((each) => each.toString()).join(''),
    keyPem: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    beginsAt: Math.max(...complete.sent.map((each) => each.validFromDate.getTime())),
    endsAt: Math.min(...complete.sent.map((each) => each.validToDate.getTime())),
  };
  try {
    createSecureContext({ cert: pair.chainPem, key: pair.keyPem, minVersion: 'TLSv1.2' });
  } catch (thrown) {
    // A key that is too short, a signature by MD5: what OpenSSL refuses, browsers refuse too.
    const { reason = 'unknown reason' } = thrown as { reason?: string };
    refuse(
      'tls.files.certificate',
      `must be one that browsers take, got one that TLS refuses (${reason}) in ${certificateFile}`,
    );
  }
  return pair;
}

async function read(setting: Setting, file: string): Promise<string> {
  try {
    // Not to wait for a writer, should it be a pipe.
    const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const about = await handle.stat();
      if (!about.isFile())
        refuse(
          setting,
          `must name a file, got ${about.isDirectory() ? 'a folder' : 'something else'}: ${file}`,
        );
      if (about.size > LARGEST_FILE_BYTES)
        refuse(setting, `must be at most ${LARGEST_FILE_BYTES} bytes long, got ${about.size}: ${file}`);
      if (setting === 'tls.files.key' && (about.mode & 0o007) !== 0) {
        const digits = (about.mode & 0o777).toString(8).padStart(4, '0');
        refuse(setting, `must not be open to everyone, got mode ${digits}; run: chmod o= ${file}`);
      }
      return await handle.readFile('latin1');
    } finally {
      await handle.close();
    }
  } catch (thrown) {
    if (thrown instanceof Refusal) throw thrown;
    const { code = 'an unknown error' } = thrown as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG')
      refuse(
        setting,
        `must name a file that exists (relative paths start from this file's folder), got ${file}`,
      );
    const denied = code === 'EACCES' || code === 'EPERM';
    const why = denied ? `which ${user()} may not read` : `which answers ${code}`;
    return refuse(setting, `must be a file that this user may read, got ${file}, ${why}`);
  }
}

function user(): string {
  const id = process.getuid?.();
  return id === undefined ? 'it' : `the user with the number ${id}`;
}

function readCertificates(setting: Setting, file: string, text: string): readonly X509Certificate[] {
  const blocks = text.match(CERTIFICATE) ?? [];
  if (blocks.length === 0)
    refuse(setting, `must hold a certificate as PEM text, got none in ${file}${hint(file, text)}`);
  return blocks.map((block, index) => {
    try {
      return new X509Certificate(block);
    } catch {
      const which = blocks.length === 1 ? 'one' : `${blocks.length}, of which number ${index + 1}`;
      return refuse(
        setting,
        `must hold certificates that can be read, got ${which} that is damaged in ${file}`,
      );
    }
  });
}

/** What it is instead, and how it becomes PEM. */
function hint(file: string, text: string): string {
  if (KEY.test(text) || LOCKED_KEY.test(text)) return ', but a private key';
  // DER, that is: a SEQUENCE.
  if (!text.startsWith('0')) return '';
  try {
    new X509Certificate(Buffer.from(text, 'latin1'));
    return `, but DER; run: openssl x509 -inform der -in ${file} -out NEW.pem`;
  } catch {
    return `; if it is PKCS #12, run: openssl pkcs12 -nodes -in ${file} -out NEW.pem`;
  }
}

function readKey(file: string, text: string): KeyObject {
  if (LOCKED_KEY.test(text)) {
    refuse(
      'tls.files.key',
      `must be without a passphrase, got one with it in ${file}; run: openssl pkey -in ${file} -out NEW.key`,
    );
  }
  const [block] = KEY.exec(text) ?? [];
  if (block === undefined)
    refuse('tls.files.key', `must hold a private key as PEM text, got none in ${file}`);
  let key: KeyObject;
  try {
    key = createPrivateKey(block);
  } catch {
    return refuse('tls.files.key', `must hold a private key that can be read, got a damaged one in ${file}`);
  }
  if (key.asymmetricKeyType !== 'rsa' && key.asymmetricKeyType !== 'ec')
    refuse(
      'tls.files.key',
      `must be an RSA or EC key, as browsers take no other, got ${key.asymmetricKeyType} in ${file}`,
    );
  return key;
}

function checkUse(certificate: X509Certificate, file: string): void {
  // Node calls the extended use so.
  const uses: readonly string[] = certificate.keyUsage ?? [];
  if (uses.length === 0 || uses.some((use) => SERVER_USES.includes(use))) return;
  refuse('tls.files.certificate', `must be a certificate for servers, got one for other uses in ${file}`);
}

function checkHosts(certificate: X509Certificate, file: string, sites: Settings['sites']): void {
  const names = (certificate.subjectAltName ?? '').replaceAll(/(DNS|IP Address):/g, '') || 'nothing';
  const conflicts = sites.flatMap(({ host }, index): Conflict[] => {
    if (isFor(certificate, host)) return [];
    const path: Path = ['sites', index, 'host'];
    return [
      {
        sides: [
          {
            path: ['tls', 'files', 'certificate'],
            message: (other) => `must be for ${host}, which is ${other}, got one for ${names} in ${file}`,
          },
          { path, message: (other) => `must be in the certificate of ${other}, got one for ${names}` },
        ],
        from: [['tls', 'mode']],
      },
    ];
  });
  if (conflicts.length > 0) throw new Refusal(conflicts);
}

function isFor(certificate: X509Certificate, host: string): boolean {
  if (isIP(host) !== 0) return certificate.checkIP(host) !== undefined;
  // Browsers have not read the common name for years.
  return certificate.checkHost(host, { subject: 'never', partialWildcards: false }) !== undefined;
}

function distinguished(name: string): string {
  return `"${name.replaceAll('\n', ', ')}"`;
}
