import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { stringify } from 'yaml';
import { until } from '../deadline.ts';
import { freePorts } from '../free-ports.ts';
import { ControlClient } from './control-client.ts';
import { everything } from './rtp.ts';

t.setTimeout(120_000);

const main = join(import.meta.dirname, '..', '..', 'media', 'main.ts');

interface Started {
  readonly child: ChildProcess;
  readonly folder: string;
  readonly exited: Promise<[number | null, NodeJS.Signals | null]>;
  output: string;
}

/** `node media/main.ts` with these settings, in a folder of its own. */
async function start(t: Test, settings: unknown, ipc = true): Promise<Started> {
  const folder = await mkdtemp(join(tmpdir(), 'linkello-'));
  const file = join(folder, 'linkello.yaml');
  await writeFile(file, stringify(settings));
  const child = spawn(process.execPath, [main], {
    // Started from anywhere.
    cwd: folder,
    env: { ...process.env, LINKELLO_CONFIG: file, LINKELLO_DATA: join(folder, 'data') },
    stdio: ['ignore', 'pipe', 'pipe', ...(ipc ? (['ipc'] as const) : [])],
  });
  const exited = once(child, 'exit') as Started['exited'];
  const started: Started = { child, folder, exited, output: '' };
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      started.output += text;
    });
  }
  t.teardown(async () => {
    child.kill('SIGKILL');
    await exited;
    await rm(folder, { recursive: true, force: true });
  });
  return started;
}

const settings = async (workers = 1) => ({
  network: { announced_addresses: ['127.0.0.1'] },
  media: { port: (await freePorts(workers))[0], workers },
});

async function childrenOf(pid: number): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const parents = await Promise.all(
    pids.map(async (name) => {
      const text = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
      // The name in brackets may hold blanks and brackets itself (proc(5)).
      return text.slice(text.lastIndexOf(')') + 2).split(' ')[1];
    }),
  );
  return pids.filter((_, index) => parents[index] === String(pid)).map(Number);
}

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

const gone = (pids: number[]) =>
  until(
    'the workers are gone',
    () => pids.some(isAlive),
    (any) => !any,
  );

for (const end of ['SIGTERM', 'SIGINT', 'disconnect', 'SIGKILL'] as const) {
  t.test(`started alone it serves, and ${end} ends it and its workers`, async (t) => {
    const { child, folder, exited, ...started } = await start(t, await settings(2));
    const ready = await Promise.race([once(child, 'message'), exited]);
    t.same(ready[0], { type: 'ready' }, started.output);

    const secret = (await readFile(join(folder, 'data', 'media', 'secret'), 'utf8')).trim();
    const socket = join(folder, 'data', 'media', 'control.sock');
    const client = new ControlClient(socket, secret);
    t.teardown(() => client.close());
    const events = await client.events();
    await client.call('joinRoom', { roomId: 'room', peerId: 'ana', rtpCapabilities: everything, label: {} });
    const workers = await childrenOf(child.pid ?? 0);
    t.equal(workers.length, 2);

    if (end === 'disconnect') child.disconnect();
    else child.kill(end);
    const [code] = await exited;
    t.equal(code, end === 'SIGKILL' ? null : 0);
    await gone(workers);
    t.equal(await events.closed, end === 'SIGKILL' ? 1006 : 1001);
    t.same(events.seen, []);
    if (end !== 'SIGKILL') await t.rejects(stat(socket), { code: 'ENOENT' });
  });
}

t.test('without a parent it runs as well', async (t) => {
  const started = await start(t, await settings(), false);
  await until('it listens', () => started.output.includes('Server listening'));
  started.child.kill('SIGTERM');
  t.same(await started.exited, [0, null]);
});

t.test('a wrong configuration starts nothing', async (t) => {
  const started = await start(t, { media: { port: 'many' } });
  t.same(await started.exited, [2, null]);
  t.match(started.output, /linkello\.yaml:\d+:\d+: media\.port: /);
  t.equal(started.output.trim().split('\n').length, 1);
});

t.test('a port that is taken is named in one line', async (t) => {
  const shared = await settings();
  const first = await start(t, shared);
  await once(first.child, 'message');
  const second = await start(t, shared);
  t.same(await second.exited, [1, null]);
  const lines = second.output.trim().split('\n');
  t.match(lines.at(-1), `Media worker 0 cannot listen on UDP and TCP port ${shared.media.port} of 127.0.0.1`);
});
