import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  parseDocument,
  type Scalar,
  visit,
  type YAMLError,
} from 'yaml';
import { dotted, type Path, type Place, shown } from './faults.ts';
import { Positions } from './positions.ts';

/** A fault whose place is known already. */
export interface PlacedFinding {
  readonly place: Place;
  /** `sites[0].host`; empty when it is about the whole file. */
  readonly path: string;
  readonly message: string;
}

/** A YAML file as plain values. */
export interface ReadDocument {
  /** Undefined when the file is too broken to look for more in it. */
  readonly value: unknown;
  readonly positions: Positions;
  readonly findings: readonly PlacedFinding[];
}

/** Nobody's settings are larger; what is may be a wrong file. */
export const LARGEST_FILE_BYTES = 256 * 1024;

/** What aliases may add to a file, in values. */
const MOST_ALIASES = 100;

/** Reads the bytes of a YAML file. Never throws: whatever is wrong becomes a finding. */
export function readDocument(bytes: Uint8Array): ReadDocument {
  const { text, wrongByte } = decode(bytes);
  if (wrongByte !== undefined) {
    const positions = new Positions(text, null);
    const place = positions.at(text.length);
    return {
      value: undefined,
      positions,
      findings: [{ place, path: '', message: notText(bytes, wrongByte) }],
    };
  }
  try {
    return readText(text);
  } catch (error) {
    const positions = new Positions(text, null);
    const why = error instanceof RangeError ? 'it is nested too deeply' : 'it cannot be read';
    const message = `must be correct YAML, but ${why}`;
    return { value: undefined, positions, findings: [{ place: positions.at(0), path: '', message }] };
  }
}

/** The text, up to the first byte that is not UTF-8. */
function decode(bytes: Uint8Array): { readonly text: string; readonly wrongByte?: number } {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    // The longest beginning that is UTF-8, found by halving.
    let good = 0;
    let bad = bytes.length + 1;
    while (bad - good > 1) {
      const middle = Math.floor((good + bad) / 2);
      if (isBeginning(bytes.subarray(0, middle))) good = middle;
      else bad = middle;
    }
    // Whole characters only: the byte that nothing fits behind is the wrong one.
    const beginning = new TextDecoder('utf-8', { ignoreBOM: true });
    const text = beginning.decode(bytes.subarray(0, good), { stream: true });
    return { text: text.replace(/^\uFEFF/, ''), wrongByte: Buffer.byteLength(text) };
  }
}

/** Whether the bytes are UTF-8, perhaps cut within a character. */
function isBeginning(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

function notText(bytes: Uint8Array, wrongByte: number): string {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    return 'must be a UTF-8 text, got UTF-16';
  }
  const byte = bytes[wrongByte] ?? 0;
  return `must be a UTF-8 text, got the byte 0x${byte.toString(16).padStart(2, '0')}`;
}

function readText(text: string): ReadDocument {
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    merge: false,
    resolveKnownTags: false,
    stringKeys: true,
    // Found below, with the path of the key.
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'error',
  });
  const positions = new Positions(text, document.contents);
  const syntax = syntaxFindings(document, positions, text);
  if (syntax.length > 0) return { value: undefined, positions, findings: syntax };

  const { findings, firstAlias } = structureFindings(document, positions);
  try {
    return { value: document.toJS({ maxAliasCount: MOST_ALIASES }), positions, findings };
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    const unresolved = findings.some(({ message }) => message.startsWith(UNKNOWN_ANCHOR));
    const exploding = {
      place: firstAlias ?? positions.at(0),
      path: '',
      message: `must not hold more than ${MOST_ALIASES} values by way of aliases, got many more`,
    };
    return { value: undefined, positions, findings: unresolved ? findings : [...findings, exploding] };
  }
}

const UNKNOWN_ANCHOR = 'must name an anchor that stands before it';

/** What the parser says, in words that need no knowledge of its inside. */
const syntaxSentences: Partial<Record<YAMLError['code'], string>> = {
  TAB_AS_INDENT: 'lines are indented with spaces, never with tabs',
  BLOCK_AS_IMPLICIT_KEY:
    'a text with ": " in it needs quotes around it, or the next line is indented too far',
  MULTILINE_IMPLICIT_KEY: 'a setting stands in two lines, or the second is indented too far',
  BAD_SCALAR_START: 'a text that begins like this needs quotes around it',
  BAD_DQ_ESCAPE: 'in double quotes \\ begins an escape; use single quotes',
  BLOCK_IN_FLOW: 'a comma is missing, or a bracket before this is not closed',
  NON_STRING_KEY: 'the name of a setting is a plain word',
  RESOURCE_EXHAUSTION: 'it is nested too deeply',
  TAG_RESOLVE_FAILED: 'no tags (!name) are known here',
  BAD_DIRECTIVE: 'no such directive is known here',
  MULTIPLE_DOCS: 'the file is one document, and --- begins a second',
};

