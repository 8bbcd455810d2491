import { Check } from 'typebox/value';
import { dotted, type Finding, type Path, shown } from './faults.ts';
import { objectionTo } from './formats.ts';
import type { Settings } from './schema.ts';
import {
  alternatives,
  type List,
  type Section,
  type Shape,
  settingsShape,
  type Value,
  wantedOf,
} from './shape.ts';
import { nearest } from './spelling.ts';

/** Settings as they follow from a file, before anything is found out at start. */
export interface ReadSettings {
  /** Complete: the default stands in for what is missing or wrong, an empty text where there is no default. */
  readonly settings: Settings;
  readonly findings: readonly Finding[];
  /** The settings whose value is not the default, by path. */
  readonly changed: readonly string[];
}

/** Holds plain values, as YAML gives them, against the schema. A name with nothing behind it sets nothing. */
export function readSettings(value: unknown): ReadSettings {
  const findings: Finding[] = [];
  const settings = settle(settingsShape, value, [], findings) as Settings;
  return { settings, findings, changed: [...differences(settingsShape, settings, [])] };
}

function settle(shape: Shape, value: unknown, path: Path, findings: Finding[]): unknown {
  if (shape.kind === 'section') return settleSection(shape, value, path, findings);
  if (shape.kind === 'list') return settleList(shape, value, path, findings);
  if (Check(shape.schema, value)) return value;
  findings.push({ path, at: 'value', message: sentence(shape, value) });
  return standIn(shape);
}

/** What stands for a wrong value: its default, or an empty text where there is none. */
function standIn(shape: Shape): unknown {
  return shape.fallback === undefined ? '' : shape.fallback;
}

function settleSection(shape: Section, value: unknown, path: Path, findings: Finding[]): unknown {
  const given = value ?? {};
  const settled: Record<string, unknown> = {};
  if (!isMapping(given)) {
    findings.push({ path, at: 'value', message: sentence(shape, value) });
    for (const [key, entry] of shape.entries)
      settled[key] = settle(entry, entry.fallback, [...path, key], []);
    return settled;
  }

  const meant = new Set<string>();
  for (const key of Object.keys(given)) {
    if (shape.entries.has(key)) continue;
    const free = [...shape.entries.keys()].filter((name) => !Object.hasOwn(given, name));
    const near = nearest(key, free) ?? nearest(key, [...shape.entries.keys()]);
    if (near !== undefined) meant.add(near);
    const suggestions = near === undefined ? elsewhere(key) : [near];
    const hint = suggestions.length > 0 ? `did you mean ${alternatives(suggestions)}?` : known(shape);
    findings.push({
      path: [...path, key],
      at: 'key',
      message: `is not a known setting, got ${shown(key)}; ${hint}`,
    });
  }
  for (const [key, entry] of shape.entries) {
    const own = Object.hasOwn(given, key) ? given[key] : entry.fallback;
    // The name that stands in its place has been found wrong already.
    const told = own === undefined && meant.has(key);
    settled[key] = told ? standIn(entry) : settle(entry, own, [...path, key], findings);
  }
  return settled;
}

