/** Control characters, and those that turn the direction of the text behind them, which stands in lists beside others. */
const MISLEADING = /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/u;

/**
 * A name that somebody typed, as it is kept: composed (NFC), without blanks around it and with single ones within.
 *
 * @returns null for one that is empty, longer than `longest` characters or misleading.
 */
export function readTypedName(typed: unknown, longest: number): string | null {
  if (typeof typed !== 'string') return null;
  const name = typed.normalize('NFC').trim();
  if (MISLEADING.test(name)) return null;
  const tidy = name.replaceAll(/\s+/g, ' ');
  const length = [...tidy].length;
  // Something must be seen of it.
  return length >= 1 && length <= longest && /[\p{L}\p{N}\p{P}\p{S}]/u.test(tidy) ? tidy : null;
}
