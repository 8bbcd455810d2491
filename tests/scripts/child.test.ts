import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { Child, type ChildOptions } from '../../scripts/supervisor/child.ts';
import { until } from '../deadline.ts';
import { family, survivors } from './processes.ts';
import { project } from './shell.ts';

t.setTimeout(120_000);

/** Says that it is ready and stays. */
const STEADY = "process.send({ type: 'ready', greeting: 'hello' }); setInterval(() => {}, 1e6);";

function makeChild(t: Test, source: string, options: Partial<ChildOptions> = {}): Child {
  const child = new Child({
    name: 'child',
    cwd: t.testdir(),
    ready: 'message',
    command: () => ({ file: process.execPath, args: ['--eval', source] }),
    ...options,
  });
  t.teardown(() => child.kill());
  return child;
}

async function startAndWait(child: Child): Promise<Readonly<Record<string, unknown>>> {
  const ready = once(child, 'ready');
  child.start();
  return (await ready)[0];
}

const isGone = (pid: number | undefined) =>
  until(
    'it is gone',
    () => family(pid ?? 0),
    (left) => left.length === 0,
  );

t.test('a child tells that it is ready, and ends when it is told to', async (t) => {
  const child = makeChild(t, STEADY);
  t.strictSame(await startAndWait(child), { type: 'ready', greeting: 'hello' });
  const { pid } = child;
  await child.stop(10_000);
  t.equal(child.pid, undefined);
  await isGone(pid);
});

t.test('a child that is killed is started again', async (t) => {
  const child = makeChild(t, STEADY);
  await startAndWait(child);
  const { pid } = child;
  const [died, again] = [once(child, 'died'), once(child, 'ready')];
  child.signal('SIGKILL');
  t.strictSame(await died, [{ how: 'SIGKILL', waitMs: 250 }]);
  await again;
  t.not(child.pid, pid);
  await child.stop(10_000);
});

t.test('a child that never gets ready is given up, with its last words', async (t) => {
  const child = makeChild(t, "console.error('the disk is full'); process.exit(3)");
  const waits: number[] = [];
  child.on('died', ({ waitMs }) => waits.push(waitMs));
  const failed = once(child, 'failed');
  child.start();
  t.strictSame(await failed, ['exit code 3']);
  t.strictSame(waits, [250, 500], 'it was tried three times, with growing waits');
  t.strictSame(child.lastWords, ['the disk is full']);
  await child.stop(10_000);
});

t.test('a program that is not there is given up', async (t) => {
  const child = makeChild(t, '', { command: () => ({ file: 'no-such-program', args: [] }) });
  const failed = once(child, 'failed');
  child.start();
  t.match((await failed)[0], /ENOENT/);
});

t.test('whatever a child left behind ends with it', async (t) => {
  const source = `require('node:child_process').spawn('sleep', ['3600'], { stdio: 'ignore' }).once('spawn', () => { ${STEADY} });`;
  const child = makeChild(t, source);
  await startAndWait(child);
  const all = await family(child.pid ?? 0);
  t.equal(all.length, 2, 'it has a child of its own');
  await child.stop(10_000);
  await until(
    'both are gone',
    () => survivors(all),
    (left) => left.length === 0,
  );
});

t.test('a child that does not listen is ended by force', async (t) => {
  const child = makeChild(t, `process.on('SIGTERM', () => console.log('no')); ${STEADY}`);
  await startAndWait(child);
  const { pid } = child;
  const refusal = once(child, 'line');
  const stopped = child.stop(1_000);
  t.strictSame(await refusal, ['no']);
  await stopped;
  await isGone(pid);
});

t.test('stopping while it waits to start again starts nothing', async (t) => {
  const child = makeChild(t, STEADY);
  await startAndWait(child);
  let starts = 0;
  child.on('ready', () => {
    starts += 1;
  });
  const died = once(child, 'died');
  child.signal('SIGKILL');
  await died;
  await child.stop(10_000);
  t.equal(child.pid, undefined);
  t.equal(starts, 0);
});

t.test('replacing it starts a new one at once, with what the command is then', async (t) => {
  let greeting = 'first';
  const child = makeChild(t, '', {
    command: () => ({
      file: process.execPath,
      args: [
        '--eval',
        `process.send({ type: 'ready', greeting: '${greeting}' }); setInterval(() => {}, 1e6);`,
      ],
    }),
  });
  child.on('died', () => t.fail('it counts as a death'));
  t.match(await startAndWait(child), { greeting: 'first' });
  greeting = 'second';
  const again = once(child, 'ready');
  child.replace();
  t.match((await again)[0], { greeting: 'second' });
  await child.stop(10_000);
});

t.test('a tethered program', async (t) => {
  const tether = join(project, 'scripts', 'supervisor', 'tether');
  const LOUD = 'trap "echo TERM; exit 7" TERM; trap "echo USR2" USR2; echo up; while :; do sleep 0.05; done';

  await t.test('gets the signals that it knows, and its exit code is told', async (t) => {
    const child = makeChild(t, '', {
      ready: () => new Promise(() => undefined),
      command: () => ({ file: tether, args: ['bash', '-c', LOUD] }),
    });
    const lines: string[] = [];
    child.on('line', (line) => lines.push(line));
    child.start();
    await until('it is up', () => lines.includes('up'));
    child.signal('SIGUSR2');
    await until('it got SIGUSR2', () => lines.includes('USR2'));
    const died = once(child, 'died');
    child.signal('SIGTERM');
    t.match((await died)[0], { how: 'exit code 7' });
    t.ok(lines.includes('TERM'));
    await child.stop(10_000);
  });

  await t.test('ends when its supervisor was killed', async (t) => {
    const source = `const child = require('node:child_process').spawn(${JSON.stringify(tether)}, ['sleep', '3600'], {
      detached: true, stdio: ['pipe', 'ignore', 'ignore'] });`;
    const supervisor = spawn(process.execPath, ['--eval', source]);
    t.teardown(() => supervisor.kill('SIGKILL'));
    const all = await until(
      'the program runs',
      () => family(supervisor.pid ?? 0),
      (found) => found.some(({ command }) => command === 'sleep 3600'),
    );
    supervisor.kill('SIGKILL');
    await until(
      'all are gone',
      () => survivors(all),
      (left) => left.length === 0,
    );
  });
});
