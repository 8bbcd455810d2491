import { countOf } from '../database/counting.ts';
import { type CategoryStore, cutOff, isoOf } from '../inventory/category-store.ts';
import type { StoredEntry } from './entries.ts';

/** How many entries of one subject are collected; the newest ones. */
const MOST_COLLECTED = 10_000;

/**
 * The log is kept whole. It names nobody: it holds random ids, and once the account of an id is erased nobody can say
 * whose it was. It is the proof of what was erased, and a chain: without its first rows nothing would show whether these
 * had been taken away by the appliance or by somebody else.
 */
export const auditStore: CategoryStore = {
  cutOff: (terms) => cutOff(terms, terms.serviceDays),

  /** What somebody did and what was done to them; ids of others are left out. */
  async collect(database, subject) {
    if (subject.kind === 'address') return [];
    const { id } = subject;
    const rows: StoredEntry[] = await database('audit')
      .where(subject.kind === 'person' ? { actor_id: id } : { organisation_id: id })
      .orWhere({ object_id: id })
      .orderBy('number', 'desc')
      .limit(MOST_COLLECTED);
    return rows
      .reverse()
      .map(({ at, action, actor_id }) => ({ at: isoOf(at), action, byThemselves: actor_id === id }));
  },

  async erase() {
    return 0;
  },

  async expire() {
    return 0;
  },

  async count(database) {
    // Numbers have no gap: the last one is how many there are.
    const head: { number: number } | undefined = await database('audit_head').first('number');
    return { total: head?.number ?? (await countOf(database('audit'))), due: 0 };
  },
};
