import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t, { type Test } from 'tap';
import { create, list } from 'tar';
import { openDatabase } from '../../app/database/open.ts';
import { RunningApp } from '../app/running-app.ts';
import { signedIn } from '../app/signed-in.ts';
import { linkello, ownProgram, type Run } from '../config/linkello.ts';

const settings = 'sites: [{ host: localhost }]\n';

interface Site {
  readonly folder: string;
  readonly app: string;
  readonly env: { readonly LINKELLO_CONFIG: string; readonly LINKELLO_DATA: string };
  readonly run: (...args: string[]) => Promise<Run>;
}

/** A data folder, a configuration, and the command line for both. */
function site(folder: string): Site {
  const env = { LINKELLO_CONFIG: join(folder, 'linkello.yaml'), LINKELLO_DATA: join(folder, 'data') };
  return {
    folder,
    app: join(folder, 'data', 'app'),
    env,
    run: (...args) => linkello(args, { env, cwd: folder }),
  };
}

async function newSite(t: Test): Promise<Site> {
  // Sockets in it have short paths only.
  const folder = await mkdtemp(join(tmpdir(), 'linkello-backup-'));
  t.teardown(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'linkello.yaml'), settings);
  await mkdir(join(folder, 'data'));
  return site(folder);
}

async function namesIn(archive: string): Promise<string[]> {
  const names: string[] = [];
  await list({ file: archive, onReadEntry: (entry) => void names.push(entry.path) });
  return names;
}

t.test('a backup of a running appliance starts another one', async (t) => {
  const running = await RunningApp.start({ sites: [{ host: 'localhost' }] });
  t.teardown(() => running.stop());
  const owner = await signedIn(running, 'owner', { name: 'Émile Zola' });
  await running.app.audit.record(
    { kind: 'person', id: owner.id, requestId: null },
    { action: 'person.made' },
  );
  const source = site(running.folder);
  const file = join(t.testdir(), 'kept.tar.gz');

  const made = await source.run('backup', file);
  t.match(made, { code: 0, stdout: '', stderr: /kept\.tar\.gz: \d+\.\d MB\. It holds keys/ });
  t.equal((await stat(file)).mode & 0o777, 0o600, 'only its owner reads it');
  t.strictSame(
    (await readdir(source.app)).filter((name) => name.startsWith('.')),
    [],
    'no copy is left behind',
  );
  const names = await namesIn(file);
  t.equal(names[0], 'manifest.json');
  for (const name of ['linkello.sqlite', 'audit-key', 'sessions', 'authority/authority.pem'])
    t.ok(names.includes(name), name);
  t.notOk(names.some((name) => /-wal|-shm/.test(name)));

  const database = await openDatabase(running.databaseFile);
  t.match(await database('jobs').first(), { name: 'backup', outcome: 'done' });
  t.match(await database('audit').orderBy('number', 'desc').first(), {
    action: 'backup.made',
    actor_kind: 'command',
  });
  await database.destroy();

  const target = await newSite(t);
  const restored = await target.run('restore', file);
  t.match(restored, { code: 0, stderr: '' });
  t.match(restored.stdout, /made by version .*: 1 people, 0 rooms\./);
  t.match(restored.stdout, /whole: 1 entry/);
  for (const name of ['audit-key', 'sessions', 'authority/authority.pem']) {
    t.equal(
      await readFile(join(target.app, name), 'utf8'),
      await readFile(join(source.app, name), 'utf8'),
      name,
    );
  }
  t.strictSame(
    (await readdir(target.app)).filter((name) => name.startsWith('.')),
    [],
  );
  t.equal((await stat(join(target.app, 'linkello.sqlite'))).mode & 0o777, 0o600);
  const copy = await openDatabase(join(target.app, 'linkello.sqlite'));
  t.match(await copy('people').first(), { id: owner.id, name: 'Émile Zola' });
  t.strictSame(await copy('sessions').select(), [], 'everybody signs in anew');
  t.match(await copy('audit').orderBy('number'), [
    { action: 'person.made' },
    { action: 'backup.restored', details: '{"sessions":1}' },
  ]);
  await copy.destroy();
  t.match(await target.run('audit', 'verify'), { code: 0 });
});

t.test('through standard output and input', async (t) => {
  const running = await RunningApp.start({ sites: [{ host: 'localhost' }] });
  t.teardown(() => running.stop());
  const folder = t.testdir();
  const shell = (env: Site['env'], line: string) =>
    promisify(execFile)('sh', ['-c', `"${process.execPath}" "${ownProgram}" ${line}`], {
      env: { ...process.env, ...env },
    });
  await shell(site(running.folder).env, `backup - >${folder}/kept.tar.gz`);
  const target = await newSite(t);
  const { stdout } = await shell(target.env, `restore - <${folder}/kept.tar.gz`);
  t.match(stdout, /^Restored the backup of /);
});

t.test('nothing is overwritten, by backup or restore', async (t) => {
  const running = await RunningApp.start({ sites: [{ host: 'localhost' }] });
  t.teardown(() => running.stop());
  const source = site(running.folder);
  const file = join(t.testdir({ 'kept.tar.gz': 'mine' }), 'kept.tar.gz');
  t.match(await source.run('backup', file), { code: 1, stderr: /is there already and is not overwritten/ });
  t.equal(await readFile(file, 'utf8'), 'mine');
  const other = `${file}.2`;
  t.match(await source.run('backup', other), { code: 0 });
  t.match(await source.run('restore', other), { code: 1, stderr: /There is a database already/ });
});

