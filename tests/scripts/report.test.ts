import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { project } from './shell.ts';

/** What people see of a test run, and what is counted. */
function report(t: Test, tap: string): { shown: string; counts: string; status: number | null } {
  const file = join(t.testdir(), 'counts');
  const { stdout, status } = spawnSync(
    process.execPath,
    [join(project, 'scripts', 'checks', 'report.ts'), file],
    { input: tap, encoding: 'utf8' },
  );
  return { shown: stdout, counts: readFileSync(file, 'utf8'), status };
}

const good = `# Subtest: tests/good.test.ts
    ok 1 - first
    # Subtest: group
        ok 1 - second
        ok 2 - third
        1..2
    ok 2 - group # time=2ms
    1..2
ok 1 - tests/good.test.ts # time=1500ms
`;
const bad = `# Subtest: tests/bad.test.ts
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
not ok 2 - tests/bad.test.ts # time=20ms
`;

t.test('assertions are counted, groups of them are not', async (t) => {
  const { shown, counts } = report(t, `TAP version 14\n${good}1..1\n`);
  t.equal(shown, 'ok      tests/good.test.ts: 3 passed (1.5 s)\n');
  t.equal(counts, '3 0\n');
});

t.test('what failed is told with its group and why', async (t) => {
  const { shown, counts } = report(t, `TAP version 14\n${good}${bad}1..2\n`);
  t.match(shown, /^FAILED {2}tests\/bad\.test\.ts: 1 passed, 1 failed \(0\.0 s\)$/m);
  t.match(shown, /^ {2}group > sum$/m);
  t.match(shown, /^ {4}\| {3}-2$/m);
  t.equal(counts, '4 1\n');
});

t.test('a file without assertions is a failure', async (t) => {
  const { shown, counts } = report(
    t,
    'TAP version 14\n# Subtest: tests/empty.test.ts\n    1..0\nok 1 - tests/empty.test.ts # SKIP no tests found\n1..1\n',
  );
  t.match(shown, /^FAILED .*\n {2}It has no assertions\.$/m);
  t.equal(counts, '0 1\n');
});

t.test('a file that ended too early is a failure, though all its assertions passed', async (t) => {
  const { shown, counts } = report(
    t,
    'TAP version 14\n# Subtest: tests/crash.test.ts\n    ok 1 - first\n    1..1\nnot ok 1 - tests/crash.test.ts # time=9ms\n  ---\n  signal: SIGSEGV\n  ...\n1..1\n',
  );
  t.match(shown, /It did not end well\.\n {4}\| signal: SIGSEGV/);
  t.equal(counts, '1 1\n');
});

t.test('what is skipped is told and counts as neither', async (t) => {
  const { shown, counts } = report(
    t,
    'TAP version 14\n# Subtest: tests/some.test.ts\n    ok 1 - first\n    ok 2 - second # SKIP only on Tuesdays\n    1..2\nok 1 - tests/some.test.ts # time=9ms\n1..1\n',
  );
  t.match(shown, /^ {2}skipped: second: only on Tuesdays$/m);
  t.equal(counts, '1 0\n');
});
