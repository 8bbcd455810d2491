import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { php } from './php.ts';

const project = join(import.meta.dirname, '../..');

/** Every PHP program of the folder, by its name or its first line. */
async function programs(folder: string): Promise<string[]> {
  const files = (await readdir(join(project, folder), { recursive: true })).map((file) => join(folder, file));
  const found: string[] = [];
  for (const file of files.sort()) {
    const text = file.includes('.') ? '' : await readFile(join(project, file), 'utf8').catch(() => '');
    if (file.endsWith('.php') || text.startsWith('#!/usr/bin/env php')) found.push(file);
  }
  return found;
}

t.test('PHP can read every program', async (t) => {
  const files = [...(await programs('analytics')), ...(await programs('tests/engine/matomo'))];
  t.ok(files.includes('analytics/install/accounts.php') && files.includes('tests/engine/matomo/app/console'));
  for (const file of files) {
    const { status, stdout, stderr } = await php(['-d', 'error_reporting=-1', '-l', join(project, file)]);
    t.equal(status, 0, `${file}: ${stderr}`);
    t.notMatch(stdout, /Deprecated|Warning/, file);
  }
});

const checker = join(import.meta.dirname, 'check-calls.php');
const standIn = join(project, 'tests/engine/matomo/app/core/bootstrap.php');

t.test(
  'every function, class and method that our programs call is there, and takes what it is given',
  async (t) => {
    const files = (await programs('analytics')).map((file) => join(project, file));
    const { status, stdout, stderr } = await php(['-d', 'error_reporting=-1', checker, standIn, ...files]);
    t.equal(status, 0, `${stdout}${stderr}`);
    t.ok(Number(/^(\d+) looked at$/m.exec(stdout)?.[1]) > 200, 'it looks at all of them');
  },
);

t.test('what is wrong in a program is found', async (t) => {
  const file = join(
    t.testdir({
      'wrong.php': `<?php
use Piwik\\Option;
use Piwik\\Nowhere;
use Piwik\\Plugins\\UsersManager\\Model as Users;
function own(int $one): int { return $one; }
own(1, 2);
no_such_function();
strlen();
Nowhere::get();
Option::get();
Option::noSuchMethod('a');
(new Users())->getUser();
$users = new Users();
$users->noSuchMethod();
`.replaceAll('\\\\', '\\'),
    }),
    'wrong.php',
  );
  const { status, stdout } = await php([checker, standIn, file]);
  t.equal(status, 1);
  const lines = [6, 7, 8, 9, 10, 11, 12, 14];
  t.same(
    [...stdout.matchAll(/wrong\.php:(\d+): /g)].map(([, line]) => Number(line)),
    lines,
    stdout,
  );
});

t.test('what our programs call, the stand-in has', async (t) => {
  const standIn = await readFile(join(project, 'tests/engine/matomo/app/core/bootstrap.php'), 'utf8');
  const names = new Set<string>();
  for (const [, space, body = ''] of standIn.matchAll(
    /^namespace ([\w\\]+);$([\s\S]*?)(?=^namespace |$(?![\s\S]))/gm,
  ))
    for (const [, name] of body.matchAll(/^final class (\w+)$/gm)) names.add(`${space}\\${name}`);
  let used = 0;
  for (const file of await programs('analytics')) {
    const text = await readFile(join(project, file), 'utf8');
    for (const [, name = ''] of text.matchAll(/^use (Piwik\\[\w\\]+)(?: as \w+)?;$/gm)) {
      t.ok(names.has(name), `${file} uses ${name}`);
      used += 1;
    }
  }
  t.ok(used > 20);
});
