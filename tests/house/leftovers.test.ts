import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';

/** What nobody needs any more: names that are exported for no one, classes that no page has, texts that nobody says. */

const project = join(import.meta.dirname, '../..');
const folders = ['analytics', 'app', 'config', 'media', 'scripts', 'tests', 'turn'];
const read = (pattern: string) =>
  new Map(
    globSync(pattern, { cwd: project }).map((file) => [file, readFileSync(join(project, file), 'utf8')]),
  );

const programs = read(`{${folders.join(',')}}/**/*.ts`);
const views = read('app/**/*.hbs');
const styles = read('app/client/styles/*.css');
/** What could name a class or a text. */
const pages = [...programs, ...views].filter(([file]) => file.startsWith('app/')).map(([, text]) => text);

t.test('what is exported is asked for elsewhere', async (t) => {
  /** The files in which a word stands. */
  const words = new Map<string, string[]>();
  for (const [file, text] of programs)
    for (const word of new Set(text.match(/[A-Za-z_$][\w$]*/g)))
      words.set(word, [...(words.get(word) ?? []), file]);
  // An interface may be exported to be read: what a function takes, what a class answers.
  const exported = /^export (?:async )?(?:const|function\*?|class|type) (\w+)/gm;
  for (const [file, text] of programs) {
    for (const [line, name = ''] of text.matchAll(exported)) {
      const others = (words.get(name) ?? []).filter((each) => each !== file);
      const isUsedHere = text.split(new RegExp(`\\b${name}\\b`)).length > 2;
      t.ok(others.length > 0 || (isUsedHere && line.includes(' type ')), `${file}: ${name}`);
    }
  }
});

t.test('every class, and every size and colour with a name, is on a page', async (t) => {
  const text = pages.join('\n');
  const css = [...styles.values()].join('\n');
  const names = (pattern: RegExp, within: string) =>
    new Set([...within.matchAll(pattern)].map(([, name = '']) => name));
  const rules = css.replaceAll(/\/\*.*?\*\/|"[^"]*"|url\([^)]*\)/gs, '');
  for (const name of names(/\.([a-z][\w-]*)/gi, rules))
    t.match(text, new RegExp(`(?<![\\w-])${name}(?![\\w-])`), `.${name}`);
  const used = names(/var\((--[\w-]+)/g, css);
  for (const name of names(/(--[\w-]+)\s*:/g, css)) t.ok(used.has(name) || text.includes(name), name);
});

t.test('the client says all of its texts', async (t) => {
  const { client } = JSON.parse(readFileSync(join(project, 'app/locales/en.json'), 'utf8'));
  const keys = (texts: object, path = ''): string[] =>
    Object.entries(texts).flatMap(([key, text]) =>
      typeof text === 'string' ? [`${path}${key}`] : keys(text, `${path}${key}.`),
    );
  const said = pages.join('\n');
  const begun = [...said.matchAll(/`([\w.]+\.)(?:\w*)\$\{/g)].map(([, beginning = '']) => beginning);
  for (const key of keys(client))
    t.ok(
      said.includes(`'${key}'`) || said.includes(`"${key}"`) || begun.some((each) => key.startsWith(each)),
      key,
    );
});
