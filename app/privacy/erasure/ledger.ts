import { createHmac } from 'node:crypto';
import { open } from 'node:fs/promises';
import { readStoredFile, replaceStoredFile } from '../../../config/stored-file.ts';
import type { Database, Transaction } from '../../database/open.ts';
import type { Subject } from '../../inventory/category-store.ts';

/** One erasure, as the file has it. */
export interface LedgerEntry {
  readonly kind: Subject['kind'];
  /** 64 hexadecimal digits. */
  readonly hash: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** The ledger's name in the app's data folder. */
export const LEDGER_FILE = 'erasures.jsonl';

/** Marks that one transaction seals. */
const BATCH = 500;

const LINE = /^\{"kind":"(person|address|organisation)","hash":"([0-9a-f]{64})","at":(\d{1,16})\}$/;

/**
 * Who was erased, so that it can be done again after an older backup was put back: keyed hashes of ids and addresses,
 * in the database and in a file beside it. The file outlives the database, and putting a backup back keeps it.
 *
 * The key is that of the audit log. It is in every backup as well: with another one no hash would be found again. Who
 * has key and ledger can find out whether a known address was erased, and read none out of it.
 */
export class ErasureLedger {
  readonly #key: string;
  readonly #file: string;

  constructor({ key, file }: { readonly key: string; readonly file: string }) {
    this.#key = key;
    this.#file = file;
  }

  /** @param value the id of a person or organisation, or the address of somebody without an account. */
  hashOf(kind: Subject['kind'], value: string): string {
    return createHmac('sha256', this.#key)
      .update(JSON.stringify(['erasure', kind, value]))
      .digest('hex');
  }

  /** Notes the erasure of an address. Those of people and organisations leave a mark by themselves, by trigger. */
  async addAddress(transaction: Transaction, email: string, at: number): Promise<void> {
    const subject_hash = this.hashOf('address', email);
    await transaction('erasures').insert({ subject_kind: 'address', subject_hash, at });
  }

  /** Puts hashes in the place of the ids that triggers left. Answers how many. */
  async seal(transaction: Transaction): Promise<number> {
    const marks: { number: number; subject_kind: Subject['kind']; subject_id: string }[] = await transaction(
      'erasures',
    )
      .whereNull('filed_at')
      .whereNotNull('subject_id')
      .limit(BATCH);
    for (const { number, subject_kind, subject_id } of marks) {
      const subject_hash = this.hashOf(subject_kind, subject_id);
      const mark = transaction('erasures').where({ number });
      // What was erased again after a backup was put back is known already.
      if (await transaction('erasures').where({ subject_hash }).first('number')) await mark.delete();
      else await mark.update({ subject_id: null, subject_hash });
    }
    return marks.length;
  }

  async sealAll(database: Database): Promise<void> {
    const hasMarks = () =>
      database('erasures').whereNull('filed_at').whereNotNull('subject_id').first('number');
    while (await hasMarks()) await database.transaction((transaction) => this.seal(transaction));
  }

  /** Writes what is new into the file. Twice, if it is killed in between, which changes nothing. */
  async file(database: Database, now: number): Promise<void> {
    for (;;) {
      const rows: { number: number; subject_kind: Subject['kind']; subject_hash: string; at: number }[] =
        await database('erasures')
          .whereNull('filed_at')
          .whereNotNull('subject_hash')
          .orderBy('number')
          .limit(BATCH);
      if (rows.length === 0) return;
      await this.#append(rows.map((row) => ({ kind: row.subject_kind, hash: row.subject_hash, at: row.at })));
      await database('erasures')
        .whereIn(
          'number',
          rows.map(({ number }) => number),
        )
        .update({ filed_at: now });
    }
  }

  /** What the database knows of. */
  async known(database: Database): Promise<ReadonlySet<string>> {
    const rows: { subject_kind: Subject['kind']; subject_hash: string; at: number }[] = await database(
      'erasures',
    )
      .whereNotNull('subject_hash')
      .select('subject_kind', 'subject_hash', 'at');
    return new Set(
      rows.map(({ subject_kind, subject_hash, at }) =>
        identityOf({ kind: subject_kind, hash: subject_hash, at }),
      ),
    );
  }

  /** Everything in the file; none where there is no file. A line that was cut off is left out. */
  async read(file = this.#file): Promise<readonly LedgerEntry[]> {
    const text = (await readStoredFile(file)) ?? '';
    return text.split('\n').flatMap((line) => {
      const [, kind, hash, at] = LINE.exec(line) ?? [];
      return kind === undefined || hash === undefined
        ? []
        : [{ kind: kind as Subject['kind'], hash, at: Number(at) }];
    });
  }

  /** Puts these into the file, in place of what it holds, each once. */
  async write(entries: readonly LedgerEntry[], file = this.#file): Promise<void> {
    const each = new Map(entries.map((entry) => [identityOf(entry), entry]));
    await replaceStoredFile(file, [...each.values()].map(lineOf).join(''), 0o600);
  }

  async #append(entries: readonly LedgerEntry[]): Promise<void> {
    const handle = await open(this.#file, 'a+', 0o600);
    try {
      const { size } = await handle.stat();
      const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, Math.max(0, size - 1));
      // After a power cut the last line may have no end.
      const isCutOff = size > 0 && buffer.toString() !== '\n';
      await handle.writeFile(`${isCutOff ? '\n' : ''}${entries.map(lineOf).join('')}`);
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
}

/**
 * What tells one erasure from another. People and organisations are erased once; an address may come back, and be erased
 * again.
 */
export function identityOf({ kind, hash, at }: LedgerEntry): string {
  return kind === 'address' ? `${hash} ${at}` : hash;
}

const lineOf = ({ kind, hash, at }: LedgerEntry) => `${JSON.stringify({ kind, hash, at })}\n`;
