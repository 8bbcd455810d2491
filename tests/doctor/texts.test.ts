import { IntlMessageFormat } from 'intl-messageformat';
import t from 'tap';
import { type CheckName, catalogue, mishaps, type Status } from '../../scripts/doctor/catalogue.ts';
import { checks } from '../../scripts/doctor/checks.ts';
import { type Language, languageOf, texts, textsOf } from '../../scripts/doctor/language.ts';

type Entry = readonly [Status, ...string[]];
type Tree = { readonly [key: string]: string | Tree };
const languages = Object.keys(texts) as Language[];

/** Every entry of the catalogue, by where its texts stand. */
const entries: (readonly [key: string, entry: Entry])[] = [
  ...Object.entries(catalogue).flatMap(([check, codes]) =>
    Object.entries(codes as Record<string, Entry>).map(
      ([code, entry]) => [`checks.${check}.${code}`, entry] as const,
    ),
  ),
  ...Object.entries(mishaps).map(([code, entry]) => [`report.${code}`, entry as Entry] as const),
];

function flat(tree: Tree, path = ''): [key: string, text: string][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [[`${path}${key}`, value]] : flat(value, `${path}${key}.`),
  );
}

/** The names of the gaps in a message, those in its choices too. */
function gaps(text: string, language: string): string[] {
  const names = new Set<string>();
  const look = (parts: readonly unknown[]) => {
    for (const part of parts as { type: number; value?: string; options?: Record<string, { value: [] }> }[]) {
      // 0 is plain text and 7 the number sign of a plural.
      if (part.type !== 0 && part.type !== 7 && part.value !== undefined) names.add(part.value);
      for (const option of Object.values(part.options ?? {})) look(option.value);
    }
  };
  look(new IntlMessageFormat(text, language, undefined, { ignoreTag: true }).getAst());
  return [...names].sort();
}

t.test('every check is in the catalogue, and the other way round', async (t) => {
  const named = ['configuration', ...checks.map(({ name }) => name)];
  t.same(named.toSorted(), Object.keys(catalogue).sort());
  t.equal(new Set(named).size, named.length);
});

for (const language of languages) {
  const found = new Map(flat(texts[language]));

  t.test(`${language}: every finding has its texts, and there are no others`, async (t) => {
    const wanted = entries.flatMap(([key, [status]]) =>
      status === 'green' ? [`${key}.found`] : [`${key}.found`, `${key}.cure`],
    );
    const names = Object.keys(catalogue).map((check) => `checks.${check}.name`);
    const own = ['head', 'foot', 'horizon', 'green', 'amber', 'red'].map((key) => `report.${key}`);
    t.same([...found.keys()].sort(), [...wanted, ...names, ...own].sort());
  });

  t.test(`${language}: texts ask for nothing that a finding does not bring, and use all of it`, async (t) => {
    for (const [key, [, ...params]] of entries) {
      const text = `${found.get(`${key}.found`)} ${found.get(`${key}.cure`) ?? ''}`;
      t.same(gaps(text, language), params.toSorted(), key);
    }
  });

  t.test(`${language}: texts are written as people write`, async (t) => {
    for (const [key, text] of found) {
      const where = `${key}: ${text}`;
      t.notMatch(text, /['"]|\.\.\.| {2}|<|TODO|^\s|\s$|\n/, where);
      if (language === 'fr') t.notMatch(text, / [:;!?»%]|« /, `no-break space in ${where}`);
      else t.notMatch(text, /\u00a0/, where);
    }
  });

  t.test(`${language}: sentences end as such, and have no gap left when they are told`, async (t) => {
    const told = textsOf(language);
    const values = { instant: 1e12, bytes: 5e8 };
    for (const [check, codes] of Object.entries(catalogue) as [CheckName, Record<string, Entry>][]) {
      for (const [code, [status, ...params]] of Object.entries(codes)) {
        const filled = params.map((name) => {
          if (['now', 'written', 'ended', 'begins'].includes(name))
            return [name, { instant: values.instant }];
          if (['free', 'available', 'total'].includes(name)) return [name, { bytes: values.bytes }];
          if (['hosts', 'places', 'addresses', 'files', 'missing'].includes(name)) return [name, ['a', 'b']];
          return [name, ['fault', 'reason', 'problem'].includes(name) ? 'word' : 3];
        });
        const finding = { status, code, params: Object.fromEntries(filled) };
        const sentence = told.found(check, finding);
        if (code !== 'wrong') t.match(sentence, /\.$/, `${check} ${code}: ${sentence}`);
        t.notMatch(sentence, /[{}]|\[object|undefined/, sentence);
        const cure = told.cure(check, finding);
        t.equal(cure === null, status === 'green', `${check} ${code} has a cure if need be`);
        if (cure !== null) t.notMatch(cure, /[{}]|\[object|undefined/, cure);
      }
    }
  });
}

t.test('the language is that of whoever sits there', async (t) => {
  t.equal(languageOf({}), 'en');
  t.equal(languageOf({ LANG: 'C.UTF-8' }), 'en');
  t.equal(languageOf({ LANG: 'fr_FR.UTF-8' }), 'fr');
  t.equal(languageOf({ LANG: 'fr_FR.UTF-8', LC_ALL: 'en_GB.UTF-8' }), 'en');
  t.equal(languageOf({ LANG: 'en_GB.UTF-8', LC_MESSAGES: 'fr_CA' }), 'fr');
  t.equal(languageOf({ LANG: 'fr_FR', LC_ALL: '' }), 'fr');
  t.equal(languageOf({ LANG: 'frr_DE' }), 'en', 'North Frisian is no French');
});
