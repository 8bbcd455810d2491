import { randomBytes } from 'node:crypto';

/** A new name for a row: 24 small hexadecimal digits, random (96 bits), so that nobody can count or guess them. */
export function newId(): string {
  return randomBytes(12).toString('hex');
}

/** What {@link newId} makes. */
export const ID_PATTERN = '^[0-9a-f]{24}$';
