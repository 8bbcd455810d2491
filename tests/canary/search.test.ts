import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync, gzipSync } from 'node:zlib';
import { strToU8, zipSync } from 'fflate';
import { createTransport } from 'nodemailer';
import t from 'tap';
import { compact } from '../../app/database/compact.ts';
import { openDatabase } from '../../app/database/open.ts';
import { CanarySearch, type Hit } from './search.ts';

/** That the search finds what it is to find, wherever it is: else nothing follows from what it does not find. */

const NAME = 'Élodie Quaxterwyn-Brûlé';
const search = new CanarySearch({ name: NAME });
const encodings = (hits: readonly Hit[]) => [...new Set(hits.map(({ encoding }) => encoding))];
/** Among bytes that say nothing. */
const hidden = (bytes: Buffer | string) =>
  Buffer.concat([randomBytes(1_001), Buffer.from(bytes as string), randomBytes(777)]);

const folder = await mkdtemp(join(tmpdir(), 'linkello-canary-'));
t.teardown(() => rm(folder, { recursive: true, force: true }));

t.test('every encoding', async (t) => {
  const wide = Buffer.from(NAME, 'utf16le');
  const quoted = '=C3=89lodie Quaxterwyn-Br=C3=BBl=C3=A9';
  for (const [encoding, bytes] of [
    ['utf-8', NAME],
    ['utf-8', NAME.toUpperCase()],
    ['utf-8', NAME.normalize('NFD').toLowerCase()],
    ['utf-8', 'elodie quaxterwyn-brule'],
    ['utf-16le', wide],
    ['utf-16be', Buffer.from(wide).swap16()],
    ['percent', encodeURIComponent(NAME)],
    ['percent', encodeURIComponent(NAME).toLowerCase()],
    ['percent', new URLSearchParams({ name: NAME }).toString()],
    ['percent', [...Buffer.from(NAME)].map((byte) => `%${byte.toString(16)}`).join('')],
    ['quoted-printable', quoted],
    ['quoted-printable', `${quoted.slice(0, 16)}=\r\n${quoted.slice(16)}`],
    ['hex', Buffer.from(NAME).toString('hex')],
    ['hex', Buffer.from(NAME).toString('hex').toUpperCase()],
    ['json', String.raw`\u00c9lodie Quaxterwyn-Br\u00fbl\u00e9`],
    ['html', '&#xC9;lodie Quaxterwyn-Br&#xFB;l&#xe9;'],
    ['html', '&#201;lodie Quaxterwyn-Br&#251;l&#233;'],
  ] as const) {
    t.ok(
      encodings(await search.bytes('', hidden(bytes as string))).includes(encoding),
      `${encoding}: ${bytes}`,
    );
  }
});

t.test('Base64 at every alignment, in both alphabets, also broken into lines', async (t) => {
  // With signs of which each alphabet has its own.
  const odd = new CanarySearch({ name: 'ÿþ>>>???~~~Quaxterwyn' });
  const value = Buffer.from('ÿþ>>>???~~~Quaxterwyn');
  for (const before of [0, 1, 2, 3, 4, 5]) {
    for (const after of [0, 1, 2]) {
      const bytes = Buffer.concat([Buffer.alloc(before, 'x'), value, Buffer.alloc(after, 'y')]);
      for (const alphabet of ['base64', 'base64url'] as const) {
        const text = bytes.toString(alphabet);
        t.same(
          encodings(await odd.bytes('', hidden(text))),
          ['base64'],
          `${before} before, ${after} after, ${alphabet}`,
        );
        t.same(encodings(await odd.bytes('', hidden(text.replaceAll(/.{7}/g, '$&\r\n')))), ['base64']);
      }
    }
  }
});

t.test('Base64 of what differs in its last byte alone', async (t) => {
  const address = new CanarySearch({ address: '198.18.77.2' });
  for (const before of ['', 'x', 'xy'])
    t.same(await address.text('', Buffer.from(`${before}198.18.77.1`).toString('base64')), []);
});

