import { type AuditLog, command } from '../../audit/audit-log.ts';
import type { Database } from '../../database/open.ts';
import { type Clock, MINUTE_MS } from '../../kernel/clock.ts';
import { newId } from '../../kernel/ids.ts';
import { newToken } from '../../kernel/single-use-token.ts';
import { returnPath } from '../return-path.ts';
import * as store from './store.ts';

/** Why nobody can be let in by an address. */
export type Refusal = 'unknown' | 'blocked' | 'ended';

/**
 * Makes a link that signs somebody in, once, to be handed over by whoever runs the server: the way back in for those
 * whom no letter reaches.
 *
 * @returns its token, or why there is none.
 */
export async function issueSignInLink(
  {
    database,
    audit,
    clock,
  }: { readonly database: Database; readonly audit: AuditLog; readonly clock: Clock },
  { email, minutes }: { readonly email: string; readonly minutes: number },
): Promise<{ readonly token: string } | Refusal> {
  return database.transaction(async (transaction) => {
    const person = await store.admittedByAddress(transaction, email);
    if (person === null) return store.whyNotAdmitted(transaction, email);
    const now = clock();
    const { token, hash } = newToken();
    await store.insertSignIn(transaction, {
      id: newId(),
      purpose: 'sign_in',
      person_id: person.id,
      session_id: null,
      address_hash: null,
      browser_hash: null,
      token_hash: hash,
      code_hash: null,
      wrong_codes: 0,
      wrong_codes_elsewhere: 0,
      return_path: returnPath(null),
      created_at: now,
      expires_at: now + minutes * MINUTE_MS,
      used_at: null,
    });
    await audit.record(
      command,
      {
        action: 'sign_in.link_made',
        organisationId: person.organisationId,
        object: { kind: 'person', id: person.id },
        details: { minutes },
      },
      transaction,
    );
    return { token };
  });
}
