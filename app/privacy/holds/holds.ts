import type { Actor, AuditLog } from '../../audit/audit-log.ts';
import type { Database } from '../../database/open.ts';
import type { Clock } from '../../kernel/clock.ts';
import { AppError } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';

/** A row of `legal_holds`. */
export interface LegalHoldRow {
  readonly id: string;
  readonly object_kind: 'person' | 'organisation';
  readonly object_id: string;
  readonly reason: string;
  readonly ends_at: number;
  readonly made_by: string | null;
  readonly made_at: number;
  readonly lifted_at: number | null;
}

/** A hold, with whom it is about as long as they are there. */
export type ListedHold = LegalHoldRow & {
  readonly object_name: string | null;
  readonly maker_name: string | null;
};

export interface HoldFields {
  readonly kind: 'person' | 'organisation';
  readonly id: string;
  /** As `readTypedName` answers it. */
  readonly reason: string;
  readonly endsAt: number;
}

/** Characters of a reason. */
export const REASON_LIMIT = 500;

/** How many are shown; there are a handful. */
const MOST_SHOWN = 200;

/**
 * Legal holds: as long as one is in force nothing about its person or organisation is erased, by nobody (GDPR, Article
 * 17(3)(e) and 18(1)(c)). Each has a reason and an end, and ends by itself.
 */
export class LegalHolds {
  readonly #database: Database;
  readonly #audit: AuditLog;
  readonly #clock: Clock;

  constructor({ database, audit, clock }: { database: Database; audit: AuditLog; clock: Clock }) {
    this.#database = database;
    this.#audit = audit;
    this.#clock = clock;
  }

  /** Those in force first, then those that are over. */
  async list(): Promise<readonly (ListedHold & { readonly isInForce: boolean })[]> {
    const now = this.#clock();
    const rows: ListedHold[] = await this.#database('legal_holds')
      .select('legal_holds.*')
      .select(
        this.#database.raw(`CASE object_kind
          WHEN 'person' THEN (SELECT name FROM people WHERE people.id = object_id)
          ELSE (SELECT name FROM organisations WHERE organisations.id = object_id) END AS object_name`),
        this.#database.raw('(SELECT name FROM people WHERE people.id = made_by) AS maker_name'),
      )
      .orderByRaw('(lifted_at IS NULL AND ends_at > ?) DESC, made_at DESC', [now])
      .limit(MOST_SHOWN);
    return rows.map((row) => ({ ...row, isInForce: row.lifted_at === null && row.ends_at > now }));
  }

  /** @throws AppError `not_found` when there is no such person or organisation. */
  async make(actor: Actor, { kind, id, reason, endsAt }: HoldFields): Promise<void> {
    await this.#database.transaction(async (transaction) => {
      const found: { organisation_id?: string } | undefined =
        kind === 'person'
          ? await transaction('people').where({ id }).first('organisation_id')
          : await transaction('organisations').where({ id }).first('id');
      if (found === undefined) throw new AppError('not_found');
      const hold: LegalHoldRow = {
        id: newId(),
        object_kind: kind,
        object_id: id,
        reason,
        ends_at: endsAt,
        made_by: actor.id,
        made_at: this.#clock(),
        lifted_at: null,
      };
      await transaction('legal_holds').insert(hold);
      await this.#audit.record(
        actor,
        {
          action: 'hold.made',
          organisationId: found.organisation_id ?? id,
          object: { kind, id },
          details: { ends: new Date(endsAt).toISOString() },
        },
        transaction,
      );
    });
  }

  /** Lets what was held go its way again. @throws AppError `not_found` for one that is not in force. */
  async lift(actor: Actor, id: string): Promise<void> {
    await this.#database.transaction(async (transaction) => {
      const now = this.#clock();
      const row: LegalHoldRow | undefined = await transaction('legal_holds').where({ id }).first();
      const count = await transaction('legal_holds')
        .where({ id, lifted_at: null })
        .where('ends_at', '>', now)
        .update({ lifted_at: now });
      if (row === undefined || count === 0) throw new AppError('not_found');
      const object = { kind: row.object_kind, id: row.object_id };
      await this.#audit.record(actor, { action: 'hold.lifted', object }, transaction);
    });
  }
}
