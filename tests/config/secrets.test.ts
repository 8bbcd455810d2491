import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import t from 'tap';
import { ConfigError } from '../../config/load.ts';
import { readPassword, readSecret } from '../../config/secrets.ts';

// Many processes are started, on a machine that may have much else to do.
t.setTimeout(180_000);

const MODULE = pathToFileURL(join(import.meta.dirname, '../../config/secrets.ts')).href;

const folders = (dataFolder: string, secretFile: string | null = null) => ({
  dataFolder,
  media: { secret_file: null },
  turn: { secret_file: secretFile },
});

const mode = async (path: string) => (await stat(path)).mode & 0o777;

t.test('a secret is made once, private, of 32 random bytes', async (t) => {
  const data = join(t.testdir(), 'data');
  const secret = await readSecret(folders(data), 'turn');
  t.match(secret, /^[A-Za-z0-9_-]{43}$/);
  t.equal(await mode(join(data, 'turn')), 0o700);
  t.equal(await mode(join(data, 'turn', 'secret')), 0o600);
  t.equal(await readSecret(folders(data), 'turn'), secret, 'and stays');
  t.not(await readSecret(folders(data), 'media-control'), secret, 'each its own');
  t.same(await readdir(join(data, 'turn')), ['secret'], 'nothing else is left');
});

t.test('a folder that others can enter is closed to them', async (t) => {
  const data = t.testdir({ app: {} });
  await chmod(join(data, 'app'), 0o755);
  await readSecret(folders(data), 'sessions');
  t.equal(await mode(join(data, 'app')), 0o700);
});

t.test('processes that start at the same instant get the same secret, all of it', async (t) => {
  const data = t.testdir();
  // Each says when it is ready and reads when told, so that they all read at once.
  const program = `
    import { once } from 'node:events';
    const { readSecret } = await import(${JSON.stringify(MODULE)});
    process.stdout.write('ready\\n');
    await once(process.stdin, 'data');
    process.stdout.write(await readSecret(${JSON.stringify(folders(data))}, 'media-control') + '\\n');
    process.exit(0);
  `;
  const children = Array.from({ length: 6 }, () =>
    spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['pipe', 'pipe', 'inherit'] }),
  );
  await Promise.all(children.map((child) => once(child.stdout, 'data')));
  const texts = children.map((child) => text(child.stdout));
  for (const child of children) child.stdin.write('now');
  const secrets = (await Promise.all(texts)).map((each) => each.trim());
  t.match(secrets[0], /^[A-Za-z0-9_-]{43}$/);
  t.equal(new Set(secrets).size, 1);
  t.same(await readdir(join(data, 'media')), ['secret']);
});

t.test('within one process too', async (t) => {
  const data = t.testdir();
  const secrets = await Promise.all(Array.from({ length: 20 }, () => readSecret(folders(data), 'sessions')));
  t.equal(new Set(secrets).size, 1);
});

t.test('a file of the owner is read as it is, and never made', async (t) => {
  const folder = t.testdir({ own: '0123456789abcdef0123456789abcdef\r\n' });
  await chmod(join(folder, 'own'), 0o400);
  t.equal(await readSecret(folders(folder, join(folder, 'own')), 'turn'), '0123456789abcdef0123456789abcdef');
  await t.rejects(readSecret(folders(folder, join(folder, 'none')), 'turn'), ConfigError);
  t.same(await readdir(folder), ['own']);
});

t.test('wrong ones are refused without a word of their content', async (t) => {
  const content = 'correct-horse-battery-staple';
  for (const [wrong, bits] of [
    [`${content}`, 0o600],
    [`${content} ${content}`, 0o600],
    [`${content}\n${content}`, 0o600],
    [content.repeat(200), 0o600],
    [content.repeat(2), 0o644],
    [content.repeat(2), 0o620],
  ] as const) {
    const data = t.testdir({ turn: {} });
    const file = join(data, 'turn', 'secret');
    await writeFile(file, wrong);
    await chmod(file, bits);
    const error = await readSecret(folders(data), 'turn').catch((thrown: unknown) => thrown);
    t.type(error, ConfigError);
    t.notMatch(`${error} ${(error as Error).stack}`, content);
    t.equal(await readFile(file, 'utf8'), wrong, 'and left alone');
  }
});

t.test('a data folder that cannot be made is told', async (t) => {
  const folder = t.testdir({ file: '' });
  await t.rejects(readSecret(folders(join(folder, 'file')), 'turn'), {
    name: 'ConfigError',
    message: /cannot be made in the data folder \((ENOTDIR|EEXIST)\)$/,
  });
});

t.test('a pipe in place of a file does not hold the start up', async (t) => {
  const folder = t.testdir();
  await mkdir(join(folder, 'turn'));
  const pipe = join(folder, 'turn', 'secret');
  await once(spawn('mkfifo', ['-m', '600', pipe], { stdio: 'inherit' }), 'close');
  await t.rejects(readSecret(folders(folder), 'turn'), /must be a file, got something else/);
});

t.test('a password that somebody else made up: one line of anything, private', async (t) => {
  const folder = t.testdir();
  const read = async (content: string | Buffer, fileMode = 0o600) => {
    const file = join(folder, 'password');
    await writeFile(file, content);
    await chmod(file, fileMode);
    return readPassword(file);
  };
  t.same(await read('short'), { password: 'short' });
  t.same(await read('with blanks, ü and €\n'), { password: 'with blanks, ü and €' });
  t.same(await read(' blanks around it \r\n'), { password: ' blanks around it ' });
  t.same(await read('one\ntwo\n'), { fault: 'must hold one line, got several' });
  t.same(await read(''), { fault: 'must hold a password, got an empty file' });
  t.same(await read('\n'), { fault: 'must hold a password, got an empty file' });
  for (const content of ['a\u0000b', 'a\u0007b', Buffer.from([0x61, 0xff]), 'x'.repeat(1025)])
    t.same(await read(content), { fault: 'must hold one line of text, got something else' });
  t.match(await read('short', 0o640), { fault: /^must be readable by its owner only, got mode 0640/ });
  t.match(await readPassword(folder), { fault: 'must be a file, got a folder' });
  t.match(await readPassword(join(folder, 'nowhere')), { fault: /^must name a file that exists/ });
});
