import { createHash } from 'node:crypto';
import anyAscii from 'any-ascii';

/** Most characters that a room's name may have. */
export const ROOM_NAME_LIMIT = 200;

/** Most characters of a slug. The signalling contract says the same; a test holds the two together. */
const SLUG_LIMIT = 64;
const HASH_LENGTH = 8;

/** By what the addresses of hidden rooms begin. No other room has one: when a hidden room is gone, its address is nobody's. */
export const HIDDEN_BEGINNING = 'visit-';

export function isHiddenSlug(slug: string): boolean {
  return slug.startsWith(HIDDEN_BEGINNING);
}

/**
 * The part of a room's address after `/r/`, made of the name that somebody typed: small Latin letters and digits in
 * groups with one hyphen between, whatever the script (`Réunion d'équipe n° 3` → `reunion-d-equipe-n-3`, `会议` →
 * `huiyi`), so that it can be read out and typed on any keyboard. A slug is its own slug.
 *
 * Names that differ in their letters only by accents or case are one room. A name too long for a slug is cut, and
 * what is cut away still counts: a piece of its hash follows.
 *
 * @returns null for a name without a letter or digit, or of more than {@link ROOM_NAME_LIMIT} characters.
 */
export function slugOf(name: string): string | null {
  const plain = name.normalize('NFKC').trim();
  if (plain.length > ROOM_NAME_LIMIT || !/[\p{L}\p{N}]/u.test(plain)) return null;

  const slug = plain
    // Joiners are part of a word in Persian and in Indian scripts.
    .replaceAll(/[\u200c\u200d]/g, '')
    // What is no word parts words, before a sign could be spelled out (° → deg).
    .replaceAll(/[^\p{L}\p{N}\p{M}]+/gu, ' ')
    .replaceAll(/\P{ASCII}+/gu, (word) => anyAscii(word))
    .toLowerCase()
    // Some letters have no Latin one and are written as a mark within the word.
    .replaceAll(/['`]/g, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');

  // A script that cannot be transliterated.
  if (slug === '') return `room-${hashOf(plain)}`;
  if (slug.length <= SLUG_LIMIT) return slug;
  const beginning = slug.slice(0, SLUG_LIMIT - HASH_LENGTH - 1).replace(/-$/, '');
  return `${beginning}-${hashOf(slug)}`;
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, HASH_LENGTH);
}
