import { distance } from 'fastest-levenshtein';

/**
 * The known word that was probably meant: the same but for capitals and separators, its beginning, or at most a third
 * of its letters away. Undefined if nothing is near.
 */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (word.length > 64) return undefined;
  const meant = plain(word);
  let best: { readonly word: string; readonly away: number } | undefined;
  for (const candidate of known) {
    const name = plain(candidate);
    const away = steps(meant, name);
    const near =
      away <= Math.max(1, Math.floor(name.length / 3)) || (meant.length >= 4 && name.startsWith(meant));
    if (near && (best === undefined || away < best.away)) best = { word: candidate, away };
  }
  return best?.word;
}

function plain(text: string): string {
  return text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
}

/** Letters to change, add or take away; two that stand in the wrong order count once. */
function steps(a: string, b: string): number {
  const away = distance(a, b);
  const swapped = away === 2 && a.length === b.length && [...a].sort().join() === [...b].sort().join();
  return swapped ? 1 : away;
}
