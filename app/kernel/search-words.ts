import anyAscii from 'any-ascii';

/** A text to sort and compare by: small letters without accents, one blank between words. `Émile  Zola` → `emile zola`. */
export function sortName(text: string): string {
  return anyAscii(text.normalize('NFKC')).toLowerCase().replaceAll(/\s+/g, ' ').trim();
}

/** The words that texts are found by, each once: `Émile Zola`, `e.zola@x.org` → `emile`, `zola`, `e`, `x`, `org`. */
export function searchWords(...texts: readonly string[]): string[] {
  const words = texts.flatMap((text) => sortName(text).split(/[^a-z0-9]+/));
  return [...new Set(words.filter((word) => word !== ''))];
}
