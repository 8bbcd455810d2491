import { chmod, cp, mkdtemp, readdir, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { linkello } from './linkello.ts';

// Many processes are started, on a machine that may have much else to do.
t.setTimeout(180_000);

const CASES = join(import.meta.dirname, 'broken');

// Its own short folder: the path of a Unix socket in it must not be too long, wherever the checkout is.
const scratch = await realpath(await mkdtemp(join(tmpdir(), 'linkello-')));
t.teardown(() => rm(scratch, { recursive: true }));
const folder = join(scratch, 'broken');
await cp(CASES, folder, { recursive: true });
const secrets = await readdir(join(folder, 'secrets'));
for (const name of secrets) {
  await chmod(join(folder, 'secrets', name), name.startsWith('open-') ? 0o644 : 0o600);
}
const contents = await Promise.all(secrets.map((name) => readFile(join(folder, 'secrets', name), 'latin1')));
// As they stand in some of the cases, where the name of a file belongs.
const pasted = ['3fJ0xq9vK2mZ7bR4tY8wL1nC6pD5sG0h', 'hunter2', '12345678901'];
const secretTexts = [
  ...pasted,
  ...contents.flatMap((each) => each.split('\n')).filter((each) => each !== ''),
];

const files = await readdir(folder);
const named = (end: string) =>
  files.filter((file) => file.endsWith(end)).map((file) => file.slice(0, -end.length));
const names = named('.yaml');

t.test('every case has its expected lines, and there are enough', async (t) => {
  t.same(named('.expected').sort(), names.toSorted());
  t.ok(names.length >= 20, `${names.length} cases`);
});

t.jobs = 4;
for (const name of names) {
  t.test(name, { buffered: true }, async (t) => {
    const wanted = await readFile(join(folder, `${name}.expected`), 'utf8');
    const { code, stdout, stderr } = await linkello(['check', `${name}.yaml`], {
      cwd: folder,
      env: { LINKELLO_DATA: join(scratch, 'data') },
    });
    t.equal(stderr, wanted.replaceAll('FOLDER', folder));
    t.equal(stdout, '');
    t.equal(code, 2);
    t.notOk(
      secretTexts.some((secret) => stderr.includes(secret)),
      'no secret is printed',
    );
  });
}
