import type { Language } from '../kernel/languages.ts';
import type { LetterKind } from './letter-kinds.ts';

/** A part of a letter. Texts are in the reader's language and plain: what renders them escapes. */
export type Block =
  | { readonly kind: 'paragraph'; readonly text: string }
  /** A button in HTML, an address of its own line in text. */
  | { readonly kind: 'action'; readonly label: string; readonly url: string }
  /** Digits to type, large. */
  | { readonly kind: 'code'; readonly label: string; readonly code: string }
  /** Labels and values, one pair a line. */
  | { readonly kind: 'facts'; readonly rows: readonly (readonly [label: string, value: string])[] };

export interface Attachment {
  readonly fileName: string;
  /** `text/calendar; charset=utf-8; method=REQUEST` */
  readonly contentType: string;
  readonly content: string;
}

export interface Letter {
  /** What it is for: the console names it, and the foot of the letter says why somebody gets it. */
  readonly kind: LetterKind;
  readonly to: {
    /** An address as `isMailAddress` (address.ts) takes it. */
    readonly email: string;
    readonly name: string;
    readonly language: Language;
    /** Whose account it is about; the letter goes with it. */
    readonly personId?: string | null;
    /** Whose administrators see it in their outbox. */
    readonly organisationId?: string | null;
  };
  readonly subject: string;
  readonly blocks: readonly Block[];
  /** Named at the head of the letter. */
  readonly siteName: string;
  readonly attachments?: readonly Attachment[];
  /** Whether it lets its reader in somewhere. Default: no. */
  readonly isSensitive?: boolean;
  /**
   * Where its reader ends it with one click: an address of ours that takes a POST without cookies (RFC 8058). Mailers
   * show a button for it. Default: none.
   */
  readonly unsubscribeUrl?: string;
  /** When it is of no use any more and is not sent. Default: never. */
  readonly expiresAt?: number;
}