t.test('what is packed, also within what is packed', async (t) => {
  const zip = zipSync({ 'a.json': strToU8(JSON.stringify({ name: NAME }) + ' '.repeat(500)) });
  for (const [kind, bytes] of [
    ['gzip', gzipSync(NAME)],
    ['zlib', deflateSync(NAME)],
    ['zip', Buffer.from(zip)],
    ['gzip', gzipSync(gzipSync(hidden(gzipSync(NAME))))],
    // Cut off, as by a crash.
    ['gzip', gzipSync(NAME + randomBytes(50_000).toString('hex')).subarray(0, 20_000)],
  ] as const) {
    const hits = await search.bytes('file', hidden(bytes as Buffer));
    t.match(hits[0], { name: 'name', encoding: 'utf-8' }, kind);
    t.match(hits[0]?.where, `file → ${kind} at `);
  }
});

t.test('a letter and an appointment as they go over the wire', async (t) => {
  const transport = createTransport({ streamTransport: true, buffer: true });
  const event = `BEGIN:VEVENT
SUMMARY:A long line: ${NAME.slice(0, 9)}
 ${NAME.slice(9)}
END:VEVENT
`;
  const { message } = await transport.sendMail({
    to: { name: NAME, address: 'x@example.org' },
    text: `${'Words before. '.repeat(9)}${NAME}${' words behind.'.repeat(9)}`,
    attachments: [{ content: event, filename: 'invite.ics' }],
  });
  const hits = await search.bytes('', message as Buffer);
  t.ok(encodings(hits).includes('quoted-printable'), 'in the text');
  t.ok(
    hits.some(({ where }) => where.includes('base64 at')),
    'in what is attached, where its own lines are broken too',
  );
  t.ok(encodings(await search.text('', event)).includes('utf-8'), 'in a folded line');
});

t.test('nothing is found where there is nothing', async (t) => {
  for (const bytes of [randomBytes(1_000_000), Buffer.from('Élodie Quaxterwyn-Brûl'), Buffer.alloc(0)])
    t.same(await search.bytes('', hidden(bytes)), []);
  t.throws(() => new CanarySearch({ name: 'Ann' }), RangeError, 'found by chance');
});

t.test('files and their names, below any number of folders', async (t) => {
  await mkdir(join(folder, 'files', 'deep', 'deeper'), { recursive: true });
  await writeFile(join(folder, 'files', 'deep', 'deeper', 'note'), gzipSync(NAME));
  await writeFile(join(folder, 'files', `${NAME}.txt`), '');
  const hits = await search.folder(join(folder, 'files'));
  t.same(hits.map(({ where }) => where.normalize('NFC')).sort(), [
    join('deep', 'deeper', 'note → gzip at 0'),
    `the name ${NAME}.txt`,
  ]);
});

t.test('a database: its log, and pages that are free', async (t) => {
  const file = join(folder, 'own.sqlite');
  const database = await openDatabase(file);
  const find = async (name: string) => encodings(await search.bytes(name, await readFile(name)));
  // As any SQLite would be, without what keeps ours clean.
  await database.raw('PRAGMA secure_delete = OFF');
  await database.raw('CREATE TABLE notes (text TEXT)');
  await database('notes').insert({ text: NAME });
  await database('notes').insert({ text: 'x'.repeat(100_000) });
  t.same(await find(`${file}-wal`), ['utf-8'], 'in the log of writes');
  await database('notes').delete();
  await database.raw('PRAGMA wal_checkpoint(TRUNCATE)');
  t.same(await database('notes'), []);
  t.same(await find(file), ['utf-8'], 'in a page that was freed');

  await database.raw('PRAGMA secure_delete = ON');
  await compact(database, file);
  t.same([...(await find(file)), ...(await find(`${file}-wal`))], [], 'and gone from both');
  await database.destroy();
});
