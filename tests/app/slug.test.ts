import fc from 'fast-check';
import t from 'tap';
import { Check } from 'typebox/value';
import { Slug } from '../../app/meetings/messages.ts';
import { ROOM_NAME_LIMIT, slugOf } from '../../app/rooms/slug.ts';

const anyName = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 250 }),
  fc.string({ unit: 'grapheme', maxLength: 250 }),
  fc.string({ unit: 'grapheme-ascii', maxLength: 250 }),
);

t.test('names and their slugs', async (t) => {
  const cases: Record<string, string | null> = {
    'weekly-review': 'weekly-review',
    'Weekly  Review!': 'weekly-review',
    "Réunion d'équipe n°3": 'reunion-d-equipe-n-3',
    'Réunion d’équipe n° 3': 'reunion-d-equipe-n-3',
    'E\u0301te\u0301': 'ete',
    'Straße & Œuvre': 'strasse-oeuvre',
    'Łódź/Ærø': 'lodz-aero',
    İSTANBUL: 'istanbul',
    Встреча: 'vstrecha',
    'Σύσκεψη 2': 'syskepsi-2',
    会议: 'huiyi',
    会議室: 'huiyishi',
    회의실: 'hoeuisil',
    हिन्दी: 'hindi',
    'قاعة ٣': 'qh-3',
    '①②': '12',
    ｆｕｌｌ: 'full',
    'a_b.c': 'a-b-c',
    '👑 king 👑': 'king',
    '--x--': 'x',
    '': null,
    ' \t\n': null,
    '!?…': null,
    '👑': null,
    '\u0301': null,
  };
  for (const [name, slug] of Object.entries(cases)) t.equal(slugOf(name), slug, JSON.stringify(name));
});

t.test('a slug is what the signalling contract takes, and its own slug', async () => {
  fc.assert(
    fc.property(anyName, (name) => {
      const slug = slugOf(name);
      return slug === null || (Check(Slug, slug) && slugOf(slug) === slug);
    }),
    { numRuns: 3000 },
  );
});

t.test('what the signalling contract takes is a slug', async () => {
  const group = fc.string({ unit: fc.constantFrom(...'abcz019'), minLength: 1, maxLength: 12 });
  const contractSlug = fc
    .array(group, { minLength: 1, maxLength: 8 })
    .map((groups) => groups.join('-'))
    .filter((slug) => Check(Slug, slug));
  fc.assert(fc.property(contractSlug, (slug) => slugOf(slug) === slug));
});

t.test('every name with a letter or digit has a room, whatever the script', async () => {
  fc.assert(
    fc.property(anyName, (name) => {
      const plain = name.normalize('NFKC').trim();
      return (slugOf(name) !== null) === (plain.length <= ROOM_NAME_LIMIT && /[\p{L}\p{N}]/u.test(plain));
    }),
    { numRuns: 3000 },
  );
});

t.test('long names that begin alike are rooms apart', async (t) => {
  const beginning = 'Steering committee of the northern region, extraordinary session of ';
  const [january, february] = [slugOf(`${beginning}January`), slugOf(`${beginning}February`)];
  t.not(january, february);
  t.ok(january?.startsWith('steering-committee-of-the-northern-region'));
  t.equal(slugOf('x'.repeat(64)), 'x'.repeat(64));
  t.equal(slugOf('x'.repeat(65))?.length, 64);
  t.equal(slugOf('x'.repeat(ROOM_NAME_LIMIT))?.length, 64);
  t.equal(slugOf('x'.repeat(ROOM_NAME_LIMIT + 1)), null);
});
