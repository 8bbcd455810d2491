import type { Query } from '../database/keyset.ts';
import type { Database } from '../database/open.ts';
import type { Scope } from '../kernel/permissions.ts';
import type { AuditAction } from './actions.ts';
import type { AuditRow } from './chain.ts';

/** A row as it is in the log, with its own hash. */
export type StoredEntry = AuditRow & { readonly hash: string };

/** What rows are chosen by; all that is named must hold. */
export interface EntryFilter {
  readonly action?: AuditAction;
  readonly actorId?: string;
  readonly objectId?: string;
  /** Instants in milliseconds: from this one on, and before that one. */
  readonly from?: number;
  readonly before?: number;
}

export interface EntryQuery {
  readonly scope: Scope;
  readonly filter: EntryFilter;
}

/** Where an entry stands: by time, and within a moment by number. */
export type Place = Pick<StoredEntry, 'at' | 'number'>;

/** Which page: the newest one, or the one next to a place. */
export type PagePosition =
  | { readonly end: 'newest' }
  | { readonly olderThan: Place }
  | { readonly newerThan: Place };

export interface PageOfEntries {
  /** Newest first. */
  readonly entries: readonly StoredEntry[];
  readonly hasNewer: boolean;
  readonly hasOlder: boolean;
}

const EXPORT_BATCH_ROWS = 1000;

/** Reads the audit log. What is outside of the scope is not there. */
export class AuditEntries {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** One page. The last one costs as much as the first. */
  async page(query: EntryQuery, position: PagePosition, size: number): Promise<PageOfEntries> {
    const rows = this.#chosen(query);
    const isUpwards = 'newerThan' in position;
    if ('olderThan' in position) beyond(rows, '<', position.olderThan);
    if (isUpwards) beyond(rows, '>', position.newerThan);
    const order = isUpwards ? 'asc' : 'desc';
    const found: StoredEntry[] = await rows
      .orderBy('at', order)
      .orderBy('number', order)
      .limit(size + 1);
    const hasMore = found.length > size;
    const entries = found.slice(0, size);
    if (isUpwards) return { entries: entries.reverse(), hasNewer: hasMore, hasOlder: true };
    return { entries, hasNewer: 'olderThan' in position, hasOlder: hasMore };
  }

  /** All that a query chooses, oldest first, as the log is when it begins; never more than a batch in memory. */
  async *all(query: EntryQuery): AsyncGenerator<StoredEntry> {
    const last = await this.#last();
    let place: Place = { at: Number.MIN_SAFE_INTEGER, number: 0 };
    for (;;) {
      const batch: StoredEntry[] = await beyond(this.#chosen(query), '>', place)
        .whereRaw('+number <= ?', [last])
        .orderBy('at')
        .orderBy('number')
        .limit(EXPORT_BATCH_ROWS);
      yield* batch;
      const end = batch.at(-1);
      if (end === undefined || batch.length < EXPORT_BATCH_ROWS) return;
      place = end;
    }
  }

  /** The whole log from a number on, in the order of the chain, as it is when it begins. */
  async *chain(from: number): AsyncGenerator<StoredEntry> {
    const last = await this.#last();
    for (let next = from; next <= last; ) {
      const batch: StoredEntry[] = await this.#database('audit')
        .where('number', '>=', next)
        .where('number', '<=', last)
        .orderBy('number')
        .limit(EXPORT_BATCH_ROWS);
      yield* batch;
      if (batch.length < EXPORT_BATCH_ROWS) return;
      next = (batch.at(-1)?.number ?? last) + 1;
    }
  }

  async #last(): Promise<number> {
    const head: { number: number } | undefined = await this.#database('audit_head').first('number');
    return head?.number ?? 0;
  }

  #chosen({ scope, filter }: EntryQuery): Query {
    const { action, actorId, objectId, from, before } = filter;
    const rows = this.#database('audit');
    // What was done to one object, or one act of one person, is few rows. Without the plus sign before the rest SQLite
    // might go by that instead.
    const other = objectId === undefined ? '' : '+';
    const reach = other || (actorId !== undefined && action !== undefined ? '+' : '');
    if (objectId !== undefined) rows.where('object_id', objectId);
    if (scope.kind === 'organisation') rows.whereRaw(`${reach}organisation_id = ?`, [scope.organisationId]);
    if (scope.kind === 'own') rows.whereRaw(`${other}actor_id = ?`, [scope.personId]);
    if (actorId !== undefined) rows.whereRaw(`${other}actor_id = ?`, [actorId]);
    if (action !== undefined) rows.whereRaw(`${other}action = ?`, [action]);
    if (from !== undefined) rows.where('at', '>=', from);
    if (before !== undefined) rows.where('at', '<', before);
    return rows;
  }
}

function beyond(rows: Query, comparison: '<' | '>', { at, number }: Place): Query {
  return rows.whereRaw(`(at, number) ${comparison} (?, ?)`, [at, number]);
}