function syntaxFindings(document: Document.Parsed, positions: Positions, text: string): PlacedFinding[] {
  const findings = new Map<number, PlacedFinding>();
  for (const error of [...document.errors, ...document.warnings].toSorted((a, b) => a.pos[0] - b.pos[0])) {
    const offset = openingQuote(document, error) ?? error.pos[0];
    const place = positions.at(offset);
    // What follows in the same line is mostly the echo of the first mistake.
    if (findings.has(place.line)) continue;
    const message = `must be correct YAML: ${syntaxSentence(error)}, got ${excerpt(text, offset)}`;
    findings.set(place.line, { place, path: '', message });
  }
  return [...findings.values()];
}

function syntaxSentence({ code, message }: YAMLError): string {
  const sentence = syntaxSentences[code];
  if (sentence !== undefined) return sentence;
  const quote = UNCLOSED_QUOTE.exec(message)?.[1];
  if (quote !== undefined) return `the quote is not closed with another ${quote}`;
  const bracket = /must be sufficiently indented and end with a ([\]}])/.exec(message)?.[1];
  if (bracket !== undefined) return `${bracket} is missing before this`;
  // What follows a colon quotes the file.
  const [first = ''] = message.split(':', 1);
  return /^[A-Z][a-z]/.test(first) ? first.charAt(0).toLowerCase() + first.slice(1) : first;
}

const UNCLOSED_QUOTE = /^Missing closing (["'])quote/;

/** Where the quote begins that is not closed; it is noticed at the end of the file only. */
function openingQuote(document: Document, error: YAMLError): number | undefined {
  if (!UNCLOSED_QUOTE.test(error.message)) return undefined;
  let offset: number | undefined;
  visit(document, {
    Scalar: (_, { type, range }) => {
      const quoted = type === 'QUOTE_DOUBLE' || type === 'QUOTE_SINGLE';
      if (quoted && range && range[0] < error.pos[0] && error.pos[0] <= range[2]) offset = range[0];
    },
  });
  return offset;
}

/** A few characters from a place to the end of its line; none of a line that may hold a secret. */
function excerpt(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const end = text.indexOf('\n', offset);
  const rest = text.slice(offset, end === -1 ? undefined : end).trimEnd();
  if (rest === '') return 'the end of the line';
  if (/secret|password/i.test(text.slice(start, offset + rest.length))) return 'something else';
  const characters = [...rest];
  return shown(characters.length > 20 ? `${characters.slice(0, 19).join('')}…` : rest);
}

/** Keys that are there twice, colours that were taken for comments, and aliases of nothing. */
function structureFindings(
  document: Document.Parsed,
  positions: Positions,
): { readonly findings: PlacedFinding[]; readonly firstAlias: Place | undefined } {
  const findings: PlacedFinding[] = [];
  const anchors = new Set<string>();
  let firstAlias: Place | undefined;
  visit(document, {
    Node: (_, node, ancestors) => {
      if (isAlias(node)) {
        const place = positions.at(node.range?.[0] ?? 0);
        firstAlias ??= place;
        if (!anchors.has(node.source)) {
          findings.push({ place, path: '', message: `${UNKNOWN_ANCHOR}, got ${shown(`*${node.source}`)}` });
        }
        return;
      }
      const anchor = (node as { anchor?: string }).anchor;
      if (anchor !== undefined) anchors.add(anchor);
      if (!isMap(node)) return;
      const offsets = new Map<string, number>();
      for (const pair of node.items) {
        if (!isScalar(pair.key)) continue;
        const key = String(pair.key.value);
        const swallowed = colourInComment(pair.value);
        if (swallowed !== null && pair.value !== null) {
          const place = positions.at((pair.value as Scalar).range?.[0] ?? 0);
          const path = dotted([...pathOf([...ancestors, node]), key]);
          const message = `must be in quotes, as # begins a comment: "#${swallowed}"`;
          findings.push({ place, path, message });
        }
        const offset = pair.key.range?.[0] ?? 0;
        const first = offsets.get(key);
        if (first === undefined) {
          offsets.set(key, offset);
          continue;
        }
        const path = dotted([...pathOf([...ancestors, node]), key]);
        const message = `must be set once, got it a second time (the first is in line ${positions.line(first)})`;
        findings.push({ place: positions.at(offset), path, message });
      }
    },
  });
  return { findings, firstAlias };
}

/** A colour that stands where a value belongs and is none, for want of quotes: it would be passed over in silence. */
function colourInComment(value: unknown): string | null {
  if (!isScalar(value) || value.value !== null || value.source !== '') return null;
  return /^[0-9a-f]{6}(?![\w-])/i.exec(value.comment ?? '')?.[0] ?? null;
}

/** The path of the last of these nodes, each of which holds the next. */
function pathOf(nodes: readonly unknown[]): Path {
  const path: (string | number)[] = [];
  for (const [index, node] of nodes.entries()) {
    const next = nodes[index + 1];
    if (next === undefined) break;
    const { key, items } = node as { key?: unknown; items?: readonly unknown[] };
    if (isScalar(key)) path.push(String(key.value));
    else if (items !== undefined && !isMap(node)) path.push(items.indexOf(next));
  }
  return path;
}
