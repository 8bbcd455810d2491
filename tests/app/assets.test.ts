import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import t from 'tap';
import { buildClient } from '../../app/edge/client-build.ts';
import { RunningApp } from './running-app.ts';

t.test('files of the client, packed as the browser likes and kept for ever', async (t) => {
  const running = await RunningApp.start();
  t.teardown(() => running.stop());
  const url = running.app.assetPath('main.css');
  t.match(url, /^\/assets\/main-[0-9A-Z]{8}\.css$/);
  const get = async (encodings?: string) => {
    const { statusCode, headers, rawPayload } = await running.app.inject({
      url,
      headers: { host: 'localhost', ...(encodings !== undefined && { 'accept-encoding': encodings }) },
    });
    t.equal(statusCode, 200);
    t.match(headers, {
      'content-type': 'text/css; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'Accept-Encoding',
    });
    t.equal(Number(headers['content-length']), rawPayload.byteLength);
    return { encoding: headers['content-encoding'], body: rawPayload };
  };

  const plain = await get();
  t.equal(plain.encoding, undefined);
  for (const [encodings, expected, unpack] of [
    ['gzip, deflate, br, zstd', 'br', brotliDecompressSync],
    ['gzip', 'gzip', gunzipSync],
    ['gzip, br;q=0', 'gzip', gunzipSync],
  ] as const) {
    const { encoding, body } = await get(encodings);
    t.equal(encoding, expected, encodings);
    t.ok(body.byteLength < plain.body.byteLength);
    t.ok(unpack(body).equals(plain.body));
  }
  for (const encodings of ['', 'identity', 'zstd', 'gzip;q=0, br;q=0', ';;,=']) {
    const { encoding, body } = await get(encodings);
    t.equal(encoding, undefined, encodings);
    t.ok(body.equals(plain.body));
  }

  for (const [name, type] of [
    ['room.js', 'text/javascript; charset=utf-8'],
    ['icon.svg', 'image/svg+xml'],
  ] as const) {
    const { headers } = await running.ask(running.app.assetPath(name));
    t.equal(headers['content-type'], type);
  }
  for (const path of [
    '/assets/main.css',
    '/assets/',
    '/assets/..%2fmain.ts',
    '/assets/constructor',
    '/assets/__proto__',
  ])
    t.equal((await running.ask(path)).status, 404, path);
  const icon = await running.ask('/favicon.ico');
  t.equal(icon.headers.location, running.app.assetPath('icon.svg'));
  t.throws(() => running.app.assetPath('other.js'), TypeError);
});

const client = {
  pages: {
    'room.ts': "import { word } from '../word.ts';\nconst said: string = word;\ndocument.title = said;",
  },
  workers: { 'blur.ts': 'postMessage(1);' },
  images: { 'icon.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>' },
  styles: {
    'main.css': "@import './colours.css';",
    'console.css': 'table { color: blue; }',
    'colours.css': 'body { color: red; }',
  },
  'word.ts': "export const word = 'bonjour';",
};

t.test('a name changes with the content, and only then', async (t) => {
  const folder = t.testdir({
    one: structuredClone(client),
    same: structuredClone(client),
    other: { ...client, 'word.ts': "export const word = 'hello';" },
  });
  const [one, same, other] = await Promise.all(
    ['one', 'same', 'other'].map(async (name) => (await buildClient(join(folder, name))).names),
  );
  t.same([...(one?.keys() ?? [])].sort(), ['blur.js', 'console.css', 'icon.svg', 'main.css', 'room.js']);
  t.same(one, same);
  t.equal(one?.get('main.css'), other?.get('main.css'));
  t.not(one?.get('room.js'), other?.get('room.js'));
});

t.test('a fault in the client’s code stops the start, with the place', async (t) => {
  const folder = t.testdir({ ...client, 'word.ts': 'export const word = ;' });
  await t.rejects(buildClient(folder), {
    name: 'StartFault',
    message: /^The browser's code cannot be built:\n.*word\.ts:1:20/s,
  });
  await t.rejects(buildClient(t.testdir({ ...client, pages: { 'room.ts': "import './none.ts';" } })), {
    name: 'StartFault',
    message: /none\.ts/,
  });
});
