import { chmod, cp, mkdtemp, readdir, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { ConfigError, inspectConfig } from '../../config/load.ts';
import { linkello } from './linkello.ts';

const CASES = join(import.meta.dirname, 'broken');

// Its own short folder: the path of a Unix socket in it must not be too long, wherever the checkout is.
const scratch = await realpath(await mkdtemp(join(tmpdir(), 'linkello-')));
const data = { LINKELLO_DATA: join(scratch, 'data') };
const before = process.cwd();
t.teardown(async () => {
  process.chdir(before);
  await rm(scratch, { recursive: true });
});
const folder = join(scratch, 'broken');
await cp(CASES, folder, { recursive: true });
// Lines name a file as somebody there would.
process.chdir(folder);
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

for (const name of names) {
  t.test(name, async (t) => {
    const wanted = await readFile(join(folder, `${name}.expected`), 'utf8');
    const fault = await inspectConfig({ LINKELLO_CONFIG: `${name}.yaml`, ...data }).catch(
      (thrown: unknown) => thrown,
    );
    if (!(fault instanceof ConfigError)) throw new Error('nothing was found', { cause: fault });
    t.equal(`${fault.message}\n`, wanted.replaceAll('FOLDER', folder));
    t.notOk(
      secretTexts.some((secret) => fault.message.includes(secret)),
      'no secret is told',
    );
  });
}

// A process for each case would take the most of a minute to start.
for (const name of names.filter((_, index) => index % 20 === 0)) {
  t.test(`the command says the same of ${name}`, async (t) => {
    const wanted = await readFile(join(folder, `${name}.expected`), 'utf8');
    const { code, stdout, stderr } = await linkello(['check', `${name}.yaml`], { cwd: folder, env: data });
    t.equal(stderr, wanted.replaceAll('FOLDER', folder));
    t.equal(stdout, '');
    t.equal(code, 2);
  });
}
