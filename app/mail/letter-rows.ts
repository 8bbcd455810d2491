import type { Language } from '../kernel/languages.ts';
import type { LetterKind } from './letter-kinds.ts';

/** What became of a letter. All but the first two are the end of it. */
export const letterStates = [
  'waiting',
  'sending',
  'sent',
  'given_up',
  'withdrawn',
  'expired',
  'void',
] as const;
export type LetterState = (typeof letterStates)[number];

/** A row of `letters`. */
export interface LetterRow {
  readonly id: string;
  readonly kind: LetterKind;
  readonly organisation_id: string | null;
  readonly person_id: string | null;
  readonly sensitive: 0 | 1;
  readonly state: LetterState;
  /** How often it was handed to the relay. */
  readonly attempts: number;
  readonly first_attempt_at: number | null;
  readonly next_attempt_at: number;
  /** A `MailFault`. */
  readonly last_fault: string | null;
  /** The relay's reply code, `450 4.2.0`, without its text, in which addresses stand. */
  readonly last_reply: string | null;
  readonly created_at: number;
  readonly expires_at: number | null;
  readonly done_at: number | null;
  readonly language: Language;
  readonly recipient: string;
  readonly recipient_name: string;
  /** Stands for the sender where the settings name none. */
  readonly site_name: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** JSON: a list of `Attachment`. */
  readonly attachments: string;
  /** Where its reader ends it (RFC 8058); empty for a letter that comes once. */
  readonly unsubscribe_url: string;
}

/** Empties a letter. */
export const noContent = { subject: '', text: '', html: '', attachments: '[]', unsubscribe_url: '' } as const;
