import { chmod, cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { type Options, project, shell } from './shell.ts';

/** A folder that any user may read, with `scripts/install/` and a file of needs. */
const folder = await mkdtemp(join(tmpdir(), 'linkello-'));
t.teardown(() => rm(folder, { recursive: true, force: true }));
await chmod(folder, 0o755);
await cp(join(project, 'scripts', 'install'), join(folder, 'scripts', 'install'), { recursive: true });
await writeFile(
  join(folder, 'needs'),
  '# Comment.\ncommand:bash bash\ncommand:no-such-command zebra\n\ncommand:neither-this zebra\nlibrary:no-such-library aardvark\nfont:xx-no-language fonts-none\n',
);
await writeFile(join(folder, 'no-needs'), 'command:bash bash\n');

/** Commands that the functions use, without the means to install: what a PATH is like where nothing can be done. */
const bin = join(folder, 'bin');
await mkdir(bin);
for (const name of ['bash', 'cat', 'sort', 'pkg-config', 'fc-list'])
  await symlink(`/usr/bin/${name}`, join(bin, name));
const withApt = join(folder, 'bin-with-apt');
await cp(bin, withApt, { recursive: true, verbatimSymlinks: true });
await symlink('/usr/bin/apt-get', join(withApt, 'apt-get'));

/** Nobody of importance: the tests may run as root. */
const prefix =
  process.getuid?.() === 0 ? ['/usr/bin/setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [];
const asNobody = (path: string): Options => ({ cwd: folder, prefix, env: { PATH: path } });

t.test('packages that are missing are found, each once', async (t) => {
  const { stdout, status } = await shell('missing_packages needs no-needs', { cwd: folder });
  t.equal(stdout, 'aardvark\nfonts-none\nzebra\n');
  t.equal(status, 0);
});

t.test('without root and sudo, the exact line is printed and the command ends', async (t) => {
  const { stdout, stderr, status } = await shell(
    'need Installing "1 minute" needs; echo went on',
    asNobody(withApt),
  );
  t.match(stderr, /^ {4}apt-get install --no-install-recommends aardvark fonts-none zebra$/m);
  t.equal(stdout, '', 'it does not go on');
  t.equal(status, 1);
});

t.test('without apt-get, what is needed is printed and the command ends', async (t) => {
  const { stdout, stderr, status } = await shell(
    'need Installing "1 minute" needs; echo went on',
    asNobody(bin),
  );
  t.match(stderr, /no apt-get/);
  t.match(stderr, /^ {4}aardvark fonts-none zebra$/m);
  t.equal(stdout, '', 'it does not go on');
  t.equal(status, 1);
});

t.test('what can be done without does not end the command', async (t) => {
  const { stdout, status } = await shell(
    'want Installing "1 minute" needs || echo without',
    asNobody(withApt),
  );
  t.equal(stdout, 'without\n');
  t.equal(status, 0);
});

t.test('where nothing is missing, nothing is said and nobody is asked', async (t) => {
  const result = await shell(
    'need Installing "1 minute" no-needs; want Installing "1 minute" no-needs',
    asNobody(bin),
  );
  t.strictSame(result, { status: 0, stdout: '', stderr: '' });
});
