import type { Database } from '../database/open.ts';
import { type AuditRow, CHAIN_START, hashOf, sealOf } from './chain.ts';

/** Where the log ended at some time: written down elsewhere, it shows later whether the log is still the same. */
export interface Head {
  /** From 1. */
  readonly number: number;
  /** 64 hexadecimal digits. */
  readonly hash: string;
}

/** `1234:9f86d0…`, as it is told and written down. */
export function writeHead({ number, hash }: Head): string {
  return `${number}:${hash}`;
}

/** What {@link writeHead} writes, or null for anything else. */
export function readHead(text: string): Head | null {
  const [, number, hash] = /^([1-9]\d{0,14}):([0-9a-f]{64})$/i.exec(text.trim()) ?? [];
  return number === undefined || hash === undefined
    ? null
    : { number: Number(number), hash: hash.toLowerCase() };
}

/** What is wrong, and where. The sentences are `audit.faults.<kind>` in the locales. */
export type ChainFault =
  /** The row is not what its hash was made of. */
  | { readonly kind: 'changed'; readonly number: number }
  /** The row is one that was written as another number. */
  | { readonly kind: 'moved'; readonly number: number; readonly from: number }
  /** The row is right by itself, but was written after another one than the one before it. */
  | { readonly kind: 'detached'; readonly number: number }
  | { readonly kind: 'missing'; readonly number: number }
  | { readonly kind: 'missing_range'; readonly number: number; readonly to: number }
  /** The row lies outside of what the seal covers. */
  | { readonly kind: 'added'; readonly number: number }
  /** The seal covers rows up to `to`, and they are not there from `number` on. */
  | { readonly kind: 'shortened'; readonly number: number; readonly to: number }
  /** The seal names another row as the last one. */
  | { readonly kind: 'other_end'; readonly number: number }
  | { readonly kind: 'seal_missing' }
  | { readonly kind: 'seal_changed' }
  /** There are accounts, but nothing tells of how they came to be. */
  | { readonly kind: 'emptied' }
  /** Nothing fits the key. */
  | { readonly kind: 'other_key' }
  /** The row that a note names has another hash. */
  | { readonly kind: 'other_than_noted'; readonly number: number }
  | { readonly kind: 'noted_missing'; readonly number: number };

export interface Verification {
  /** How many rows were looked at. */
  readonly rows: number;
  /** Where the log ends; null if it is empty. */
  readonly head: Head | null;
  /** The first hundred, by number. */
  readonly faults: readonly ChainFault[];
  /** How many there are in all. */
  readonly faultCount: number;
}

export interface VerificationOptions {
  readonly database: Database;
  /** What the chain is sealed with. */
  readonly key: string;
  /** What somebody wrote down of an earlier head. */
  readonly since?: Head | null;
}

/** Rows read at once: few, so that whoever else uses the process waits for a few milliseconds only. */
const BATCH_ROWS = 500;
const MOST_FAULTS = 100;

type StoredRow = AuditRow & { readonly hash: string };

/**
 * Walks the chain from its start to where it ends at this moment. Shows whatever was changed, taken away, added or
 * put in another order by somebody without the key. Who has an older copy of rows and seal can put the log back to
 * what it was then; that shows only against a note of a later head (`since`).
 */
export async function verifyChain({
  database,
  key,
  since = null,
}: VerificationOptions): Promise<Verification> {
  const { last, seal } = await readEnd(database);
  if (last === null && seal === null) {
    const faults: ChainFault[] = (await hasPeople(database)) ? [{ kind: 'emptied' }] : [];
    if (since !== null) faults.push({ kind: 'noted_missing', number: since.number });
    return { rows: 0, head: null, faults, faultCount: faults.length };
  }
  const isSealRight = seal !== null && sealOf(seal, key) === seal.seal;
  const walk = new Walk(key, since, isSealRight ? seal.number : Number.MAX_SAFE_INTEGER);
  for (let after = 0; ; ) {
    const rows = await batch(database, after, Math.min(last ?? 0, Number.MAX_SAFE_INTEGER));
    for (const row of rows) walk.look(row);
    after = rows.at(-1)?.number ?? Number.NaN;
    if (rows.length < BATCH_ROWS) break;
  }
  for (const number of await numbersOutside(database)) walk.note({ kind: 'added', number });
  return walk.end(seal, isSealRight);
}

interface Seal extends Head {
  readonly seal: string;
}

/** Both in one statement, as rows may be added meanwhile. */
async function readEnd(
  database: Database,
): Promise<{ readonly last: number | null; readonly seal: Seal | null }> {
  const head = (column: string) => database('audit_head').select(column).limit(1);
  const [end]: { last: number | null; number: number | null; hash: string; seal: string }[] =
    await database.select({
      last: database('audit').max('number'),
      number: head('number'),
      hash: head('hash'),
      seal: head('seal'),
    });
  if (!end) throw new Error('The database answers nothing.');
  const { last, number, hash, seal } = end;
  return { last, seal: number === null ? null : { number, hash, seal } };
}

