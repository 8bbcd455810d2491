/** Control characters but for line ends, and those that turn the direction of the text behind them. */
const MISLEADING = /(?!\n)[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/u;

/**
 * Text of several lines that somebody typed, as it is kept: composed (NFC), line ends as `\n`, without blanks around it.
 *
 * @returns null for one that is longer than `longest` characters or misleading; it may be empty.
 */
export function readTypedText(typed: unknown, longest: number): string | null {
  if (typeof typed !== 'string') return null;
  const text = typed.normalize('NFC').replaceAll(/\r\n?/g, '\n').replaceAll('\t', ' ').trim();
  return MISLEADING.test(text) || [...text].length > longest ? null : text;
}