function settleList(shape: List, value: unknown, path: Path, findings: Finding[]): unknown {
  const given = value ?? [];
  if (!Array.isArray(given) || given.length > shape.maxItems) {
    findings.push({ path, at: 'value', message: sentence(shape, value) });
    return shape.fallback;
  }
  const settled = given.map((item, index) => settle(shape.item, item ?? null, [...path, index], findings));
  const wrong = (index: number) =>
    findings.some((each) => dotted(each.path).startsWith(dotted([...path, index])));
  const right: boolean = Check(shape.schema, settled);
  if (!right && 'uniqueItems' in shape.schema) {
    for (const [index, item] of settled.entries()) {
      const first = settled.indexOf(item);
      if (first === index || wrong(index) || wrong(first)) continue;
      const message = `must be listed once, got ${shown(item)} a second time`;
      findings.push({ path: [...path, index], at: 'value', message });
    }
  }
  return settled;
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function known(section: Section): string {
  const names = [...section.entries.keys()];
  if (names.length === 0) return 'nothing can be set here yet';
  return names.length === 1
    ? `there is ${names[0]}`
    : `there are ${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** The settings of this very name in other sections. */
function elsewhere(key: string): string[] {
  return [...leaves(settingsShape, [])]
    .filter(({ path }) => path.at(-1) === key)
    .map(({ path }) => dotted(path));
}

function* leaves(shape: Shape, path: Path): Generator<{ readonly path: Path; readonly shape: Shape }> {
  if (shape.kind !== 'section') {
    yield { path, shape };
    return;
  }
  for (const [key, entry] of shape.entries) yield* leaves(entry, [...path, key]);
}

function* differences(shape: Shape, value: unknown, path: Path): Generator<string> {
  if (shape.kind !== 'section') {
    if (JSON.stringify(value) !== JSON.stringify(shape.fallback)) yield dotted(path);
    return;
  }
  for (const [key, entry] of shape.entries) {
    yield* differences(entry, (value as Record<string, unknown>)[key], [...path, key]);
  }
}

/** `must be …, got …; did you mean …?` */
function sentence(shape: Shape, value: unknown): string {
  const objection =
    shape.kind === 'text' && shape.format !== null && typeof value === 'string' && value !== ''
      ? objectionTo(shape.format, value)
      : undefined;
  const suggestion = objection?.suggestion ?? suggest(shape, value);
  const hint = suggestion === undefined ? remark(shape, value) : `; did you mean ${suggestion}?`;
  return `must be ${wantedOf(shape, objection?.reason)}, got ${got(shape, value)}${hint}`;
}

function got(shape: Shape, value: unknown): string {
  if (shape.kind === 'list' && Array.isArray(value)) return `${value.length} entries`;
  if (shape.kind !== 'text') return shown(value);
  if (shape.format === 'secret-file') {
    // Somebody may have written the secret itself here.
    if (typeof value === 'string') return 'a text';
    return typeof value === 'number' || typeof value === 'boolean' ? `a ${typeof value}` : shown(value);
  }
  const long = shape.format === null && typeof value === 'string' && value !== '';
  return long ? `${[...value].length} characters` : shown(value);
}

function remark(shape: Shape, value: unknown): string {
  const entryForgotten = shape.kind === 'list' && shape.item.kind === 'section' && isMapping(value);
  return entryForgotten ? '; each entry begins with "- "' : '';
}

function suggest(shape: Shape, value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  // It would show what may be the secret itself.
  if (shape.kind === 'text' && shape.format === 'secret-file') return undefined;
  if (shape.kind === 'list') return suggestList(shape, value);
  if (shape.kind === 'section') return suggestSection(shape, value);
  return suggestValue(shape, value);
}

function suggestList(shape: List, value: unknown): string | undefined {
  if (typeof value !== 'string' || shape.item.kind === 'section') return undefined;
  const words = value.split(/[\s,;]+/).filter((word) => word !== '');
  const right =
    words.length > 0 && words.length <= 8 && words.every((word) => Check(shape.item.schema, word));
  return right ? `[${words.map((word) => JSON.stringify(word)).join(', ')}]` : undefined;
}

function suggestSection(shape: Section, value: unknown): string | undefined {
  const [key, entry] = [...shape.entries].find(([, each]) => each.fallback === undefined) ?? [];
  return key !== undefined && entry !== undefined && Check(entry.schema, value)
    ? `${key}: ${value}`
    : undefined;
}

function suggestValue(shape: Value, value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') {
    const quoted = String(value);
    return shape.kind === 'text' && Check(shape.schema, quoted) ? JSON.stringify(quoted) : undefined;
  }
  if (typeof value !== 'string') return undefined;
  if (shape.kind === 'choice') return nearest(value, shape.choices);
  if (shape.nullable && /^(auto|automatic|none|default|nil)$/i.test(value)) return 'null';
  if (shape.kind === 'boolean') {
    if (/^(y|yes|on|true|enabled?)$/i.test(value)) return 'true';
    return /^(n|no|off|false|disabled?)$/i.test(value) ? 'false' : undefined;
  }
  if (shape.kind !== 'integer') return undefined;
  const number = /^\s*(\d[\d_' ]*)/.exec(value)?.[1]?.replaceAll(/[_' ]/g, '');
  return number !== undefined && Check(shape.schema, Number(number)) ? String(Number(number)) : undefined;
}