async function hasPeople(database: Database): Promise<boolean> {
  return (await database('people').first('id')) !== undefined;
}

function batch(database: Database, after: number, last: number): Promise<StoredRow[]> {
  return database('audit')
    .where('number', '>', after)
    .where('number', '<=', last)
    .orderBy('number')
    .limit(BATCH_ROWS);
}

/** Rows that the walk does not come to: numbers begin at 1, and above 2^53 they are not exact any more. */
function numbersOutside(database: Database): Promise<number[]> {
  return database('audit')
    .where('number', '<', 1)
    .orWhere('number', '>', Number.MAX_SAFE_INTEGER)
    .orderBy('number')
    .limit(MOST_FAULTS)
    .pluck('number');
}

class Walk {
  readonly #key: string;
  readonly #since: Head | null;
  readonly #sealedTo: number;
  readonly #faults: ChainFault[] = [];
  /** The changed rows among the faults, to find out which number they were written as. */
  readonly #changed = new Map<number, StoredRow>();
  #faultCount = 0;
  #changedCount = 0;
  #rows = 0;
  #isNotedSeen = false;
  #last: Head | null = null;
  /** The row that the seal names as the last one, if it is right by itself. */
  #sealed: Head | null = null;
  /** Whether the next row's link can be held against the row before it. */
  #isLastRight = true;

  constructor(key: string, since: Head | null, sealedTo: number) {
    this.#key = key;
    this.#since = since;
    this.#sealedTo = sealedTo;
  }

  note(fault: ChainFault): void {
    this.#faultCount += 1;
    if (this.#faults.length < MOST_FAULTS) this.#faults.push(fault);
  }

  look(row: StoredRow): void {
    const { number, hash } = row;
    const expected = (this.#last?.number ?? 0) + 1;
    const isGap = number !== expected;
    if (isGap) this.note(gap(expected, number - 1));
    const isRight = hashOf(row, this.#key) === hash;
    if (number > this.#sealedTo) this.note({ kind: 'added', number });
    else if (!isRight) this.#noteChanged(row);
    else if (!isGap && this.#isLastRight && row.previous_hash !== (this.#last?.hash ?? CHAIN_START))
      this.note({ kind: 'detached', number });
    if (number === this.#since?.number) {
      this.#isNotedSeen = true;
      if (hash !== this.#since.hash) this.note({ kind: 'other_than_noted', number });
    }
    this.#rows += 1;
    this.#last = { number, hash };
    if (number === this.#sealedTo && isRight) this.#sealed = this.#last;
    this.#isLastRight = isRight;
  }

  end(seal: Seal | null, isSealRight: boolean): Verification {
    const last = this.#last;
    if (this.#since !== null && !this.#isNotedSeen)
      this.note({ kind: 'noted_missing', number: this.#since.number });
    if (!isSealRight && this.#rows > 0 && this.#changedCount === this.#rows) {
      return { rows: this.#rows, head: last, faults: [{ kind: 'other_key' }], faultCount: 1 };
    }
    if (seal === null) this.note({ kind: 'seal_missing' });
    else if (!isSealRight) this.note({ kind: 'seal_changed' });
    else if (seal.number > (last?.number ?? 0))
      this.note({ kind: 'shortened', number: (last?.number ?? 0) + 1, to: seal.number });
    else if (this.#sealed !== null && this.#sealed.hash !== seal.hash)
      this.note({ kind: 'other_end', number: seal.number });
    const faults = this.#faults.map((fault) => this.#explain(fault));
    return { rows: this.#rows, head: last, faults, faultCount: this.#faultCount };
  }

  #noteChanged(row: StoredRow): void {
    this.#changedCount += 1;
    if (this.#faults.length < MOST_FAULTS) this.#changed.set(row.number, row);
    this.note({ kind: 'changed', number: row.number });
  }

  /** A changed row that is right as another number was moved: one of those that are changed or missing as well. */
  #explain(fault: ChainFault): ChainFault {
    const row = fault.kind === 'changed' ? this.#changed.get(fault.number) : undefined;
    if (row === undefined) return fault;
    const from = this.#suspects(row.number).find(
      (number) => hashOf({ ...row, number }, this.#key) === row.hash,
    );
    return from === undefined ? fault : { kind: 'moved', number: row.number, from };
  }

  #suspects(number: number): number[] {
    const missing = this.#faults.flatMap((fault) =>
      fault.kind === 'missing' || fault.kind === 'missing_range' || fault.kind === 'shortened'
        ? [fault.number]
        : [],
    );
    return [number - 1, number + 1, ...this.#changed.keys(), ...missing];
  }
}

function gap(number: number, to: number): ChainFault {
  return number === to ? { kind: 'missing', number } : { kind: 'missing_range', number, to };
}
