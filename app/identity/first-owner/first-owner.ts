import { type AuditLog, command } from '../../audit/audit-log.ts';
import type { Database, Transaction } from '../../database/open.ts';
import { type Clock, HOUR_MS } from '../../kernel/clock.ts';
import { newId } from '../../kernel/ids.ts';
import type { Language } from '../../kernel/languages.ts';
import { sortName } from '../../kernel/search-words.ts';
import { hashToken, newToken } from '../../kernel/single-use-token.ts';
import { insertPeople, whoHas } from '../people-store.ts';
import type { Arrivals } from '../sign-in/arrivals.ts';
import * as store from '../sign-in/store.ts';
import type { Visit } from '../sign-in/visit.ts';

/** How long a link that makes the first owner can be used. */
export const FIRST_OWNER_LINK_HOURS = 24;

/** Where the guided page is that the first owner comes to. */
export const SETUP_PATH = '/console/setup';

export const firstOwnerPath = (token: string): string => `/first-owner/${token}`;

/** What the first owner says of themselves; each as the readers of typed fields answer it. */
export interface FirstOwnerFields {
  readonly name: string;
  readonly email: string;
  readonly organisation: string;
  readonly language: Language;
}

/** Whether there is somebody who can sign in as an owner. */
export async function hasOwner(database: Database): Promise<boolean> {
  const row: unknown = await database('people')
    .whereRaw("role = 'owner' AND role <> 'member' AND status = 'active'")
    .first('id');
  return row !== undefined;
}

/**
 * Makes a link that makes the first owner, once, and takes back those that were made before.
 *
 * @returns its token, or null if there is an owner.
 */
export async function makeFirstOwnerLink({
  database,
  audit,
  clock,
}: Omit<FirstOwnerOptions, 'arrivals'>): Promise<string | null> {
  return database.transaction(async (transaction) => {
    if (await hasOwner(transaction)) return null;
    const now = clock();
    const { token, hash } = newToken();
    await transaction('sign_ins').where({ purpose: 'first_owner' }).whereNull('used_at').delete();
    await store.insertSignIn(transaction, {
      id: newId(),
      purpose: 'first_owner',
      person_id: null,
      session_id: null,
      address_hash: null,
      browser_hash: null,
      token_hash: hash,
      code_hash: null,
      wrong_codes: 0,
      wrong_codes_elsewhere: 0,
      return_path: SETUP_PATH,
      created_at: now,
      expires_at: now + FIRST_OWNER_LINK_HOURS * HOUR_MS,
      used_at: null,
    });
    await audit.record(
      command,
      { action: 'sign_in.link_made', details: { for: 'first_owner', hours: FIRST_OWNER_LINK_HOURS } },
      transaction,
    );
    return token;
  });
}

export interface FirstOwnerOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly arrivals: Arrivals;
}

/** The first run: whoever was shown the link on the server becomes the owner, and signed in. */
export class FirstOwner {
  readonly #options: FirstOwnerOptions;

  constructor(options: FirstOwnerOptions) {
    this.#options = options;
  }

  /** Whether a link can be used. Changes nothing. */
  async isOpen(token: string): Promise<boolean> {
    const { database, clock } = this.#options;
    const row = await store.liveByToken(database, hashToken(token), {
      purpose: 'first_owner',
      now: clock(),
    });
    return row !== null && !(await hasOwner(database));
  }

  /**
   * Makes the first owner, with their organisation. One of the same name is taken, if it is there already.
   *
   * @returns the token of their session; `used` if the link is, or somebody else is owner; `taken` if the address
   * belongs to an account, in which case the link can still be used.
   */
  async make(
    token: string,
    fields: FirstOwnerFields,
    visit: Visit,
  ): Promise<{ readonly token: string } | 'used' | 'taken'> {
    const { database, clock, audit, arrivals } = this.#options;
    return database.transaction(async (transaction) => {
      const now = clock();
      const row = await store.liveByToken(transaction, hashToken(token), { purpose: 'first_owner', now });
      if (row === null || (await hasOwner(transaction))) return 'used';
      const [taken] = await whoHas(transaction, [fields.email]);
      if (taken !== undefined) return 'taken';
      if (!(await store.use(transaction, row.id, now))) return 'used';
      const id = newId();
      const organisationId = await organisationNamed(transaction, fields.organisation, now);
      const { name, email, language } = fields;
      await insertPeople(transaction, [
        { id, organisationId, name, email, language, role: 'owner', createdAt: now },
      ]);
      await audit.record(
        { ...visit.actor, kind: 'person', id },
        { action: 'appliance.first_owner_made', organisationId, object: { kind: 'person', id } },
        transaction,
      );
      const person = await store.admittedById(transaction, id);
      if (person === null) throw new TypeError('An owner who was just made may not sign in.');
      return { token: await arrivals.welcome(transaction, person, 'first_owner', visit) };
    });
  }
}

async function organisationNamed(transaction: Transaction, name: string, now: number): Promise<string> {
  const known: { id: string } | undefined = await transaction('organisations')
    .where({ sort_name: sortName(name) })
    .first('id');
  if (known) return known.id;
  const id = newId();
  await transaction('organisations').insert({
    id,
    name,
    sort_name: sortName(name),
    status: 'active',
    started_at: now,
    created_at: now,
  });
  return id;
}
