import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { inspectConfig } from '../../config/load.ts';
import { renderMarkdown, renderYaml } from '../../config/reference.ts';
import { ConfigSchema } from '../../config/schema.ts';
import { linkello } from './linkello.ts';

const CHECKOUT = join(import.meta.dirname, '..', '..');
const yaml = await readFile(join(CHECKOUT, 'config', 'linkello.yaml'), 'utf8');
const reference = await readFile(join(CHECKOUT, 'docs', 'configuration.md'), 'utf8');

const inspect = (text: string) =>
  inspectConfig({
    LINKELLO_CONFIG: join(t.testdir({ 'linkello.yaml': text }), 'linkello.yaml'),
    LINKELLO_DATA: '/tmp/linkello-never-made',
  });

/** Every setting by path, found without the code that renders. `[]` is an entry of a list. */
function* paths(schema: object, path = ''): Generator<string> {
  const { properties, items } = schema as { properties?: Record<string, object>; items?: object };
  if (properties === undefined) yield path;
  if (items && 'properties' in items) yield* paths(items, `${path}[]`);
  for (const [key, value] of Object.entries(properties ?? {}))
    yield* paths(value, path === '' ? key : `${path}.${key}`);
}
const settings = [...paths(ConfigSchema)];

t.test('the files are what the schema says', async (t) => {
  t.equal(yaml, renderYaml());
  t.equal(reference, renderMarkdown());
  t.match(await linkello(['settings', 'check']), { code: 0, stderr: '' });
  t.match(await linkello(['settings', 'yaml']), { code: 0, stdout: yaml });
  t.match(await linkello(['settings', 'markdown']), { code: 0, stdout: reference });
});

t.test('the file as it came changes nothing', async (t) => {
  const asItCame = await inspect(yaml);
  const empty = await inspect('');
  t.same(asItCame.changed, []);
  t.same({ ...asItCame.config, file: '' }, { ...empty.config, file: '' });
});

t.test('with every setting taken out of its comment the file is right and changes nothing', async (t) => {
  const lines = yaml.split('\n');
  const commented = lines.filter((line) => /^ *#[a-z]/.test(line));
  const uncommented = lines.map((line) => line.replace(/^( *)#(?=[a-z])/, '$1')).join('\n');
  const inLists = settings.filter((path) => path.includes('[]'));
  t.equal(commented.length, settings.length - inLists.length, 'each setting has its line');
  const loaded = await inspect(uncommented);
  t.same(loaded.changed, []);
  t.same({ ...loaded.config, file: '' }, { ...(await inspect('')).config, file: '' });
});

t.test('each setting alone can be taken out of its comment', async (t) => {
  const lines = yaml.split('\n');
  for (const [index, line] of lines.entries()) {
    if (!/^ *#[a-z]/.test(line)) continue;
    const loaded = await inspect(lines.with(index, line.replace('#', '')).join('\n'));
    t.same(loaded.changed, [], line.trim());
  }
});

t.test('the examples are right', async (t) => {
  const examples = [...yaml.matchAll(/^( *)# For example:\n((?:\1# {3}.*\n)+)/gm)];
  t.ok(examples.length >= 2);
  for (const { index, 1: indent = '', 2: text = '' } of examples) {
    const example = text.replaceAll(/^ *# {3}/gm, indent);
    const [, section = ''] = [...yaml.slice(0, index).matchAll(/^(\w+):$/gm)].at(-1) ?? [];
    const loaded = await inspect(indent === '' ? example : `${section}:\n${example}`);
    t.equal(loaded.changed.length, 1, example);
  }
});

t.test('the reference has a row and an anchor for each setting and a heading for each section', async (t) => {
  for (const path of settings) {
    const anchor = path.replaceAll(/\W+/g, '-').replace(/-$/, '');
    t.ok(reference.includes(`| <a id="${anchor}"></a>\`${path}\` |`), path);
  }
  const rows = reference.split('\n').filter((line) => line.startsWith('| <a id='));
  t.equal(rows.length, settings.length);
  t.ok(
    rows.every((row) => row.replaceAll('\\|', '').split('|').length === 6),
    'four cells each',
  );
  for (const section of Object.keys(ConfigSchema.properties))
    t.ok(reference.includes(`\n## ${section}\n`), section);
});

t.test('what is written can be read: every setting has a purpose', async (t) => {
  const purposes = reference.split('\n').filter((line) => line.startsWith('| <a id='));
  t.ok(purposes.every((row) => /\| [^|]{10,}\.? \|$/.test(row)));
});
