import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair } from 'yaml';
import type { Path, Place } from './faults.ts';

const START: Place = { line: 1, column: 1 };

/** Where settings stand in a YAML text. */
export class Positions {
  readonly #text: string;
  readonly #contents: Document['contents'];
  readonly #lineStarts: readonly number[];
  #last = { offset: 0, column: 1 };

  constructor(text: string, contents: Document['contents']) {
    this.#text = text;
    this.#contents = contents;
    this.#lineStarts = [0, ...[...text.matchAll(/\n/g)].map((match) => match.index + 1)];
  }

  /** The line of a character, counted from 0. */
  line(offset: number): number {
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  }

  /** The place of a character, counted from 0. */
  at(offset: number): Place {
    const line = this.line(offset);
    const start = this.#lineStarts[line - 1] ?? 0;
    // Counting goes on from the last place in the same line: a file may be one very long line.
    const { offset: last, column: lastColumn } = this.#last;
    const goesOn = start <= last && last <= offset;
    const column = [...this.#text.slice(goesOn ? last : start, offset)].length + (goesOn ? lastColumn : 1);
    this.#last = { offset, column };
    return { line, column };
  }

  /** The place of a setting's name; of an entry itself in a list. A setting that is not there: what holds it. */
  key(path: Path): Place {
    const found = this.#find(path);
    return this.#placeOf(found.key) ?? this.#placeOf(found.value) ?? START;
  }

  /** The place of a setting's value, or of its name where the value is left empty or not there. */
  value(path: Path): Place {
    const found = this.#find(path);
    const empty = isScalar(found.value) && found.value.source === '';
    return (found.whole && !empty ? this.#placeOf(found.value) : undefined) ?? this.key(path);
  }

  /** Whether the file sets this, or something in it; a name with nothing behind it sets nothing. */
  has(path: Path): boolean {
    const { whole, value } = this.#find(path);
    return whole && value !== null && !(isScalar(value) && value.value === null);
  }

  #placeOf(node: Node | null): Place | undefined {
    return node?.range ? this.at(node.range[0]) : undefined;
  }

  /** As much of the path as there is. The place of what an alias stands for is the alias. */
  #find(path: Path): { readonly key: Node | null; readonly value: Node | null; readonly whole: boolean } {
    let key: Node | null = null;
    let value: Node | null = this.#contents;
    for (const step of path) {
      if (isAlias(value)) return { key, value, whole: true };
      if (typeof step === 'number') {
        const item: unknown = isSeq(value) ? value.items[step] : undefined;
        if (item === undefined) return { key, value, whole: false };
        key = null;
        value = item as Node | null;
        continue;
      }
      const pair = isMap(value) ? lastPair(value.items, step) : undefined;
      if (pair === undefined) return { key, value, whole: false };
      key = pair.key;
      value = pair.value;
    }
    return { key, value, whole: true };
  }
}

/** Of a key that is there twice the last one counts, as in the value. */
function lastPair(pairs: readonly Pair[], key: string): Pair<Node, Node | null> | undefined {
  return pairs.findLast((pair) => isScalar(pair.key) && String(pair.key.value) === key) as
    | Pair<Node, Node | null>
    | undefined;
}
