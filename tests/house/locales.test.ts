import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Handlebars from 'handlebars';
import { IntlMessageFormat } from 'intl-messageformat';
import t from 'tap';
import { errorCatalogue } from '../../app/kernel/errors.ts';
import type { Texts } from '../../app/kernel/i18n.ts';
import { languages } from '../../app/kernel/languages.ts';
import en from '../../app/locales/en.json' with { type: 'json' };
import fr from '../../app/locales/fr.json' with { type: 'json' };

const app = join(import.meta.dirname, '../../app');
const locales: Record<string, Texts> = { en, fr };

/** Every text of a language by its dotted key. */
function flat(texts: Texts, path = ''): Map<string, string> {
  return new Map(
    Object.entries(texts).flatMap(([key, value]) =>
      typeof value === 'string' ? [[`${path}${key}`, value] as const] : [...flat(value, `${path}${key}.`)],
    ),
  );
}

type Part = ReturnType<IntlMessageFormat['getAst']>[number];
/** Kinds of parts in an ICU message, by the numbers that the parser gives them. */
const [ARGUMENT, NUMBER, DATE, TIME, SELECT, PLURAL] = [1, 2, 3, 4, 5, 6] as const;
const kinds: Record<number, string> = {
  [ARGUMENT]: 'value',
  [NUMBER]: 'number',
  [DATE]: 'date',
  [TIME]: 'time',
  [SELECT]: 'choice',
  [PLURAL]: 'count',
};

type Gaps = Map<string, Set<string>>;

/** What a message wants filled in, and how: `name` → `value`; `kind` → `choice`, `both`, `camera`, `other`. */
function gaps(parts: readonly Part[], found: Gaps = new Map()): Gaps {
  for (const part of parts) {
    const kind = kinds[part.type];
    if (kind === undefined) continue;
    const { value, options = {} } = part as Part & {
      readonly value: string;
      readonly options?: Record<string, { value: Part[] }>;
    };
    const uses = found.get(value) ?? new Set();
    found.set(value, uses.add(kind));
    for (const [name, option] of Object.entries(options)) {
      if (part.type === SELECT) uses.add(name);
      gaps(option.value, found);
    }
  }
  return found;
}

const parse = (text: string, language: string) =>
  new IntlMessageFormat(text, language, undefined, { ignoreTag: true }).getAst();

/** The gaps of a message in an order of their own, to be compared. */
const wants = (text: string, language: string) =>
  [...gaps(parse(text, language))].map(([name, uses]) => [name, ...[...uses].sort()]).sort();

t.test('every language has a file, and every file a language', async (t) => {
  const files = globSync('locales/*.json', { cwd: app }).map((file) => /(\w+)\.json$/.exec(file)?.[1]);
  t.same(files.sort(), [...languages].sort());
  t.same(Object.keys(locales).sort(), [...languages].sort());
});

t.test('the same texts in every language, with the same gaps to fill', async (t) => {
  const model = flat(en);
  for (const language of languages) {
    const texts = flat(locales[language] ?? {});
    t.same([...texts.keys()].sort(), [...model.keys()].sort(), language);
    for (const [key, text] of texts)
      t.same(wants(text, language), wants(model.get(key) ?? '', 'en'), `${language} ${key}`);
  }
});

