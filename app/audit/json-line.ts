import type { StoredEntry } from './entries.ts';

/** An entry as one line of JSON (jsonlines.org), its end of line included. Instants as in RFC 3339, in UTC. */
export function jsonLine(entry: StoredEntry): string {
  return `${JSON.stringify({
    number: entry.number,
    at: new Date(entry.at).toISOString(),
    action: entry.action,
    actor: { kind: entry.actor_kind, id: entry.actor_id },
    organisationId: entry.organisation_id,
    object: entry.object_id === null ? null : { kind: entry.object_kind, id: entry.object_id },
    details: JSON.parse(entry.details),
    requestId: entry.request_id,
    previousHash: entry.previous_hash,
    hash: entry.hash,
  })}\n`;
}
