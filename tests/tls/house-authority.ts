import 'reflect-metadata';
import {
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsageExtension,
  type JsonGeneralName,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { DAY_MS } from '../../app/kernel/clock.ts';

cryptoProvider.set(crypto);
/** As the types of Node and those of browsers both name it. */
type Key = InstanceType<typeof globalThis.CryptoKey>;

interface Keys {
  readonly privateKey: Key;
  readonly publicKey: Key;
}

/** How keys are made: EcKeyGenParams, RsaHashedKeyGenParams or a name (Web Cryptography API, section 12.4). */
interface Algorithm {
  readonly name: string;
  readonly [parameter: string]: unknown;
}

const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** A certificate with its key, as the owner of a site has them. */
export interface Issued {
  readonly pem: string;
  readonly keyPem: string;
  readonly name: string;
  readonly keys: Keys;
}

export interface Request {
  readonly name: string;
  /** Itself by default. */
  readonly issuer?: Issued;
  /** Names and addresses of a server; without any it is an authority. */
  readonly hosts?: readonly string[];
  readonly algorithm?: Algorithm;
  readonly beginsAt?: number;
  readonly endsAt?: number;
  /** Object identifiers of the extended use. */
  readonly uses?: readonly string[];
}

/** Issues certificates as an organisation's own authority does. */
export async function issue({
  name,
  issuer,
  hosts = [],
  algorithm = EC,
  beginsAt = Date.now() - DAY_MS,
  endsAt = Date.now() + 90 * DAY_MS,
  uses = [],
}: Request): Promise<Issued> {
  const keys = (await crypto.subtle.generateKey(algorithm as never, true, ['sign', 'verify'])) as Keys;
  const names = hosts.map(
    (host): JsonGeneralName => ({ type: /^[\d.]+$|:/.test(host) ? 'ip' : 'dns', value: host }),
  );
  const certificate = await X509CertificateGenerator.create({
    subject: [{ CN: [name] }],
    issuer: [{ CN: [issuer?.name ?? name] }],
    notBefore: new Date(beginsAt),
    notAfter: new Date(endsAt),
    signingAlgorithm: {
      ...((issuer?.keys ?? keys).privateKey.algorithm as object),
      hash: 'SHA-256',
    } as typeof EC,
    signingKey: (issuer?.keys ?? keys).privateKey,
    publicKey: keys.publicKey,
    extensions: [
      new BasicConstraintsExtension(hosts.length === 0, undefined, true),
      ...(names.length > 0 ? [new SubjectAlternativeNameExtension(names)] : []),
      ...(uses.length > 0 ? [new ExtendedKeyUsageExtension([...uses])] : []),
    ],
  });
  const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  return {
    pem: `${certificate.toString('pem')}\n`,
    keyPem: `-----BEGIN PRIVATE KEY-----\n${pkcs8.match(/.{1,64}/g)?.join('\n')}\n-----END PRIVATE KEY-----\n`,
    name,
    keys,
  };
}
