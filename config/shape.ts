import type { TSchema } from 'typebox';
import { ConfigSchema } from './schema.ts';

/**
 * The schema as people meet it: sections, lists and single values. The checks, the commented YAML file and the
 * reference are all read from it.
 */
export type Shape = Section | List | Value;

interface Described {
  /** The schema itself, for the verdict. */
  readonly schema: TSchema;
  /** Empty for the entries of a list. */
  readonly description: string;
  /** Undefined: there is no default, the setting must be given. Null: found out at start. */
  readonly fallback: unknown;
  /** What happens while nothing is set; null where that is simply the default. */
  readonly automatic: string | null;
  readonly unit: string | null;
  /** An example to show, where the default shows too little. */
  readonly example: unknown;
}

export interface Section extends Described {
  readonly kind: 'section';
  readonly entries: ReadonlyMap<string, Shape>;
}

export interface List extends Described {
  readonly kind: 'list';
  readonly item: Shape;
  readonly maxItems: number;
}

export interface Value extends Described {
  readonly kind: 'integer' | 'boolean' | 'choice' | 'text';
  /** Whether null may be written, for the automatic value. */
  readonly nullable: boolean;
  /** What a correct value is, to follow "must be": "a whole number from 1 to 65535". */
  readonly wanted: string;
  /** The words that can be chosen; empty for all but choices. */
  readonly choices: readonly string[];
  /** Name of the format of a text; null if it has none. */
  readonly format: string | null;
}

/** The part of JSON Schema that the settings use. */
interface Keywords {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Keywords>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
  readonly items?: Keywords;
  readonly anyOf?: readonly Keywords[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly format?: string;
  readonly default?: unknown;
  readonly description?: string;
  readonly unit?: string;
  /** Of a range: why it ends where it does. */
  readonly reason?: string;
  readonly automatic?: string;
  readonly examples?: readonly unknown[];
}

const understood = new Set([
  'type',
  'properties',
  'required',
  'additionalProperties',
  'items',
  'anyOf',
  'const',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'maxItems',
  'uniqueItems',
  'format',
  'default',
  'description',
  'unit',
  'reason',
  'automatic',
  'examples',
] satisfies (keyof Keywords)[]);

const formats: Readonly<Record<string, string>> = {
  host: 'a host name or an IP address',
  ip: 'an IP address',
  email: 'an e-mail address',
  'control-address': 'HOST:PORT or the path of a Unix socket',
  'plain-text': 'text on one line',
  'secret-file': 'the path of a file',
  file: 'the path of a file',
  'https-url': 'an address that begins with https://',
  'gateway-url': 'an address that begins with https:// or http://',
  'time-zone': 'the name of a time zone, such as Europe/Paris',
  colour: 'a colour such as "#0a6a73"',
};

/**
 * Reads a schema.
 * @throws TypeError when the schema says something that checks and reference would pass over in silence.
 */
function shapeOf(schema: TSchema): Shape {
  const keywords = schema as Keywords;
  const stranger = Object.keys(keywords).find((keyword) => !(understood as Set<string>).has(keyword));
  if (stranger !== undefined)
    throw new TypeError(`The settings' schema uses "${stranger}", which is unknown.`);

  const described: Described = {
    schema,
    description: keywords.description ?? '',
    fallback: keywords.default,
    automatic: keywords.automatic ?? null,
    unit: keywords.unit ?? null,
    example: keywords.examples?.[0],
  };
  if (keywords.type === 'object' && keywords.additionalProperties === false) {
    const entries = Object.entries(keywords.properties ?? {});
    return {
      ...described,
      kind: 'section',
      entries: new Map(entries.map(([key, value]) => [key, shapeOf(value as TSchema)])),
    };
  }
  if (keywords.type === 'array' && keywords.items !== undefined && keywords.maxItems !== undefined) {
    return {
      ...described,
      kind: 'list',
      item: shapeOf(keywords.items as TSchema),
      maxItems: keywords.maxItems,
    };
  }
  return { ...described, ...readValue(keywords) };
}

function readValue(keywords: Keywords): Omit<Value, keyof Described> {
  const options = keywords.anyOf?.filter((option) => option.type !== 'null') ?? [];
  if (options.length > 0 && options.every((option) => typeof option.const === 'string')) {
    const choices = options.map((option) => String(option.const));
    return {
      kind: 'choice',
      nullable: options.length < (keywords.anyOf ?? []).length,
      wanted: alternatives(choices),
      choices,
      format: null,
    };
  }
  if (keywords.anyOf !== undefined) {
    const [only, ...others] = options;
    if (only === undefined || others.length > 0) throw unreadable(keywords);
    return { ...readValue(only), nullable: options.length < keywords.anyOf.length };
  }
  const plain = { nullable: false, choices: [], format: null } as const;
  if (keywords.type === 'boolean') return { ...plain, kind: 'boolean', wanted: 'true or false' };
  if (keywords.type === 'integer' && keywords.minimum !== undefined && keywords.maximum !== undefined) {
    const unit = keywords.unit === undefined ? '' : ` ${keywords.unit}`;
    const reason = keywords.reason === undefined ? '' : ` (${keywords.reason})`;
    const wanted = `a whole number from ${keywords.minimum} to ${keywords.maximum}${unit}${reason}`;
    return { ...plain, kind: 'integer', wanted };
  }
  if (keywords.type !== 'string') throw unreadable(keywords);
  if (keywords.format !== undefined) {
    const wanted = formats[keywords.format];
    if (wanted === undefined) throw unreadable(keywords);
    return { ...plain, kind: 'text', wanted, format: keywords.format };
  }
  if (keywords.maxLength === undefined) throw unreadable(keywords);
  const length = keywords.minLength
    ? `of ${keywords.minLength} to ${keywords.maxLength}`
    : `of at most ${keywords.maxLength}`;
  return { ...plain, kind: 'text', wanted: `text ${length} characters` };
}

function unreadable(keywords: Keywords): TypeError {
  return new TypeError(`A setting's schema cannot be put into words: ${JSON.stringify(keywords)}`);
}

/** "a", "a or b", "a, b or c". */
export function alternatives(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} or ${last}`;
}

/** What a correct value is, to follow "must be"; `more` is said of it in brackets. */
export function wantedOf(shape: Shape, more?: string): string {
  if (shape.kind === 'section') return 'a mapping of settings';
  if (shape.kind === 'list') return `a list of at most ${shape.maxItems} entries`;
  return `${shape.wanted}${more === undefined ? '' : ` (${more})`}${shape.nullable ? ', or null' : ''}`;
}

const root = shapeOf(ConfigSchema);
if (root.kind !== 'section') throw new TypeError('The settings are no mapping.');

/** All settings. */
export const settingsShape: Section = root;
