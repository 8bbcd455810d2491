import { createHmac } from 'node:crypto';

/** What a row of the audit log says; everything that its hash covers. */
export interface AuditRow {
  /** From 1, without a gap. */
  readonly number: number;
  readonly at: number;
  readonly action: string;
  readonly actor_kind: string;
  readonly actor_id: string | null;
  readonly organisation_id: string | null;
  readonly object_kind: string | null;
  readonly object_id: string | null;
  /** JSON. */
  readonly details: string;
  readonly request_id: string | null;
  readonly previous_hash: string;
}

/** What the first row names as the hash before it. */
export const CHAIN_START = '0'.repeat(64);

/**
 * HMAC-SHA-256 over every field and the hash before it. With a key, since whoever can write the database could
 * otherwise make a whole new chain; the key is in a file of its own.
 */
export function hashOf(row: AuditRow, key: string): string {
  const fields = [
    row.number,
    row.at,
    row.action,
    row.actor_kind,
    row.actor_id,
    row.organisation_id,
    row.object_kind,
    row.object_id,
    row.details,
    row.request_id,
    row.previous_hash,
  ];
  return createHmac('sha256', key).update(JSON.stringify(fields)).digest('hex');
}

/** Seals how long the chain is and where it ends, so that its last rows cannot be taken away. */
export function sealOf(head: { readonly number: number; readonly hash: string }, key: string): string {
  return createHmac('sha256', key)
    .update(JSON.stringify(['head', head.number, head.hash]))
    .digest('hex');
}
