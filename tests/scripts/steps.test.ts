import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { until } from '../deadline.ts';
import { family, survivors } from './processes.ts';
import { finish, shell, startShell } from './shell.ts';

t.setTimeout(120_000);

t.test('a step says what it does and that it is done, and leaves no log', async (t) => {
  const TMPDIR = t.testdir();
  const { stderr, stdout, status } = await shell('step Working "1 s" bash -c "echo noise"; ls "$TMPDIR"', {
    env: { TMPDIR },
  });
  t.match(stderr, /^Working \(1 s\)\n {2}done in \d+ s\n$/);
  t.equal(stdout, '', 'neither its output nor its log');
  t.equal(status, 0);
});

t.test('a step that fails is named, with its last lines, its log and what to do', async (t) => {
  const TMPDIR = t.testdir();
  const script =
    'step -a "Buy a bigger disk." Working "1 s" bash -c "echo no space left; exit 7"; echo went on';
  const { stderr, stdout, status } = await shell(script, { env: { TMPDIR } });
  t.match(stderr, /^Failed: working\./m);
  t.match(stderr, /^ {2}\| no space left$/m);
  t.match(stderr, new RegExp(`^ {2}All of them: ${TMPDIR}/linkello-\\w+\\.log$`, 'm'));
  t.match(stderr, /^ {2}Buy a bigger disk\.$/m);
  t.equal(stdout, '', 'it does not go on');
  t.equal(status, 1);
});

t.test('an attempt that fails lets the command go on', async (t) => {
  const { stdout, status } = await shell('attempt Trying "1 s" false || echo went on; rm "$step_log"');
  t.equal(stdout, 'went on\n');
  t.equal(status, 0);
});

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  t.test(`${signal} stops a step with everything it started`, async (t) => {
    const TMPDIR = t.testdir();
    const child = startShell('step Sleeping "1 h" bash -c "sleep 3600 & wait"', { env: { TMPDIR } });
    t.teardown(() => child.kill('SIGKILL'));
    const ended = finish(child);
    const started = await until(
      'the step sleeps',
      () => family(child.pid ?? 0),
      (all) => all.some(({ command }) => command === 'sleep 3600'),
    );
    child.kill(signal);
    t.equal((await ended).status, code);
    await until(
      'all are gone',
      () => survivors(started),
      (left) => left.length === 0,
    );
  });
}

t.test('a step that must not be broken off is waited for', async (t) => {
  const dir = t.testdir();
  const work = `echo > ${dir}/begun; until [[ -e ${dir}/go ]]; do sleep 0.05; done; echo > ${dir}/finished`;
  const child = startShell(`step -u Installing "1 s" bash -c '${work}'`, { env: { TMPDIR: dir } });
  const ended = finish(child);
  const files = () => readdir(dir);
  await until('it has begun', files, (names) => names.includes('begun'));
  child.kill('SIGINT');
  await writeFile(join(dir, 'go'), '');
  const { status, stderr } = await ended;
  t.equal(status, 130);
  t.match(stderr, 'Stopping as soon as this step is done');
  t.ok((await files()).includes('finished'));
});
