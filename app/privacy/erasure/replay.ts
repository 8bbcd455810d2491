import { type AuditLog, command } from '../../audit/audit-log.ts';
import { compact } from '../../database/compact.ts';
import type { Database } from '../../database/open.ts';
import type { Subject } from '../../inventory/category-store.ts';
import type { DataCategory } from '../../inventory/data-category.ts';
import type { Clock } from '../../kernel/clock.ts';
import { addCertificate } from '../retention/certificates.ts';
import { storedCategories } from '../retention/terms.ts';
import { type ErasureLedger, identityOf, type LedgerEntry } from './ledger.ts';
import { eraseFrom } from './subject-erasure.ts';

export interface ReplayOptions {
  readonly database: Database;
  /** The database's. */
  readonly file: string;
  readonly clock: Clock;
  readonly audit: AuditLog;
  /** Seals certificates. */
  readonly key: string;
  readonly categories: readonly DataCategory[];
  readonly ledger: ErasureLedger;
  /** What was erased, by all that is known besides the database. */
  readonly entries: readonly LedgerEntry[];
}

/** Rows that are read at once in search of those who were erased. */
const PAGE = 1000;

/** Columns that hold an address of somebody, by the names that they have everywhere. */
const ADDRESS_FIELD = /^(\w+)\.(email|recipient)$/;

/**
 * Erases once more whom a database has again that is older than their erasure. Entries that the database itself knows of
 * were erased before it was copied: what it has of the same address came later, and stays. Answers how many subjects
 * were erased again. Legal holds are not asked: those of an old copy were over when the erasure was done.
 */
export async function replayErasures(options: ReplayOptions): Promise<number> {
  const { database, ledger, entries, clock } = options;
  await ledger.sealAll(database);
  const known = await ledger.known(database);
  const missed = new Map(
    entries
      .filter((entry) => !known.has(identityOf(entry)))
      .map((entry) => [identityOf(entry), entry] as const),
  );
  if (missed.size === 0) return 0;
  const hashes = new Set([...missed.values()].map(({ hash }) => hash));
  let count = 0;
  // Organisations first, as their people go with them; addresses last, as those of people do.
  for (const find of [organisationsIn, peopleIn, addressesIn]) {
    for (const subject of await find(options, hashes)) {
      await replay(options, subject);
      count += 1;
    }
  }
  await ledger.sealAll(database);
  const now = clock();
  const noted = await ledger.known(database);
  const rows = [...missed]
    .filter(([identity]) => !noted.has(identity))
    .map(([, { kind, hash, at }]) => ({ subject_kind: kind, subject_hash: hash, at, filed_at: now }));
  await database.transaction((transaction) => transaction.batchInsert('erasures', rows, 400));
  if (count > 0) await compact(database, options.file);
  return count;
}

async function organisationsIn(
  { database, ledger }: ReplayOptions,
  hashes: ReadonlySet<string>,
): Promise<readonly Subject[]> {
  const ids: string[] = await database('organisations').pluck('id');
  return ids
    .filter((id) => hashes.has(ledger.hashOf('organisation', id)))
    .map((id) => ({ kind: 'organisation', id }));
}

async function peopleIn(
  { database, ledger }: ReplayOptions,
  hashes: ReadonlySet<string>,
): Promise<readonly Subject[]> {
  const found: Subject[] = [];
  for (let last = ''; ; ) {
    const people: { id: string; email: string }[] = await database('people')
      .where('id', '>', last)
      .orderBy('id')
      .limit(PAGE)
      .select('id', 'email');
    for (const { id, email } of people) {
      if (hashes.has(ledger.hashOf('person', id))) found.push({ kind: 'person', id, email });
    }
    const end = people.at(-1);
    if (end === undefined) return found;
    last = end.id;
  }
}

async function addressesIn(
  { database, ledger, categories }: ReplayOptions,
  hashes: ReadonlySet<string>,
): Promise<readonly Subject[]> {
  const addresses = new Set<string>();
  for (const field of categories.flatMap(({ fields }) => fields)) {
    const [, table, column] = ADDRESS_FIELD.exec(field) ?? [];
    if (table === undefined || column === undefined) continue;
    const values: (string | null)[] = await database(table).distinct(column).pluck(column);
    for (const value of values) if (value !== null) addresses.add(value);
  }
  return [...addresses]
    .filter((email) => hashes.has(ledger.hashOf('address', email)))
    .map((email) => ({ kind: 'address', email }));
}

async function replay(
  { database, categories, key, clock, audit, ledger }: ReplayOptions,
  subject: Subject,
): Promise<void> {
  const stored = storedCategories(categories);
  await database.transaction(async (transaction) => {
    const people: { id: string; email: string }[] =
      subject.kind === 'organisation'
        ? await transaction('people').where({ organisation_id: subject.id }).select('id', 'email')
        : [];
    const sums = new Map<string, { records: number; kept: number }>();
    for (const each of [...people.map((person) => ({ kind: 'person' as const, ...person })), subject]) {
      for (const { category, records, kept } of await eraseFrom(transaction, stored, each)) {
        const sum = sums.get(category) ?? { records: 0, kept: 0 };
        sums.set(category, { records: sum.records + records, kept: sum.kept + kept });
      }
    }
    const now = clock();
    const counts = [...sums].map(([category, sum]) => ({ category, ...sum, cutOffAt: null }));
    const certificate = await addCertificate(transaction, key, {
      at: now,
      cutOffAt: now,
      cause: 'replay',
      counts,
      failed: [],
    });
    const records = counts.reduce((total, each) => total + each.records, 0);
    const object = subject.kind === 'address' ? undefined : { kind: subject.kind, id: subject.id };
    await audit.record(
      command,
      { action: 'erasure.replayed', ...(object && { object }), details: { certificate, records } },
      transaction,
    );
    while ((await ledger.seal(transaction)) > 0);
  });
}
