import type { Database, Transaction } from '../database/open.ts';
import { type Clock, HOUR_MS } from '../kernel/clock.ts';
import type { AuditAction } from './actions.ts';
import { type AuditRow, CHAIN_START, hashOf, sealOf } from './chain.ts';

declare module 'fastify' {
  interface FastifyInstance {
    readonly audit: AuditLog;
  }
}

/** Who did something. A `command` is the command line on the server; `system` what happens by itself. */
export interface Actor {
  readonly kind: 'person' | 'guest' | 'command' | 'system';
  /** A person's id; null for the others. */
  readonly id: string | null;
  /** Of the request that it was done with. */
  readonly requestId: string | null;
}

export const command: Actor = { kind: 'command', id: null, requestId: null };
export const system: Actor = { kind: 'system', id: null, requestId: null };

export interface AuditEntry {
  readonly action: AuditAction;
  /** Whose log it belongs to, besides the appliance's. */
  readonly organisationId?: string | null;
  /** What it was done to: `person`, `room`, and the row's id. */
  readonly object?: { readonly kind: string; readonly id: string };
  /** Never a name, an address or any other personal value: names of fields, counts, roles. */
  readonly details?: Readonly<Record<string, string | number | boolean | null | readonly string[]>>;
}

export interface AuditLogOptions {
  readonly database: Database;
  /** Seals the chain. */
  readonly key: string;
  readonly clock: Clock;
}

/** What the same reader opens again within this time is one look. */
const ONE_LOOK_MS = HOUR_MS;

/** The log of who did or looked at what. */
export class AuditLog {
  readonly #database: Database;
  readonly #key: string;
  readonly #clock: Clock;
  /** When looks that may go on began, the oldest first. */
  readonly #looks = new Map<string, number>();

  constructor({ database, key, clock }: AuditLogOptions) {
    this.#database = database;
    this.#key = key;
    this.#clock = clock;
  }

  /**
   * Adds an entry. Within the transaction of what it tells of, if there is one: then either both are there or none.
   */
  async record(actor: Actor, entry: AuditEntry, transaction?: Transaction): Promise<void> {
    if (transaction) return this.#append(actor, entry, transaction);
    await this.#database.transaction((own) => this.#append(actor, entry, own));
  }

  /**
   * Adds an entry about a look that goes on, unless the same reader had the same within the hour: a page that lives, and
   * is opened again on every gap of the network, or a program that asks every minute.
   *
   * @param reader session, token or address by which it is looked at
   */
  async recordLook(reader: string, actor: Actor, entry: AuditEntry): Promise<void> {
    const now = this.#clock();
    for (const [look, at] of this.#looks) {
      if (now - at < ONE_LOOK_MS) break;
      this.#looks.delete(look);
    }
    const look = JSON.stringify([reader, entry]);
    if (this.#looks.has(look)) return;
    await this.record(actor, entry);
    this.#looks.set(look, now);
  }

  async #append(actor: Actor, entry: AuditEntry, transaction: Transaction): Promise<void> {
    const head: { number: number; hash: string } | undefined = await transaction('audit_head').first(
      'number',
      'hash',
    );
    const row: AuditRow = {
      number: (head?.number ?? 0) + 1,
      at: this.#clock(),
      action: entry.action,
      actor_kind: actor.kind,
      actor_id: actor.id,
      organisation_id: entry.organisationId ?? null,
      object_kind: entry.object?.kind ?? null,
      object_id: entry.object?.id ?? null,
      details: JSON.stringify(entry.details ?? {}),
      request_id: actor.requestId,
      previous_hash: head?.hash ?? CHAIN_START,
    };
    const hash = hashOf(row, this.#key);
    const next = { number: row.number, hash };
    await transaction('audit').insert({ ...row, hash });
    await transaction('audit_head')
      .insert({ only: 1, ...next, seal: sealOf(next, this.#key) })
      .onConflict('only')
      .merge();
  }
}
