import type { Database, Transaction } from '../database/open.ts';
import { DAY_MS, HOUR_MS } from '../kernel/clock.ts';

/** Whom a request, an erasure or an export is about. */
export type Subject =
  | { readonly kind: 'person'; readonly id: string; readonly email: string }
  /** Somebody without an account, known by an address that was proved. */
  | { readonly kind: 'address'; readonly email: string }
  | { readonly kind: 'organisation'; readonly id: string };

/** One record as its subject may read it: names of what it says, and plain values. Instants are ISO 8601. */
export type CollectedRecord = Readonly<Record<string, string | number | boolean | null>>;

/** An instant as people read it in their data: RFC 3339, UTC. */
export function isoOf(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

/** How long things are kept, in days, and what time it is. */
export interface RetentionTerms {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly serviceDays: number;
  readonly relationshipDays: number;
  /** After an invitation expired or was revoked; the same for a one-off room. */
  readonly invitationDays: number;
  /** After an attested meeting ended. */
  readonly attestationDays: number;
  /** After a letter was sent or given up. */
  readonly letterDays: number;
  /** People and organisations that are held back by a legal hold. */
  readonly heldIds: ReadonlySet<string>;
}

/**
 * How much earlier than the last moment things are erased. Runs are a day apart, and one hour more where clocks are set
 * back; nobody knows to the minute when one begins.
 */
const LEAD_MS = DAY_MS + 2 * HOUR_MS;

/**
 * What ended at this instant or before is erased now, so that nothing is ever there for longer than `days`: until the
 * next run it would be.
 */
export function cutOff({ now }: Pick<RetentionTerms, 'now'>, days: number): number {
  return now - Math.max(0, days * DAY_MS - LEAD_MS);
}

/** From when on a run erases what ended at `end`: the reverse of {@link cutOff}. */
export function erasedFrom(end: number, days: number): number {
  return end + Math.max(0, days * DAY_MS - LEAD_MS);
}

/** What one category stores. Declared beside the category, so that nobody keeps a second list. */
export interface CategoryStore {
  /** Categories that others' records hang on are erased after those: a larger number. Default: 0. */
  readonly order?: number;
  /** Everything about a subject, other people's data cut out. */
  collect(database: Database, subject: Subject): Promise<readonly CollectedRecord[]>;
  /** Erases everything about a subject; answers how many records that were. */
  erase(transaction: Transaction, subject: Subject): Promise<number>;
  /** Erases at most `limit` records whose time is over; answers how many. Called again until it answers 0. */
  expire(transaction: Transaction, terms: RetentionTerms, limit: number): Promise<number>;
  /** What ended then or before is erased by these terms, in milliseconds since 1970. Default: by the retention rule. */
  cutOff?(terms: RetentionTerms): number;
  /** How many records there are, and how many of them `expire` would erase by these terms. */
  count(database: Database, terms: RetentionTerms): Promise<{ readonly total: number; readonly due: number }>;
}
