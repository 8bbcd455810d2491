import { X509Certificate } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import type { Config } from '../../../config/config.ts';
import { dataFolders } from '../../../config/data-folder.ts';
import { knownAuthorities } from '../../../config/known-authorities.ts';

/** Whom this machine trusts, as PEM: the system, Node, and the appliance's own authority if it has one. */
export interface Trust {
  readonly ca: readonly string[];
  readonly own: readonly X509Certificate[];
}

/** What is wrong with a certificate, for whoever asked for a host. */
export type CertificateProblem =
  | 'ended'
  | 'not_yet'
  | 'wrong_name'
  | 'incomplete'
  | 'not_known'
  | 'not_trusted';

/** Of a chain that is complete, and ends with an authority that this machine does not know: clients may know it. */
const OTHER_AUTHORITY = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
]);

/** A certificate as a client sees it. */
export interface ShownCertificate {
  readonly problem: CertificateProblem | null;
  /** What TLS says of the chain; empty when it is right. */
  readonly chainFault: string;
  /** Signed by the appliance's own authority. */
  readonly isOwn: boolean;
  /** The issuer's common name, or all of its name. */
  readonly issuer: string;
  /** How long the server's own is valid altogether, in milliseconds. */
  readonly lifeMs: number;
  /** When the last certificate of the chain begins, in milliseconds since 1970. */
  readonly beginsAt: number;
  /** When the first certificate of the chain ends, in milliseconds since 1970. */
  readonly endsAt: number;
}

export async function readTrust(config: Config): Promise<Trust> {
  const folder = dataFolders(config.dataFolder).authority;
  // Earlier ones stay beside the one that serves.
  const names = (await readdir(folder).catch(() => [])).filter((name) => /^authority.*\.pem$/.test(name));
  const pems = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  return { ca: [...knownAuthorities(), ...pems], own: pems.map((pem) => new X509Certificate(pem)) };
}

/** @returns null when the other side showed none. */
export function shownCertificate(socket: TLSSocket, host: string, { own }: Trust): ShownCertificate | null {
  const first = socket.getPeerX509Certificate();
  if (first === undefined) return null;
  const chain = chainOf(first);
  const beginsAt = Math.max(...chain.map(({ validFromDate }) => validFromDate.getTime()));
  const endsAt = Math.min(...chain.map(({ validToDate }) => validToDate.getTime()));
  const code = String(socket.authorizationError ?? '');
  // It is about the name, which is looked at below, for the host that is meant.
  const chainFault = code === 'ERR_TLS_CERT_ALTNAME_INVALID' || code === 'null' ? '' : code;
  const isFor = isIP(host) === 0 ? first.checkHost(host) : first.checkIP(host);
  return {
    problem: problemOf({ now: Date.now(), beginsAt, endsAt, chainFault, isFor: isFor !== undefined }),
    chainFault,
    isOwn: own.some((authority) => first.checkIssued(authority) && first.verify(authority.publicKey)),
    issuer: /^CN=(.*)$/m.exec(first.issuer)?.[1] ?? first.issuer.replaceAll('\n', ', '),
    lifeMs: first.validToDate.getTime() - first.validFromDate.getTime(),
    beginsAt,
    endsAt,
  };
}

function problemOf(seen: {
  readonly now: number;
  readonly beginsAt: number;
  readonly endsAt: number;
  readonly chainFault: string;
  readonly isFor: boolean;
}): CertificateProblem | null {
  if (seen.now > seen.endsAt) return 'ended';
  if (seen.now < seen.beginsAt) return 'not_yet';
  if (!seen.isFor) return 'wrong_name';
  // It came alone, and who signed it is not known here.
  if (seen.chainFault === 'UNABLE_TO_VERIFY_LEAF_SIGNATURE') return 'incomplete';
  if (OTHER_AUTHORITY.has(seen.chainFault)) return 'not_known';
  return seen.chainFault === '' ? null : 'not_trusted';
}

/** From the server's own to the last that it sent, or that is known here. */
function chainOf(first: X509Certificate): X509Certificate[] {
  const chain = new Map<string, X509Certificate>();
  // The authority is its own issuer.
  for (let next: X509Certificate | undefined = first; next && !chain.has(next.fingerprint256); ) {
    chain.set(next.fingerprint256, next);
    next = next.issuerCertificate;
  }
  return [...chain.values()];
}