t.test('who was erased since stays noted, and nothing of an older database is mixed in', async (t) => {
  const running = await RunningApp.start({ sites: [{ host: 'localhost' }] });
  t.teardown(() => running.stop());
  const source = site(running.folder);
  const line = (digit: string, at: number) => `{"kind":"person","hash":"${digit.repeat(64)}","at":${at}}\n`;
  await writeFile(join(source.app, 'erasures.jsonl'), line('a', 1));
  const file = join(t.testdir(), 'kept.tar.gz');
  t.match(await source.run('backup', file), { code: 0 });
  const target = await newSite(t);
  await mkdir(target.app);
  await writeFile(join(target.app, 'erasures.jsonl'), line('a', 1) + line('b', 2));
  for (const end of ['-wal', '-shm'])
    await writeFile(join(target.app, `linkello.sqlite${end}`), 'of another one');
  t.match(await target.run('restore', file), { code: 0 });
  t.equal(await readFile(join(target.app, 'erasures.jsonl'), 'utf8'), line('a', 1) + line('b', 2));
  t.match(await target.run('audit', 'verify'), { code: 0 });
  t.match(await source.run('restore', file), { code: 1, stderr: /There is a database already/ });
});

t.test('a backup that fails leaves no file, and the console is told', async (t) => {
  const running = await RunningApp.start({ sites: [{ host: 'localhost' }] });
  t.teardown(() => running.stop());
  const folder = t.testdir();
  const failed = await site(running.folder).run('backup', join(folder, 'not-there', 'kept.tar.gz'));
  t.match(failed, { code: 1, stderr: /ENOENT/ });
  t.strictSame(await readdir(folder), []);
  const database = await openDatabase(running.databaseFile);
  t.match(await database('jobs').first(), { name: 'backup', outcome: 'failed' });
  t.strictSame(await database('audit').where({ action: 'backup.made' }), []);
  await database.destroy();
});

t.test('what is no whole backup is refused, and the data folder stays empty', async (t) => {
  const running = await RunningApp.start({ sites: [{ host: 'localhost' }] });
  t.teardown(() => running.stop());
  const folder = t.testdir({
    text: 'Dear reader, this is no archive.',
    foreign: { 'notes.txt': 'hello' },
    newer: { 'manifest.json': '{"kind":"linkello backup","format":2,"version":"9.0.0"}' },
    lacking: { 'manifest.json': '{"kind":"linkello backup","format":1,"version":"0.1.0"}' },
    empty: '',
  });
  const right = join(folder, 'right.tar.gz');
  t.match(await site(running.folder).run('backup', right), { code: 0 });
  await copyFile(right, join(folder, 'cut'));
  await truncate(join(folder, 'cut'), Math.floor((await stat(right)).size / 2));
  const bent = await readFile(right);
  bent.fill(0xff, Math.floor(bent.length / 2), Math.floor(bent.length / 2) + 40);
  await writeFile(join(folder, 'bent'), bent);
  for (const name of ['foreign', 'newer', 'lacking']) {
    await create({ cwd: join(folder, name), gzip: true, file: join(folder, `${name}.tar.gz`) }, ['.']);
  }
  const cases: Readonly<Record<string, RegExp>> = {
    text: /damaged, cut off, or none at all|no backup of Linkello/,
    empty: /no backup of Linkello|none at all/,
    cut: /damaged, cut off/,
    bent: /damaged, cut off/,
    'foreign.tar.gz': /no backup of Linkello/,
    'newer.tar.gz': /made by a newer version of Linkello \(9\.0\.0\)/,
    'lacking.tar.gz': /lacks linkello\.sqlite/,
    'not-there': /ENOENT|none at all/,
  };
  for (const [name, why] of Object.entries(cases)) {
    const target = await newSite(t);
    t.match(await target.run('restore', join(folder, name)), { code: 1, stderr: why }, name);
    t.strictSame(await readdir(target.app).catch(() => []), [], name);
  }
});

t.test('an archive cannot put anything elsewhere', async (t) => {
  const folder = t.testdir({
    inside: {
      'manifest.json': '{"kind":"linkello backup","format":1,"version":"0.1.0"}',
      link: t.fixture('symlink', '/etc'),
    },
    'outside.txt': 'out',
  });
  const file = join(folder, 'evil.tar.gz');
  await create({ cwd: join(folder, 'inside'), gzip: true, file, preservePaths: true }, [
    'manifest.json',
    'link',
    '../outside.txt',
  ]);
  const target = await newSite(t);
  t.match(await target.run('restore', file), { code: 1 });
  t.strictSame(await readdir(target.app), []);
  t.strictSame(await readdir(target.env.LINKELLO_DATA), ['app']);
});

t.test('a wrong use', async (t) => {
  for (const args of [
    ['backup'],
    ['backup', 'a', 'b'],
    ['backup', '--force'],
    ['restore'],
    ['restore', '--yes'],
  ]) {
    t.match(await linkello(args), { code: 2, stdout: '', stderr: /^Usage: linkello (backup|restore) FILE/ });
  }
});
