import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t, { type Test } from 'tap';
import { runTestFile } from '../../scripts/checks/test-file.ts';
import { project } from './shell.ts';

/** What people see of a test run, and what is counted: `scripts/checks/run.ts` with files that only print. */
async function run(t: Test, files: Record<string, string>): Promise<{ shown: string; counts: string }> {
  const folder = t.testdir({ counts: '', ...files });
  const { stdout } = await promisify(execFile)(process.execPath, [
    join(project, 'scripts', 'checks', 'run.ts'),
    join(folder, 'counts'),
    ...Object.keys(files).map((name) => join(folder, name)),
  ]);
  const shown = stdout.replaceAll(/\S+\/(\w+\.test\.ts)/g, '$1').replaceAll(/\(\d+\.\d s\)/g, '(… s)');
  return { shown, counts: await readFile(join(folder, 'counts'), 'utf8') };
}

const printing = (tap: string, end = '') => `process.stdout.write(${JSON.stringify(tap)});${end}`;

const good = `TAP version 14
ok 1 - first
# Subtest: group
    ok 1 - second
    ok 2 - third
    1..2
ok 2 - group # time=2ms
1..2
`;
const bad = `TAP version 14
ok 1 - first
# Subtest: group
    not ok 1 - sum
      ---
      diff: |
        -2
        +1
      source: |
        t.equal(sum, 2)
      ...
    1..1
not ok 2 - group # time=2ms
1..2
`;

t.test('assertions are counted, groups of them are not', async (t) => {
  const { shown, counts } = await run(t, { 'good.test.ts': printing(good) });
  t.equal(shown, 'ok      good.test.ts: 3 passed (… s)\n');
  t.equal(counts, '3 0\n');
});

t.test('what failed is told with its group and why, and what was written aside', async (t) => {
  const { shown, counts } = await run(t, {
    'good.test.ts': printing(good, "console.error('hidden')"),
    'bad.test.ts': printing(bad, "console.error('shown'); process.exitCode = 1"),
  });
  t.match(shown, /^FAILED {2}bad\.test\.ts: 1 passed, 1 failed \(… s\)\n {2}group > sum$/m);
  t.match(shown, /^ {4}\| {3}-2$/m);
  t.notMatch(shown, 't.equal(sum');
  t.match(shown, /^ {2}It wrote to standard error:\n {4}\| shown$/m);
  t.notMatch(shown, 'hidden');
  t.equal(counts, '4 1\n');
});

t.test('a file without assertions is a failure', async (t) => {
  for (const text of ['', printing('TAP version 14\n1..0\n')]) {
    const { shown, counts } = await run(t, { 'empty.test.ts': text });
    t.match(shown, /^FAILED .*\n {2}It has no assertions\.$/m);
    t.equal(counts, '0 1\n');
  }
});

t.test('a file that ended too early is a failure, though all its assertions passed', async (t) => {
  for (const [how, text, told] of [
    ['killed', printing('ok 1 - first\n1..1\n', "process.kill(process.pid, 'SIGKILL')"), 'signal: SIGKILL'],
    ['ended otherwise', printing('ok 1 - first\n1..1\n', 'process.exitCode = 3'), 'exit code: 3'],
    ['without a plan', printing('ok 1 - first\n'), 'no plan'],
    ['fewer than planned', printing('ok 1 - first\n1..2\n'), 'incorrect number of tests'],
  ] as const) {
    const { shown, counts } = await run(t, { 'crash.test.ts': text });
    t.match(shown, /^FAILED {2}crash\.test\.ts: 1 passed \(… s\)\n {2}It did not end well\.\n/, how);
    t.match(shown, told, how);
    t.equal(counts, '1 1\n', how);
  }
});

t.test('what is skipped is told and counts as neither', async (t) => {
  const { shown, counts } = await run(t, {
    'some.test.ts': printing('ok 1 - first\nok 2 - second # SKIP only on Tuesdays\n1..2\n'),
  });
  t.match(shown, /^ {2}skipped: second: only on Tuesdays$/m);
  t.equal(counts, '1 0\n');
});

t.test('a real test file, with a fault of its own', async (t) => {
  const tap = JSON.stringify(import.meta.resolve('tap'));
  const { shown, counts } = await run(t, {
    'real.test.ts': `import t from ${tap};\nt.test('group', (t) => { t.equal(1, 2, 'sum'); t.end(); });`,
  });
  t.match(shown, /^FAILED .*\n {2}group > sum\n(?: {4}\|.*\n)*? {4}\| +-2/m);
  t.match(shown, /real\.test\.ts:2:/, 'the place');
  t.equal(counts, '0 1\n');
});

t.test('a file that does not end is ended', async (t) => {
  const file = join(
    t.testdir({ 'stuck.test.ts': `${printing(good)} setInterval(() => {}, 1000);` }),
    'stuck.test.ts',
  );
  const { passed, faults } = await runTestFile(file, 0, { limitMs: 1_000, lastWordsMs: 100 });
  t.equal(passed, 3);
  t.match(faults, { 'not over after seconds': 1, signal: 'SIGALRM' });
});
