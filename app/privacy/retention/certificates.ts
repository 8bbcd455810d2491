import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Database, Transaction } from '../../database/open.ts';

export type CertificateCause = 'retention' | 'erasure' | 'replay';

/** What was erased of one category. */
export interface ErasedCount {
  readonly category: string;
  readonly records: number;
  /** What ended then or before, in milliseconds since 1970; null where the age was not what counted. */
  readonly cutOffAt: number | null;
  /** Records about the subject that were not erased, as the law has them kept. */
  readonly kept: number;
}

/** What a certificate says. It names nobody. */
export interface CertificateText {
  readonly at: number;
  readonly cutOffAt: number;
  readonly cause: CertificateCause;
  readonly counts: readonly ErasedCount[];
  /** Names of categories that could not be gone through. */
  readonly failed: readonly string[];
}

export interface Certificate extends CertificateText {
  /** From 1, without a gap. */
  readonly number: number;
  readonly previousHash: string;
  readonly hash: string;
}

interface Row {
  readonly number: number;
  readonly at: number;
  readonly cut_off_at: number;
  readonly cause: CertificateCause;
  readonly counts: string;
  readonly failed: string;
  readonly previous_hash: string;
  readonly hash: string;
}

/** What the first certificate names as the hash before it. */
const CHAIN_START = '0'.repeat(64);

/** HMAC-SHA-256 with the key of the audit log; what it seals there begins with no such word. */
function seal(key: string, parts: readonly (string | number)[]): string {
  return createHmac('sha256', key)
    .update(JSON.stringify(['certificate', ...parts]))
    .digest('hex');
}

const hashOf = (row: Omit<Row, 'hash'>, key: string) =>
  seal(key, [row.number, row.at, row.cut_off_at, row.cause, row.counts, row.failed, row.previous_hash]);

const sealOfHead = ({ number, hash }: Pick<Row, 'number' | 'hash'>, key: string) =>
  seal(key, ['head', number, hash]);

/** Adds a certificate, in the transaction of what it certifies. Answers its number. */
export async function addCertificate(
  transaction: Transaction,
  key: string,
  text: CertificateText,
): Promise<number> {
  const head: { number: number; hash: string } | undefined = await transaction('retention_head').first();
  const row = {
    number: (head?.number ?? 0) + 1,
    at: text.at,
    cut_off_at: text.cutOffAt,
    cause: text.cause,
    counts: JSON.stringify(text.counts),
    failed: JSON.stringify(text.failed),
    previous_hash: head?.hash ?? CHAIN_START,
  };
  const next = { number: row.number, hash: hashOf(row, key) };
  await transaction('retention_runs').insert({ ...row, hash: next.hash });
  await transaction('retention_head')
    .insert({ only: 1, ...next, seal: sealOfHead(next, key) })
    .onConflict('only')
    .merge();
  return row.number;
}

/** The number of the newest certificate; 0 before the first. Whatever erases on request, or by age, adds one. */
export async function newestCertificate(database: Database): Promise<number> {
  const head: { number: number } | undefined = await database('retention_head').first('number');
  return head?.number ?? 0;
}

/** The newest certificates: those before a number, or of one cause, if one is given. */
export async function listCertificates(
  database: Database,
  {
    before = Number.MAX_SAFE_INTEGER,
    cause,
    limit,
  }: { readonly before?: number; readonly cause?: CertificateCause; readonly limit: number },
): Promise<readonly Certificate[]> {
  const rows: Row[] = await database('retention_runs')
    .where('number', '<', before)
    .modify((each) => {
      if (cause !== undefined) each.where({ cause });
    })
    .orderBy('number', 'desc')
    .limit(limit);
  return rows.map(certificateOf);
}

export async function findCertificate(database: Database, number: number): Promise<Certificate | null> {
  const row: Row | undefined = await database('retention_runs').where({ number }).first();
  return row === undefined ? null : certificateOf(row);
}

function certificateOf(row: Row): Certificate {
  return {
    number: row.number,
    at: row.at,
    cutOffAt: row.cut_off_at,
    cause: row.cause,
    counts: JSON.parse(row.counts),
    failed: JSON.parse(row.failed),
    previousHash: row.previous_hash,
    hash: row.hash,
  };
}

/** What is wrong with the chain. `changed`: a certificate says something else than what was sealed. */
export interface CertificateFault {
  readonly kind: 'changed' | 'missing' | 'torn' | 'end_missing' | 'seal_wrong';
  readonly number: number;
}

/** Goes through all certificates: none was changed, taken away or put in. */
export async function verifyCertificates(
  database: Database,
  key: string,
): Promise<{ readonly certificates: number; readonly faults: readonly CertificateFault[] }> {
  const faults: CertificateFault[] = [];
  let last: Pick<Row, 'number' | 'hash'> = { number: 0, hash: CHAIN_START };
  let certificates = 0;
  for (;;) {
    const rows: Row[] = await database('retention_runs')
      .where('number', '>', last.number)
      .orderBy('number')
      .limit(500);
    for (const row of rows) {
      certificates += 1;
      if (row.number !== last.number + 1) faults.push({ kind: 'missing', number: last.number + 1 });
      else if (row.previous_hash !== last.hash) faults.push({ kind: 'torn', number: row.number });
      if (!isEqual(row.hash, hashOf(row, key))) faults.push({ kind: 'changed', number: row.number });
      last = row;
    }
    if (rows.length === 0) break;
  }
  const head: { number: number; hash: string; seal: string } | undefined =
    await database('retention_head').first();
  if (head === undefined) {
    if (certificates > 0) faults.push({ kind: 'seal_wrong', number: last.number });
  } else if (!isEqual(head.seal, sealOfHead(head, key))) {
    faults.push({ kind: 'seal_wrong', number: head.number });
  } else if (head.number > last.number) {
    faults.push({ kind: 'end_missing', number: last.number + 1 });
  } else if (head.number !== last.number || head.hash !== last.hash) {
    faults.push({ kind: 'seal_wrong', number: head.number });
  }
  return { certificates, faults };
}

function isEqual(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}
