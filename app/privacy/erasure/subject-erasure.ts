import type { Database, Transaction } from '../../database/open.ts';
import type { Subject } from '../../inventory/category-store.ts';
import type { StoredCategory } from '../retention/terms.ts';

/** What an erasure comes to in one category. */
export interface CategoryErasure {
  readonly category: string;
  /** Records that are erased. */
  readonly records: number;
  /** Records about the subject that stay, as the law has them kept. */
  readonly kept: number;
}

/** Erases a subject from every category, in one transaction. */
export async function eraseFrom(
  transaction: Transaction,
  categories: readonly StoredCategory[],
  subject: Subject,
): Promise<readonly CategoryErasure[]> {
  const found: { category: StoredCategory; records: number }[] = [];
  for (const category of categories) {
    found.push({ category, records: await category.store.erase(transaction, subject) });
  }
  return Promise.all(
    found.map(async ({ category, records }) => ({
      category: category.name,
      records,
      kept: (await category.store.collect(transaction, subject)).length,
    })),
  );
}

/**
 * What {@link eraseFrom} would come to: it is done, and taken back. Nothing else can say as exactly what goes with what.
 */
export async function previewErasure(
  database: Database,
  categories: readonly StoredCategory[],
  subject: Subject,
): Promise<readonly CategoryErasure[]> {
  const transaction = await database.transaction();
  try {
    return await eraseFrom(transaction, categories, subject);
  } finally {
    await transaction.rollback();
  }
}

/** Whom a subject means: somebody with an account is that person, by whichever address they came. */
export async function resolveSubject(database: Database | Transaction, subject: Subject): Promise<Subject> {
  if (subject.kind === 'organisation') return subject;
  const where = subject.kind === 'person' ? { id: subject.id } : { email: subject.email };
  const row: { id: string; email: string } | undefined = await database('people')
    .where(where)
    .first('id', 'email');
  return row === undefined ? subject : { kind: 'person', id: row.id, email: row.email };
}
