import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { access, chmod, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { arch, platform, release } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { finish, project, shell, startShell } from './shell.ts';

t.setTimeout(120_000);

const binary = process.env.MEDIASOUP_WORKER_BIN ?? (await shell('get_worker; echo "$worker"')).stdout.trim();
const { version } = JSON.parse(await readFile(join(project, 'node_modules/mediasoup/package.json'), 'utf8'));
const name = `mediasoup-worker-${version}-${platform()}-${arch()}-kernel${release().split('.')[0]}.tgz`;

/** A mirror of prebuilt workers that has `content` for this machine, or answers 404; with all that was asked for. */
async function mirror(t: Test, content: Buffer | null): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const isFound = content !== null && request.url === `/mirror/${version}/${name}`;
    response.writeHead(isFound ? 200 : 404).end(isFound ? content : undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mirror`, asked };
}

/** What a mirror serves for a worker: a tarball with the program alone. */
async function tarball(t: Test, fill: (file: string) => Promise<unknown>): Promise<Buffer> {
  const folder = t.testdir();
  const file = join(folder, 'mediasoup-worker');
  await fill(file);
  await chmod(file, 0o755);
  const { stdout, status } = spawnSync('tar', ['-C', folder, '-cz', 'mediasoup-worker'], {
    maxBuffer: 2 ** 28,
  });
  t.equal(status, 0, 'the tarball is made');
  return stdout;
}

const environment = (t: Test, url: string) => ({
  LINKELLO_CACHE: join(t.testdir(), 'cache'),
  MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL: url,
  MEDIASOUP_SKIP_WORKER_PREBUILT_DOWNLOAD: undefined,
});
const get = 'get_worker; echo "$worker"';

t.test('the prebuilt worker is downloaded once', async (t) => {
  const content = await tarball(t, (file) => copyFile(binary, file));
  await t.test('and then found in the cache', async (t) => {
    const { url, asked } = await mirror(t, content);
    const env = environment(t, url);
    const first = await shell(get, { env });
    t.equal(first.status, 0, first.stderr);
    t.match(first.stdout, `${env.LINKELLO_CACHE}/mediasoup-worker/${version}-linux-`);
    t.same(await readFile(first.stdout.trim()), await readFile(binary), 'it is the whole program');
    const second = await shell(get, { env });
    t.strictSame(second, { status: 0, stdout: first.stdout, stderr: '' });
    t.strictSame(asked, [`/mirror/${version}/${name}`]);
  });

  await t.test('by two starts at the same time', async (t) => {
    const { url, asked } = await mirror(t, content);
    const env = environment(t, url);
    // What a start that was killed has left.
    await mkdir(join(env.LINKELLO_CACHE, 'making.12345678', 'prebuilt'), { recursive: true });
    const results = await Promise.all([startShell(get, { env }), startShell(get, { env })].map(finish));
    t.strictSame(
      results.map(({ status }) => status),
      [0, 0],
    );
    t.equal(results[0]?.stdout, results[1]?.stdout);
    t.equal(asked.length, 1, 'one waited for the other');
    await t.rejects(access(join(env.LINKELLO_CACHE, 'making.12345678')), 'what was left is cleared away');
  });
});

t.test('what is no worker is not taken', async (t) => {
  const cases: Record<string, { content: Buffer | null; says: RegExp }> = {
    'a mirror without it': { content: null, says: /no available mediasoup-worker prebuilt binary/ },
    garbage: { content: Buffer.from('<html>Sign in to the guest network</html>'), says: /fails to run/ },
    'a program that does not run here': {
      content: await tarball(t, (file) => writeFile(file, '\x7fELF, but for no machine')),
      says: /fails to run/,
    },
    // It passes the check of mediasoup's own, which looks at the exit code only.
    'a program that does nothing': {
      content: await tarball(t, (file) => writeFile(file, '#!/bin/sh\nexit 41\n')),
      says: /does not work here/,
    },
  };
  for (const [title, { content, says }] of Object.entries(cases)) {
    await t.test(title, async (t) => {
      const { url, asked } = await mirror(t, content);
      const env = { ...environment(t, url), folder: t.testdir() };
      const { status, stderr } = await shell('download_worker "$folder" || exit 7', { env });
      t.equal(status, 7, 'it counts as not to be had');
      t.match(stderr, says);
      t.equal(asked.length, 1);
    });
  }
});

t.test("a worker of one's own is taken as it is, if it is one", async (t) => {
  const env = { MEDIASOUP_WORKER_BIN: binary, LINKELLO_CACHE: '/nowhere' };
  t.strictSame(await shell(get, { env }), { status: 0, stdout: `${binary}\n`, stderr: '' });
  const wrong = await shell(get, { env: { ...env, MEDIASOUP_WORKER_BIN: '/bin/true' } });
  t.equal(wrong.status, 1);
  t.match(wrong.stderr, "MEDIASOUP_WORKER_BIN names '/bin/true'");
});

t.test('a cache that cannot be written is named', async (t) => {
  const { status, stderr } = await shell(get, { env: { LINKELLO_CACHE: '/dev/null' } });
  t.equal(status, 1);
  t.match(stderr, 'the folder /dev/null cannot be written');
});
