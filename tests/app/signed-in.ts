import { openDatabase } from '../../app/database/open.ts';
import { SESSION_COOKIE } from '../../app/identity/session-cookie.ts';
import { Sessions } from '../../app/identity/sessions.ts';
import { newId } from '../../app/kernel/ids.ts';
import type { Role } from '../../app/kernel/roles.ts';
import { searchWords, sortName } from '../../app/kernel/search-words.ts';

/** Somebody with an account and a browser that is signed in. */
export interface SignedIn {
  readonly id: string;
  readonly organisationId: string;
  readonly email: string;
  /** Headers of that browser: its cookie, and what browsers say of a form of the page's own site. */
  readonly headers: { readonly cookie: string; readonly 'sec-fetch-site': 'same-origin' };
}

/** Puts a person into the database of a running app or appliance, with their organisation if it is not there, and signs them in. */
export async function signedIn(
  { databaseFile }: { readonly databaseFile: string },
  role: Role,
  {
    organisation = 'Clinic North',
    name = `Some ${role}`,
    email = `${newId()}@example.org`,
  }: { readonly organisation?: string; readonly name?: string; readonly email?: string } = {},
): Promise<SignedIn> {
  const database = await openDatabase(databaseFile);
  try {
    const now = Date.now();
    const id = newId();
    const known = await database('organisations')
      .where({ sort_name: sortName(organisation) })
      .first('id');
    const organisationId: string = known?.id ?? newId();
    if (!known) {
      await database('organisations').insert({
        id: organisationId,
        name: organisation,
        sort_name: sortName(organisation),
        status: 'active',
        started_at: now,
        created_at: now,
      });
    }
    await database('people').insert({
      id,
      organisation_id: organisationId,
      email,
      name,
      sort_name: sortName(name),
      language: 'en',
      role,
      status: 'active',
      created_at: now,
    });
    const words = searchWords(name, email).map((word) => ({ word, person_id: id }));
    await database('people_words').insert(words);
    const sessions = new Sessions({ database, clock: Date.now, idleMs: 1, lifetimeMs: 1 });
    const { token } = await database.transaction((transaction) =>
      sessions.begin(transaction, { personId: id, device: 'Firefox, Linux' }),
    );
    const headers = { cookie: `${SESSION_COOKIE}=${token}`, 'sec-fetch-site': 'same-origin' } as const;
    return { id, organisationId, email, headers };
  } finally {
    await database.destroy();
  }
}
