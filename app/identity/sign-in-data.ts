import { countOf } from '../database/counting.ts';
import type { Query } from '../database/keyset.ts';
import type { Database, Transaction } from '../database/open.ts';
import { type CategoryStore, isoOf, type RetentionTerms } from '../inventory/category-store.ts';
import { DAY_MS } from '../kernel/clock.ts';
import { accountsOf } from './account-data.ts';
import type { SignInRow } from './sign-in/store.ts';

/**
 * The longest that settings let a session last (`sign_in.session_days`). By their own, shorter time sessions and links
 * are deleted every hour (identity.ts); this is for an app that did not run, or whose settings were changed. A legal
 * hold does not prolong them: they let somebody in, and say nothing that the audit log does not.
 */
const LONGEST_SESSION_MS = 90 * DAY_MS;

const sessionsOver = (database: Database | Transaction, { now }: RetentionTerms): Query =>
  database('sessions').where('created_at', '<=', now - LONGEST_SESSION_MS);

/** Not before a day is over, as the limits count by it (sign-in/store.ts). */
const linksOver = (database: Database | Transaction, { now }: RetentionTerms): Query =>
  database('sign_ins').where('expires_at', '<=', now - DAY_MS);

/** Sessions, and what lets somebody in once. When somebody last signed in goes with their account. */
export const signInStore: CategoryStore = {
  cutOff: ({ now }) => now - DAY_MS,

  async collect(database, subject) {
    const ids = accountsOf(database, subject).select('id');
    const accounts: { signed_in_at: number | null }[] = await accountsOf(database, subject)
      .whereNotNull('signed_in_at')
      .select('signed_in_at');
    const sessions: { device: string; created_at: number; seen_at: number; confirmed_at: number }[] =
      await database('sessions').whereIn('person_id', ids.clone()).orderBy('created_at');
    const links: SignInRow[] = await database('sign_ins').whereIn('person_id', ids).orderBy('created_at');
    return [
      ...accounts.map((each) => ({ kind: 'last sign-in', at: isoOf(each.signed_in_at) })),
      ...sessions.map((each) => ({
        kind: 'session',
        device: each.device,
        createdAt: isoOf(each.created_at),
        seenAt: isoOf(each.seen_at),
        confirmedAt: isoOf(each.confirmed_at),
      })),
      ...links.map((each) => ({
        kind: each.purpose === 'confirmation' ? 'code to confirm' : 'link to sign in',
        createdAt: isoOf(each.created_at),
        usedAt: isoOf(each.used_at),
        returnPath: each.return_path,
      })),
    ];
  },

  async erase(transaction, subject) {
    const ids: string[] = await accountsOf(transaction, subject).pluck('id');
    const links = await transaction('sign_ins').whereIn('person_id', ids).delete();
    await transaction('people').whereIn('id', ids).update({ signed_in_at: null });
    return links + (await transaction('sessions').whereIn('person_id', ids).delete());
  },

  async expire(transaction, terms, limit) {
    const links: string[] = await linksOver(transaction, terms).limit(limit).pluck('id');
    const sessions: string[] = await sessionsOver(transaction, terms)
      .limit(limit - links.length)
      .pluck('id');
    await transaction('sign_ins').whereIn('id', links).delete();
    await transaction('sessions').whereIn('id', sessions).delete();
    return links.length + sessions.length;
  },

  async count(database, terms) {
    const links = await countOf(database('sign_ins'));
    const total = links + (await countOf(database('sessions')));
    const due = await countOf(linksOver(database, terms));
    return { total, due: due + (await countOf(sessionsOver(database, terms))) };
  },
};
