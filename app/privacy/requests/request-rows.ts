import type { Language } from '../../kernel/languages.ts';

/** The rights that a request exercises (GDPR, Articles 15 to 21). */
export const requestKinds = [
  'access',
  'rectification',
  'erasure',
  'restriction',
  'portability',
  'objection',
] as const;
export type RequestKind = (typeof requestKinds)[number];

/** Whether the answer is the data itself. */
export const asksForData = ({ kind }: { readonly kind: RequestKind }) =>
  kind === 'access' || kind === 'portability';

/** How a request came. */
export const requestChannels = ['form', 'letter', 'email'] as const;
export type RequestChannel = (typeof requestChannels)[number];

/** A row of `requests`. Once it is closed, no column names anybody. */
export interface RequestRow {
  readonly id: string;
  /** From 1; what people are told. */
  readonly number: number;
  readonly kind: RequestKind;
  readonly channel: RequestChannel;
  /** Whose account it is about, where they were signed in. */
  readonly person_id: string | null;
  readonly email: string | null;
  readonly name: string | null;
  readonly message: string | null;
  readonly language: Language;
  readonly received_at: number;
  /** The last millisecond of the last day. */
  readonly due_at: number;
  readonly extended_at: number | null;
  readonly extension_reason: string | null;
  /** When proof of identity was seen; the proof itself is nowhere. */
  readonly identity_checked_at: number | null;
  /** Who saw it; null where a code or a session proved it. */
  readonly identity_checked_by: string | null;
  /** Who asked for the erasure that a second person is to approve. */
  readonly erasure_asked_by: string | null;
  /** Visits that the measurement of the audience erased for it. */
  readonly visits_erased: number;
  readonly state: 'open' | 'answered' | 'refused';
  /** How many days before its end the last reminder went out; null for none. */
  readonly reminded_days: number | null;
  readonly closed_at: number | null;
  /** JSON of a {@link RequestProof}; null while it is open. */
  readonly proof: string | null;
}

/** A row of `request_proofs`: a request that counts once its address was proved by a code. */
export interface PendingRow {
  readonly id: string;
  readonly token_hash: string;
  readonly address_hash: string;
  readonly code_hash: string;
  readonly wrong_codes: number;
  readonly kind: RequestKind;
  /** Null once it counts, or is too old. */
  readonly email: string | null;
  readonly message: string | null;
  readonly language: Language;
  readonly created_at: number;
  readonly expires_at: number;
}

/** Characters of what somebody writes; a page and a half. */
export const MESSAGE_LIMIT = 4000;
