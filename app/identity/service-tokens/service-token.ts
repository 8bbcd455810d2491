/** A program that was let in by its token, and whose it is. */
export interface Service {
  readonly tokenId: string;
  readonly organisationId: string;
}

/** A token of a program, as the console lists it. What the program holds is shown once and stored as a hash. */
export interface ServiceToken {
  readonly id: string;
  readonly organisationId: string;
  readonly organisationName: string;
  /** What it is for, as whoever made it called it: `Appointments of the hospital`. */
  readonly name: string;
  readonly createdAt: number;
  /** When it was used last, to the hour; null: never. */
  readonly usedAt: number | null;
  readonly revokedAt: number | null;
}

/** Characters of a token's name. */
export const TOKEN_NAME_LIMIT = 80;

/** Most tokens of one organisation that are in force. */
export const MOST_TOKENS = 50;

/** The token of `Authorization: Bearer …` (RFC 6750, section 2.1); null for anything else. */
export function bearerOf(header: string | undefined): string | null {
  return /^Bearer +([A-Za-z0-9_-]{43})$/i.exec(header ?? '')?.[1] ?? null;
}
