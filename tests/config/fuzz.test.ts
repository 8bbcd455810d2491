import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { Check } from 'typebox/value';
import { stringify } from 'yaml';
import { ConfigError, loadConfig } from '../../config/load.ts';
import { ConfigSchema } from '../../config/schema.ts';
import { readSettings } from '../../config/settings.ts';

// Thousands of files are written and read.
t.setTimeout(180_000);

const folder = t.testdir();
const file = join(folder, 'linkello.yaml');
const environment = { LINKELLO_CONFIG: file, LINKELLO_DATA: '/tmp/linkello-never-made' };
const LINE = /^[^\n]*linkello\.yaml:[1-9]\d*:[1-9]\d*: \S[^\n]*$/;

/** Fails on anything but a configuration or a ConfigError whose lines are lines. */
async function survives(bytes: Uint8Array | string): Promise<void> {
  await writeFile(file, bytes);
  const error = await loadConfig(environment).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error === undefined) return;
  if (!(error instanceof ConfigError)) throw error;
  const wrong = error.message.split('\n').find((line) => !LINE.test(line));
  if (wrong !== undefined || error.faults.length === 0) throw new Error(`no line of a fault: ${wrong}`);
}

const scalar = fc.oneof(
  fc.integer(),
  fc.integer({ min: 0, max: 65536 }),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.string({ unit: 'binary' }),
  fc.ipV4(),
  fc.ipV6(),
  fc.domain(),
  fc.emailAddress(),
  fc.constantFrom(
    'en',
    'fr',
    'cut',
    'off',
    'yes',
    '::',
    '[::1]:7',
    './x',
    '.',
    '/',
    '\0',
    'secret',
    '__proto__',
  ),
);

const texts: Readonly<Record<string, fc.Arbitrary<string>>> = {
  host: fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6()),
  ip: fc.oneof(fc.ipV4(), fc.ipV6()),
  email: fc.emailAddress(),
  'control-address': fc.constantFrom('127.0.0.1:7000', '[::1]:7000', './x', 'media:443', '0.0.0.0:1', '/'),
  'secret-file': fc.constantFrom('linkello.yaml', '.', '/dev/null', 'none', '../..', 'a\0b'),
};

/** Values that follow the schema more often than not. */
function likely(schema: object): fc.Arbitrary<unknown> {
  const {
    properties,
    items,
    anyOf,
    const: only,
    type,
    minimum,
    maximum,
    format,
    maxLength,
  } = schema as {
    properties?: Record<string, object>;
    items?: object;
    anyOf?: object[];
    const?: unknown;
    type?: string;
    minimum?: number;
    maximum?: number;
    format?: string;
    maxLength?: number;
  };
  const right = (): fc.Arbitrary<unknown> => {
    if (properties) {
      const entries = Object.entries(properties).map(([key, value]) => [key, likely(value)] as const);
      return fc.record(Object.fromEntries(entries), { requiredKeys: [] });
    }
    if (items) return fc.array(likely(items), { maxLength: 4 });
    if (anyOf) return fc.oneof(...anyOf.map(likely));
    if (only !== undefined) return fc.constant(only);
    if (type === 'integer') return fc.integer({ min: minimum ?? 0, max: maximum ?? 1 });
    if (type === 'boolean') return fc.boolean();
    if (type === 'string')
      return texts[format ?? ''] ?? fc.string({ minLength: 1, maxLength: maxLength ?? 20 });
    return fc.constant(null);
  };
  const anything = fc.oneof(scalar, fc.dictionary(fc.string(), scalar), fc.array(scalar));
  return fc.oneof({ weight: 60, arbitrary: right() }, { weight: 1, arbitrary: anything });
}
const settings = likely(ConfigSchema);

const original = (await readFile(join(import.meta.dirname, '../../config/linkello.yaml'), 'utf8')).replaceAll(
  /^( *)#(?=[a-z])/gm,
  '$1',
);
const splice = fc.record({
  at: fc.nat(original.length),
  remove: fc.nat(40),
  insert: fc.oneof(
    fc.constantFrom(
      '\t',
      '\n',
      ': ',
      '- ',
      '---\n',
      '&a ',
      '*a',
      '!!x ',
      '"',
      "'",
      '[',
      ']',
      '{',
      '}',
      '#',
      '|\n',
      '\u0085',
    ),
    fc.string({ unit: 'binary', maxLength: 6 }),
  ),
});

t.test('no bytes whatever', async () => {
  await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), survives), { numRuns: 300 });
});

t.test('no text whatever', async () => {
  const yamlish = fc
    .array(fc.constantFrom(...' \t\n:-?[]{}&*!|>\'"%@`#,ab01'), { maxLength: 60 })
    .map((characters) => characters.join(''));
  await fc.assert(fc.asyncProperty(yamlish, survives), { numRuns: 1000 });
});

t.test('no file that somebody mutilated', async () => {
  const mutilated = fc.array(splice, { minLength: 1, maxLength: 4 }).map((splices) => {
    let text = original;
    for (const { at, remove, insert } of splices) text = text.slice(0, at) + insert + text.slice(at + remove);
    return text;
  });
  await fc.assert(fc.asyncProperty(mutilated, survives), { numRuns: 500 });
});

t.test('no settings whatever', async () => {
  await fc.assert(
    fc.asyncProperty(settings, (value) => survives(stringify(value, { aliasDuplicateObjects: false }))),
    { numRuns: 800 },
  );
});

/** A name with nothing behind it sets nothing: sections and lists of null are as good as not there. */
function withoutEmpty(schema: object, value: unknown): unknown {
  const { properties, type } = schema as { properties?: Record<string, object>; type?: string };
  if (type === 'array') {
    const { items = {} } = schema as { items?: object };
    return Array.isArray(value) ? value.map((item) => withoutEmpty(items, item)) : (value ?? []);
  }
  if (properties === undefined || typeof value !== 'object' || Array.isArray(value)) return value;
  const given = value ?? {};
  const filled: Record<string, unknown> = { ...given };
  for (const [key, schemaOfKey] of Object.entries(properties)) {
    const { default: fallback } = schemaOfKey as { default?: unknown };
    const own = Object.hasOwn(given, key) ? filled[key] : fallback;
    if (own !== undefined) filled[key] = withoutEmpty(schemaOfKey, own);
  }
  return filled;
}

t.test('our sentences and the schema agree on what is right', async (t) => {
  let right = 0;
  fc.assert(
    fc.property(settings, (value) => {
      const read = readSettings(value);
      const fits = Check(ConfigSchema, withoutEmpty(ConfigSchema, value));
      if (fits) right += 1;
      return fits === (read.findings.length === 0) && (!fits || Check(ConfigSchema, read.settings));
    }),
    { numRuns: 6000 },
  );
  t.ok(right > 50, `${right} of them were right`);
});
