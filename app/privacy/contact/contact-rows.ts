import type { Language } from '../../kernel/languages.ts';

/** A row of `contacts`: what somebody wrote by the form. */
export interface ContactRow {
  readonly id: string;
  readonly company: string;
  readonly name: string;
  readonly sort_name: string;
  readonly email: string;
  readonly phone: string;
  readonly message: string;
  readonly language: Language;
  /** The site that they wrote on. */
  readonly host: string;
  readonly created_at: number;
  readonly handled_at: number | null;
}