t.test('texts are written as people write', async (t) => {
  for (const language of languages) {
    for (const [key, text] of flat(locales[language] ?? {})) {
      const where = `${language} ${key}: ${text}`;
      t.equal(text.trim(), text, where);
      t.not(text, '');
      // A straight one would also be ICU's escape: `l'{name}` shows `l{name}`.
      t.notMatch(text, /['"]/, `typographic quotes in ${where}`);
      t.notMatch(text, /\.\.\.| {2}|<|TODO/, where);
      if (language === 'fr') t.notMatch(text, / [:;!?»]|« /, `no-break space in ${where}`);
    }
  }
});

t.test('plurals have a form for every number of the language', async (t) => {
  for (const language of languages) {
    const needed = new Intl.PluralRules(language)
      .resolvedOptions()
      .pluralCategories.filter((each) => each !== 'many');
    for (const [key, text] of flat(locales[language] ?? {})) {
      const look = (parts: readonly Part[]): void => {
        for (const part of parts) {
          const { options = {} } = part as { readonly options?: Record<string, { value: Part[] }> };
          if (part.type === PLURAL)
            for (const form of needed) t.ok(form in options, `${language} ${key}: ${form}`);
          for (const option of Object.values(options)) look(option.value);
        }
      };
      look(parse(text, language));
    }
  }
});

t.test('every fault of the catalogue has its sentence and what can be done, and no other has', async (t) => {
  for (const language of languages) {
    const errors = locales[language]?.errors as Texts;
    t.same(Object.keys(errors).sort(), Object.keys(errorCatalogue).sort(), language);
    for (const [code, texts] of Object.entries(errors))
      t.same(Object.keys(texts), ['sentence', 'remedy'], code);
  }
});

/** Calls of `{{t "key" name=value}}` in a view. */
function callsOf(view: string): { readonly key: string; readonly filled: readonly string[] }[] {
  const calls: { key: string; filled: string[] }[] = [];
  const note = (node: hbs.AST.MustacheStatement | hbs.AST.SubExpression) => {
    if ((node.path as hbs.AST.PathExpression).original !== 't') return;
    const [key] = node.params as hbs.AST.StringLiteral[];
    calls.push({ key: key?.value ?? '', filled: (node.hash?.pairs ?? []).map(({ key }) => key) });
  };
  class Visitor extends Handlebars.Visitor {
    override MustacheStatement(node: hbs.AST.MustacheStatement) {
      note(node);
      super.MustacheStatement(node);
    }
    override SubExpression(node: hbs.AST.SubExpression) {
      note(node);
      super.SubExpression(node);
    }
  }
  new Visitor().accept(Handlebars.parse(view));
  return calls;
}

const views = globSync('**/views/*.hbs', { cwd: app }).map(
  (name) => [name, readFileSync(join(app, name), 'utf8')] as const,
);
// The commands speak the app's words; those of the doctor have their own.
const programs = globSync(['**/*.ts', '../scripts/commands/*.ts'], { cwd: app })
  .filter((name) => !name.startsWith('client/'))
  .map((name) => readFileSync(join(app, name), 'utf8'));
/** Texts that programs name: `t('key')` and `` t(`key.${which}`) ``, the latter as far as it is fixed. */
const named = programs.flatMap((program) => [
  ...program.matchAll(/\bt\(\s*'([\w.]+)'/g),
  ...program.matchAll(/\bt\(\s*`([\w.]+)\$\{/g),
]);

t.test('views ask for texts that exist, and fill all their gaps', async (t) => {
  t.ok(views.length >= 5);
  for (const [name, view] of views) {
    const calls = callsOf(view);
    for (const { key, filled } of calls) {
      const text = flat(en).get(key);
      t.ok(text !== undefined, `${name}: ${key}`);
      const wanted = [...gaps(parse(text ?? '', 'en')).keys()];
      t.same([...filled].sort(), wanted.sort(), `${name}: ${key}`);
    }
    t.equal(calls.length, view.match(/[{(]t /g)?.length ?? 0, `${name}: all calls were seen`);
  }
});

t.test('programs ask for texts that exist', async (t) => {
  const keys = [...flat(en).keys()];
  for (const [call, key = ''] of named) {
    const isWhole = call.includes("'");
    t.ok(
      keys.some((each) => (isWhole ? each === key : each.startsWith(key))),
      key,
    );
  }
});

t.test('no text is left over', async (t) => {
  const asked = new Set(views.flatMap(([, view]) => callsOf(view).map(({ key }) => key)));
  for (const key of flat(en).keys()) {
    // The client's own are named by its type checker, the errors' by the catalogue.
    if (/^(client|errors)\./.test(key)) continue;
    const isNamed = named.some(([call, name = '']) =>
      call.includes("'") ? name === key : key.startsWith(name),
    );
    t.ok(asked.has(key) || isNamed, key);
  }
});

t.test('views put nothing into a page as it is, but what is made of views', async (t) => {
  for (const [name, view] of views) {
    const raw = view.match(/\{\{\{.*?\}\}\}|\{\{&.*?\}\}/g) ?? [];
    t.same(raw, name.endsWith('/layout.hbs') ? ['{{{body}}}'] : [], name);
    t.notMatch(view, /<script(?![^>]* (?:src=|type="application\/json"))| on[a-z]+=|javascript:/i, name);
    // Mail programs know no style sheets.
    if (name !== 'mail/views/letter.hbs') t.notMatch(view, / style=/i, name);
    t.notMatch(view, /<[^>]*\s[\w-]+=\{\{/, `${name}: values of attributes in quotes`);
  }
});
