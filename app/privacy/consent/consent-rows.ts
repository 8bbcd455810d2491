import type { Language } from '../../kernel/languages.ts';

/** A row of `consents`. */
export interface ConsentRow {
  readonly id: string;
  readonly person_id: string | null;
  readonly browser_hash: string | null;
  readonly subscription_id: string | null;
  readonly purpose: string;
  /** A row of `consent_texts`. */
  readonly text_version: string;
  readonly language: Language;
  /** JSON: a list of hosts. */
  readonly hosts: string;
  readonly is_given: 0 | 1;
  readonly decided_at: number;
  readonly withdrawn_at: number | null;
}
