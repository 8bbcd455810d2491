import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { iniText } from '../../analytics/ini.ts';
import { php } from './php.ts';

const PROGRAM = join(import.meta.dirname, 'read-ini.php');

async function readBack(ini: Parameters<typeof iniText>[0]): Promise<unknown> {
  const { stdout, stderr, status } = await php([PROGRAM], iniText(ini));
  if (status !== 0 || stderr !== '') throw new Error(`PHP ended with ${status}: ${stderr}`);
  return JSON.parse(stdout);
}

/** What means something to PHP's INI files, to HTML or to both, among other characters. */
const pieces = [
  '"',
  "'",
  '\\',
  '$',
  `\${HOME}`,
  '&',
  '&quot;',
  '&#36;',
  ';',
  '#',
  '[x]',
  '=',
  '!',
  '|',
  '~',
  '^',
];
const words = [
  'null',
  'true',
  'none',
  'off',
  '0',
  '1',
  ' ',
  '(',
  ')',
  '{',
  '}',
  '%',
  '<?php',
  '?>',
  'é',
  '\u{1f600}',
];
const character = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 1 })
  .filter((one) => !/\p{Cc}/u.test(one));
const value = fc
  .array(fc.oneof(fc.constantFrom(...pieces, ...words), character), { maxLength: 12 })
  .map((parts) => parts.join(''))
  .filter((text) => text.isWellFormed());

t.test('PHP reads back exactly what was put in', async (t) => {
  // Many in one file: a process of PHP takes longer than all of them.
  const files = fc.array(value, { minLength: 100, maxLength: 300 });
  await fc.assert(
    fc.asyncProperty(files, files, async (texts, list) => {
      const single = Object.fromEntries(texts.map((text, index) => [`key${index}`, text]));
      const read = await readBack({ Single: single, Several: { entry: list } });
      t.strictSame(read, { Single: single, Several: { entry: list } });
    }),
    { numRuns: 20 },
  );
});

t.test('numbers and switches', async (t) => {
  const text = iniText({ Some: { number: 365, on: true, off: false, none: [] }, Empty: {} });
  t.equal(text, '[Some]\nnumber = 365\non = 1\noff = 0\n\n[Empty]\n');
});

t.test('what cannot be written is refused by its place, and not told', (t) => {
  for (const bad of ['a\nb = c', 'a\0b', '\u{9f}', '\ud800', 'tab\t']) {
    for (const given of [bad, [bad]]) {
      t.throws(() => iniText({ database: { password: given } }), {
        name: 'RangeError',
        message: "Matomo's configuration cannot hold database.password: control characters, or no Unicode.",
      });
    }
  }
  t.end();
});
