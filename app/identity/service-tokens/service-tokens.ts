import type { AuditLog } from '../../audit/audit-log.ts';
import type { Database } from '../../database/open.ts';
import { type Clock, HOUR_MS } from '../../kernel/clock.ts';
import { AppError } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import type { Scope } from '../../kernel/permissions.ts';
import { hashToken, newToken } from '../../kernel/single-use-token.ts';
import { type Asker, authorityOf } from '../authority.ts';
import { findOrganisation } from '../organisations-store.ts';
import { MOST_TOKENS, type Service, type ServiceToken } from './service-token.ts';
import { countTokens, findToken, insertToken, noteUse, revokeToken, serviceOf } from './store.ts';

export interface ServiceTokensOptions {
  readonly database: Database;
  readonly audit: AuditLog;
  readonly clock: Clock;
}

/** How exactly it is known when a token was used last: writing it at every request would wear out the disk. */
const USED_STEP_MS = HOUR_MS;

/** Tokens by which programs of an organisation come in, instead of people who sign in. */
export class ServiceTokens {
  readonly #database: Database;
  readonly #audit: AuditLog;
  readonly #clock: Clock;

  constructor({ database, audit, clock }: ServiceTokensOptions) {
    this.#database = database;
    this.#audit = audit;
    this.#clock = clock;
  }

  /**
   * Makes a token for an organisation; answers what the program holds, which nobody can read again.
   *
   * @throws AppError `not_found`; `too_many_service_tokens`
   */
  async make(
    asker: Asker,
    { organisationId, name }: { readonly organisationId: string; readonly name: string },
  ): Promise<{ readonly id: string; readonly token: string }> {
    return this.#database.transaction(async (transaction) => {
      const { scope } = await authorityOf(transaction, asker, 'service_tokens.write');
      const organisation = await findOrganisation(transaction, scope, organisationId);
      if (organisation === null || organisation.status === 'ended') throw new AppError('not_found');
      if ((await countTokens(transaction, organisationId, MOST_TOKENS)) === MOST_TOKENS)
        throw new AppError('too_many_service_tokens');
      const { token, hash } = newToken();
      const id = newId();
      const createdAt = this.#clock();
      await insertToken(transaction, { id, organisationId, name, hash, madeBy: asker.person.id, createdAt });
      await this.#audit.record(
        asker.actor,
        { action: 'service_token.made', organisationId, object: { kind: 'service_token', id } },
        transaction,
      );
      return { id, token };
    });
  }

  /** @throws AppError `not_found` */
  async read(scope: Scope, id: string): Promise<ServiceToken> {
    const token = await findToken(this.#database, scope, id);
    if (token === null) throw new AppError('not_found');
    return token;
  }

  /** From now on its program is not let in. Once more does no harm. @throws AppError `not_found` */
  async revoke(asker: Asker, id: string): Promise<void> {
    await this.#database.transaction(async (transaction) => {
      const { scope } = await authorityOf(transaction, asker, 'service_tokens.write');
      const token = await findToken(transaction, scope, id);
      if (token === null) throw new AppError('not_found');
      if (!(await revokeToken(transaction, id, this.#clock()))) return;
      await this.#audit.record(
        asker.actor,
        {
          action: 'service_token.revoked',
          organisationId: token.organisationId,
          object: { kind: 'service_token', id },
        },
        transaction,
      );
    });
  }

  /** Who holds a token; null for none that is in force. */
  async admit(token: string | null): Promise<Service | null> {
    if (token === null) return null;
    const service = await serviceOf(this.#database, hashToken(token));
    if (service === null) return null;
    const { tokenId, organisationId, usedAt } = service;
    const now = this.#clock();
    if (usedAt === null || now - usedAt > USED_STEP_MS) await noteUse(this.#database, tokenId, now);
    return { tokenId, organisationId };
  }
}
