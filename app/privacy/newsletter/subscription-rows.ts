import type { Language } from '../../kernel/languages.ts';

/** A row of `subscriptions`. Who confirmed and did not end it gets the newsletter. */
export interface SubscriptionRow {
  readonly id: string;
  readonly email: string;
  readonly language: Language;
  /** A row of `consent_texts`. */
  readonly text_version: string;
  readonly asked_at: number;
  readonly confirmed_at: number | null;
  readonly ended_at: number | null;
}

/** A row of `newsletters`. A subject and text that are empty are read in the other language. */
export interface NewsletterRow {
  readonly id: string;
  readonly made_by: string | null;
  readonly made_at: number;
  readonly host: string;
  readonly subject_en: string;
  readonly text_en: string;
  readonly subject_fr: string;
  readonly text_fr: string;
  /** Id of the last subscription that got it. */
  readonly sent_to: string;
  readonly letters: number;
  readonly done_at: number | null;
}
