import { createHash, randomBytes } from 'node:crypto';

/** What a person holds; only its hash is ever stored. */
export interface Token {
  /** 32 random bytes as base64url, 43 characters. */
  readonly token: string;
  readonly hash: string;
}

export function newToken(): Token {
  const token = randomBytes(32).toString('base64url');
  return { token, hash: hashToken(token) };
}

/** SHA-256 as hexadecimal digits. No salt and no stretching: nobody can try 2^256 tokens. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
