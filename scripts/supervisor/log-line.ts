/**
 * What app and media write: JSON objects, one a line, with `msg` and `level`, a word or pino's number; and plain text
 * when something went wrong early.
 */
interface Entry {
  readonly level?: unknown;
  readonly msg?: unknown;
  readonly err?: { readonly message?: unknown };
}

const LOUD = new Set<unknown>(['warn', 'error', 'fatal', 40, 50, 60]);

/** A line for people: warnings and worse as `media: text`, plain text likewise; null for all that is in order. */
export function lineForPeople(name: string, line: string): string | null {
  const entry = parse(line);
  if (entry === null) return line.trim() === '' ? null : `${name}: ${line}`;
  if (!LOUD.has(entry.level)) return null;
  const cause = entry.err?.message;
  return `${name}: ${String(entry.msg ?? 'no message')}${cause === undefined ? '' : `: ${String(cause)}`}`;
}

/** A line for programs that collect logs: the whole entry, and which process wrote it. */
export function lineForPrograms(name: string, line: string): string {
  if (parse(line) === null) return JSON.stringify({ process: name, level: 'error', msg: line });
  return `{"process":${JSON.stringify(name)},${line.trim().slice(1)}`;
}

function parse(line: string): Entry | null {
  if (!line.startsWith('{"')) return null;
  try {
    return JSON.parse(line) as Entry;
  } catch {
    return null;
  }
}
