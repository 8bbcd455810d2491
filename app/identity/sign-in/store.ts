import type { Database, Transaction } from '../../database/open.ts';
import { DAY_MS, HOUR_MS } from '../../kernel/clock.ts';
import { ADMITTED } from '../admitted.ts';
import type { Person } from '../person.ts';
import { type PersonRow, personColumns, personOf } from '../person-rows.ts';

/** A row of `sign_ins`: what lets somebody in once. */
export interface SignInRow {
  readonly id: string;
  readonly purpose: 'sign_in' | 'confirmation' | 'first_owner';
  /** Null for an address that nobody has, and for the first owner, who is nobody yet. */
  readonly person_id: string | null;
  /** The session that is confirmed. */
  readonly session_id: string | null;
  /** Of the address that the letter went to; null where there was no letter. */
  readonly address_hash: string | null;
  /** Of the browser that asked. */
  readonly browser_hash: string | null;
  readonly token_hash: string | null;
  readonly code_hash: string | null;
  /** Typed on the browser that asked, or in the session that is confirmed. */
  readonly wrong_codes: number;
  /** Typed on others. */
  readonly wrong_codes_elsewhere: number;
  readonly return_path: string;
  readonly created_at: number;
  readonly expires_at: number;
  readonly used_at: number | null;
}

const admitted = (database: Database) =>
  database('people').join('organisations', 'organisations.id', 'people.organisation_id').whereRaw(ADMITTED);

/** The person with an address, if they may be signed in. */
export async function admittedByAddress(transaction: Transaction, email: string): Promise<Person | null> {
  const row: PersonRow | undefined = await admitted(transaction)
    .where({ 'people.email': email })
    .first(...personColumns);
  return row ? personOf(row) : null;
}

/** The person with an id, if they may be signed in. */
export async function admittedById(database: Database, id: string): Promise<Person | null> {
  const row: PersonRow | undefined = await admitted(database)
    .where({ 'people.id': id })
    .first(...personColumns);
  return row ? personOf(row) : null;
}

/** Why {@link admittedByAddress} finds nobody. */
export async function whyNotAdmitted(
  database: Database,
  email: string,
): Promise<'unknown' | 'blocked' | 'ended'> {
  const row: { status: string } | undefined = await database('people').where({ email }).first('status');
  if (row === undefined) return 'unknown';
  return row.status === 'blocked' ? 'blocked' : 'ended';
}

export async function noteSignIn(transaction: Transaction, personId: string, now: number): Promise<void> {
  await transaction('people').where({ id: personId }).update({ signed_in_at: now });
}

export async function insertSignIn(transaction: Transaction, row: SignInRow): Promise<void> {
  await transaction('sign_ins').insert(row);
}

/** When the last letters of an address within the hour before `now` were asked for, the newest first. */
export async function askedWithinHour(
  transaction: Transaction,
  addressHash: string,
  { now, limit }: { readonly now: number; readonly limit: number },
): Promise<number[]> {
  return transaction('sign_ins')
    .where({ address_hash: addressHash })
    .where('created_at', '>', now - HOUR_MS)
    .orderBy('created_at', 'desc')
    .limit(limit)
    .pluck('created_at');
}

/** Wrong codes that were typed for what was asked for within the day before `now`. */
export async function wrongWithinDay(
  transaction: Transaction,
  now: number,
  addressHash: string,
): Promise<{ readonly ofAddress: WrongCodes; readonly ofAll: WrongCodes }> {
  const counted = () =>
    transaction('sign_ins')
      .whereRaw('wrong_codes + wrong_codes_elsewhere > 0')
      .where('created_at', '>', now - DAY_MS)
      .sum({ count: transaction.raw('wrong_codes + wrong_codes_elsewhere') })
      .min({ since: 'created_at' });
  const [ofAddress] = await counted().where({ address_hash: addressHash });
  const [ofAll] = await counted();
  return { ofAddress: wrongCodesOf(ofAddress), ofAll: wrongCodesOf(ofAll) };
}

export interface WrongCodes {
  readonly count: number;
  /** When the letter of the first of them was asked for; null if there are none. */
  readonly since: number | null;
}

function wrongCodesOf(row: { count?: unknown; since?: unknown } | undefined): WrongCodes {
  const { count, since } = row ?? {};
  return { count: Number(count ?? 0), since: typeof since === 'number' ? since : null };
}

/** What could be used now. */
const live = (database: Database, now: number) =>
  database('sign_ins').whereNull('used_at').where('expires_at', '>', now);

/** What a code for this address could belong to, if it has tries left. */
export async function liveWithCode(
  transaction: Transaction,
  {
    now,
    ...where
  }: {
    readonly purpose: SignInRow['purpose'];
    readonly address_hash: string;
    readonly session_id?: string;
    readonly now: number;
  },
): Promise<SignInRow[]> {
  return live(transaction, now).where(where).whereNotNull('code_hash').select();
}

export async function liveByToken(
  database: Database,
  tokenHash: string,
  { purpose, now }: { readonly purpose: SignInRow['purpose']; readonly now: number },
): Promise<SignInRow | null> {
  return (await live(database, now).where({ token_hash: tokenHash, purpose }).first()) ?? null;
}

/** Uses one, if nobody was quicker. */
export async function use(transaction: Transaction, id: string, now: number): Promise<boolean> {
  return (await live(transaction, now).where({ id }).update({ used_at: now })) === 1;
}

/** Where wrong codes are counted. */
export type Counter = 'wrong_codes' | 'wrong_codes_elsewhere';

/** Counts a wrong code against each. */
export async function countWrongCode(
  transaction: Transaction,
  ids: readonly string[],
  { counter, tries }: { readonly counter: Counter; readonly tries: number },
): Promise<void> {
  await transaction('sign_ins').whereIn('id', ids).where(counter, '<', tries).increment(counter);
}

/** Takes back every link and code of a person that was not used yet. */
export async function voidAllOf(transaction: Transaction, personId: string): Promise<void> {
  await transaction('sign_ins').where({ person_id: personId }).whereNull('used_at').delete();
}

/** Deletes what is of no use: not before a day is over, as the limits count by it. */
export async function tidySignIns(database: Database, now: number): Promise<void> {
  await database('sign_ins')
    .where('expires_at', '<=', now - DAY_MS)
    .delete();
}

/** Whether a session waits for the code of a letter. */
export async function hasLiveConfirmation(
  database: Database,
  sessionId: string,
  now: number,
): Promise<boolean> {
  const row: unknown = await live(database, now)
    .where({ session_id: sessionId, purpose: 'confirmation' })
    .first('id');
  return row !== undefined;
}
