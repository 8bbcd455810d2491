/** A piece of a text: what is shown, and for an address where it leads. */
export interface Piece {
  readonly text: string;
  readonly href?: string;
}

/** Beginnings of addresses; what else looks like one is left alone. */
const ADDRESSES = /\bhttps?:\/\/[^\s<>"“”«»]+/giu;

/** Ends sentences more often than addresses. */
const TRAILING = /[.,;:!?'’…]+$/u;

const BRACKETS = [
  ['(', ')'],
  ['[', ']'],
] as const;

/**
 * Finds the addresses in a text that somebody wrote. The pieces together are the text: whoever shows them makes text
 * nodes, and links of those with an `href`, which is always `http:` or `https:`.
 */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(ADDRESSES)) {
    const address = withoutEnd(match[0]);
    if (!URL.canParse(address)) continue;
    if (match.index > end) found.push({ text: text.slice(end, match.index) });
    found.push({ text: address, href: new URL(address).href });
    end = match.index + address.length;
  }
  if (end < text.length) found.push({ text: text.slice(end) });
  return found;
}

/** Without the sentence's own signs, and without a bracket that was opened before the address. */
function withoutEnd(match: string): string {
  let address = match.replace(TRAILING, '');
  for (const [open, close] of BRACKETS) {
    while (address.endsWith(close) && count(address, close) > count(address, open)) {
      address = address.slice(0, -1).replace(TRAILING, '');
    }
  }
  return address;
}

const count = (text: string, sign: string) => text.split(sign).length - 1;
