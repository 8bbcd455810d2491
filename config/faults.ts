/** Where a setting stands in the settings: keys and, in lists, numbers from 0. */
export type Path = readonly (string | number)[];

/** `sites[0].host`; keys that are no plain words are quoted: `https["my port"]`. The root is empty. */
export function dotted(path: Path): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (!/^[A-Za-z_][\w-]{0,59}$/.test(step)) text += `[${shown(step)}]`;
    else text += text === '' ? step : `.${step}`;
  }
  return text;
}

const SHOWN_CHARACTERS = 60;

/** A value as a fault shows it: on one line, at most 60 characters of it, nothing that a terminal would obey. */
export function shown(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  if (typeof value !== 'string') return String(value);
  const characters = [...value];
  const cut =
    characters.length > SHOWN_CHARACTERS ? [...characters.slice(0, SHOWN_CHARACTERS - 1), '…'] : characters;
  return visible(JSON.stringify(cut.join('')));
}

/** The same with what a terminal would obey, or nobody would see, written out. */
function visible(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}

/** Something wrong with a setting, before it is known where in the file that is. */
export interface Finding {
  readonly path: Path;
  /** Whether the setting's name is wrong, or its value. */
  readonly at: 'key' | 'value';
  /** What is wrong, and what there is instead. */
  readonly message: string;
}

/** A line and a column, both from 1; columns count characters. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** One thing that is wrong with the configuration. */
export class Fault implements Place {
  /** The file as its reader knows it. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** `sites[0].host`; empty when it is about the whole file. */
  readonly path: string;
  /** What is wrong, and what there is instead. Never the content of a secret. */
  readonly message: string;

  constructor(file: string, place: Place, path: string, message: string) {
    this.file = file;
    this.line = place.line;
    this.column = place.column;
    this.path = path;
    this.message = message;
  }

  /** `FILE:LINE:COLUMN: dotted.path: what is wrong, got WHAT`, on one line. */
  toString(): string {
    const path = this.path === '' ? '' : `${this.path}: `;
    return visible(`${this.file}:${this.line}:${this.column}: ${path}${this.message}`);
  }
}

/** The configuration is wrong, so nothing starts. `message` holds one line for each fault, sorted by position. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    const sorted = faults.toSorted(
      (a, b) => compare(a.file, b.file) || a.line - b.line || a.column - b.column || compare(a.path, b.path),
    );
    const once = new Map(sorted.map((each) => [String(each), each]));
    super([...once.keys()].join('\n'));
    this.faults = [...once.values()];
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * What a process does with a wrong configuration: prints the faults to stderr, one a line, and exits with 2. Any
 * other error is thrown on. `const config = await loadConfig().catch(exitOnConfigError)`
 */
export function exitOnConfigError(error: unknown): never {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(2);
}
