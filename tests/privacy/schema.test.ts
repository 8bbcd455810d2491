import { join } from 'node:path';
import t from 'tap';
import { categories } from '../../app/categories.ts';
import { openDatabase } from '../../app/database/open.ts';
import { nonPersonal } from '../../app/inventory/non-personal.ts';
import { Register } from '../../app/inventory/register.ts';
import { createTranslate, type Texts } from '../../app/kernel/i18n.ts';
import en from '../../app/locales/en.json' with { type: 'json' };
import fr from '../../app/locales/fr.json' with { type: 'json' };
import { categoryView } from '../../app/privacy/category-view.ts';
import { privacyTerms } from '../../app/privacy/terms.ts';
import { loadConfig } from '../../config/load.ts';

/** Every column of the schema as it is made on a real disk, as `table.column`. */
async function realColumns(file: string): Promise<string[]> {
  const database = await openDatabase(file);
  try {
    const tables: { name: string }[] = await database.raw(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    );
    const columns = await Promise.all(
      tables.map(async ({ name }) => {
        const rows: { column: string }[] = await database.raw(
          'SELECT name AS "column" FROM pragma_table_info(?)',
          [name],
        );
        return rows.map(({ column }) => `${name}.${column}`);
      }),
    );
    return columns.flat().sort();
  } finally {
    await database.destroy();
  }
}

const columns = await realColumns(join(t.testdir(), 'schema.sqlite'));
const register = new Register(categories);
const listed = nonPersonal.flatMap(({ columns }) => columns);
const isListed = (column: string) =>
  listed.includes(column) || listed.includes(column.replace(/\..*$/, '.*'));

t.test('every column is personal data of one category, or said not to be', async (t) => {
  t.ok(columns.length > 150, `${columns.length} columns`);
  const nobodys = columns.filter((column) => register.ownerOf(column) === null && !isListed(column));
  t.strictSame(nobodys, [], 'each has an owner in a data-categories.ts, or a reason in non-personal.ts');
  const both = columns.filter((column) => register.ownerOf(column) !== null && isListed(column));
  t.strictSame(both, [], 'none is called both');
});

t.test('what is declared is there', async (t) => {
  const fields = categories.flatMap(({ fields }) => fields).filter((field) => !field.startsWith('log.'));
  t.strictSame(
    fields.filter((field) => !columns.includes(field)),
    [],
  );
  const stale = listed.filter((entry) =>
    entry.endsWith('.*')
      ? !columns.some((column) => column.startsWith(entry.slice(0, -1)))
      : !columns.includes(entry),
  );
  t.strictSame(stale, []);
  t.equal(new Set(listed).size, listed.length, 'nothing is listed twice');
  for (const { reason } of nonPersonal) t.match(reason, /^[A-Z].{20,}\.$/, reason);
});

t.test('a column that nobody owns is found', async (t) => {
  // What the first test does, with one owner less.
  const fewer = new Register(categories.filter(({ name }) => name !== 'contacts'));
  const nobodys = columns.filter((column) => fewer.ownerOf(column) === null && !isListed(column));
  t.ok(nobodys.includes('contacts.phone'));
});

t.test('no two categories have a name or a field in common', async (t) => {
  const [one, two] = categories;
  if (one === undefined || two === undefined) throw new Error('there are categories');
  t.throws(() => new Register([one, one]), TypeError);
  t.throws(() => new Register([one, { ...two, fields: one.fields }]), TypeError);
  t.equal(register.named('account').name, 'account');
  t.throws(() => register.named('nothing'), TypeError);
});

t.test('every category says all that the notice needs, in every language', async (t) => {
  const config = await loadConfig({
    LINKELLO_CONFIG: join(t.testdir({ 'linkello.yaml': '' }), 'linkello.yaml'),
    LINKELLO_DATA: '/tmp/linkello-never-made',
  });
  const terms = privacyTerms(config);
  const texts: Record<'en' | 'fr', Texts> = { en, fr };
  for (const language of ['en', 'fr'] as const) {
    const translate = createTranslate(language, texts[language]);
    const own = texts[language].data as Record<string, Texts>;
    t.strictSame(Object.keys(own).sort(), categories.map(({ name }) => name).sort(), language);
    for (const category of categories) {
      const { name, legalBasis, retention, hasOwnTime = retention === 'moment' } = category;
      const view = categoryView({ t: translate, language, terms }, category);
      for (const [part, text] of Object.entries(view)) {
        t.ok(String(text).length > 0, `${language} ${name} ${part}`);
      }
      const wanted = ['title', 'what', 'purpose'];
      if (legalBasis === 'legitimate_interests') wanted.push('interest');
      if (hasOwnTime) wanted.push('kept');
      t.strictSame(Object.keys(own[name] ?? {}).sort(), wanted.sort(), `${language} ${name}`);
      t.ok(category.recipients.length > 0, `${name} has recipients`);
      t.ok(category.subjects.length > 0, `${name} is about somebody`);
    }
  }
});
