import { createHmac } from 'node:crypto';
import type { CategoryErasure } from '../erasure/subject-erasure.ts';
import type { RequestRow } from './request-rows.ts';

/** How a request ended. */
export type RequestOutcome = 'answered' | 'erased' | 'refused';

/** What is left of a closed request. It names nobody. */
export interface RequestProof {
  readonly number: number;
  readonly kind: RequestRow['kind'];
  readonly channel: RequestRow['channel'];
  /** ISO 8601, as the others. */
  readonly receivedAt: string;
  readonly dueAt: string;
  readonly extendedAt: string | null;
  readonly identityCheckedAt: string | null;
  readonly closedAt: string;
  readonly outcome: RequestOutcome;
  /** What was erased: records by category. With an erasure of everything, the number of its certificate. */
  readonly counts: Readonly<Record<string, number>> | null;
  readonly certificate: number | null;
  /** HMAC-SHA-256 over all of the above. */
  readonly hash: string;
}

/** Columns that say who asked, and what; all of them are emptied. */
export const nobody = {
  person_id: null,
  email: null,
  name: null,
  message: null,
  extension_reason: null,
  identity_checked_by: null,
  erasure_asked_by: null,
} as const satisfies Partial<RequestRow>;

/** @param erased is what an erasure came to. */
export function proofOf(
  key: string,
  row: RequestRow,
  closing: {
    readonly at: number;
    readonly outcome: RequestOutcome;
    readonly erased?: { readonly certificate: number; readonly counts: readonly CategoryErasure[] };
  },
): RequestProof {
  const iso = (at: number | null) => (at === null ? null : new Date(at).toISOString());
  const { erased } = closing;
  const text = {
    number: row.number,
    kind: row.kind,
    channel: row.channel,
    receivedAt: new Date(row.received_at).toISOString(),
    dueAt: new Date(row.due_at).toISOString(),
    extendedAt: iso(row.extended_at),
    identityCheckedAt: iso(row.identity_checked_at),
    closedAt: new Date(closing.at).toISOString(),
    outcome: closing.outcome,
    counts: erased !== undefined || row.visits_erased > 0 ? countsOf(row, erased?.counts ?? []) : null,
    certificate: erased?.certificate ?? null,
  };
  return { ...text, hash: sealOf(key, text) };
}

function countsOf(row: RequestRow, counts: readonly CategoryErasure[]): Readonly<Record<string, number>> {
  const visits = row.visits_erased > 0 ? [['visits', row.visits_erased] as const] : [];
  return Object.fromEntries([...counts.map((each) => [each.category, each.records] as const), ...visits]);
}

/** Whether a proof is as it was written. */
export function isWhole(key: string, { hash, ...text }: RequestProof): boolean {
  return hash === sealOf(key, text);
}

/** What the audit log and certificates seal with the same key begins with other words. */
function sealOf(key: string, text: Omit<RequestProof, 'hash'>): string {
  return createHmac('sha256', key)
    .update(JSON.stringify(['request', text]))
    .digest('hex');
}
