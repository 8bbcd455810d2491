import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import t, { type Test } from 'tap';
import { stringify } from 'yaml';
import { until } from '../deadline.ts';
import { freePorts } from '../free-ports.ts';
import { family, type Process, survivors } from './processes.ts';
import { project } from './shell.ts';

t.setTimeout(180_000);

interface Started {
  readonly process: ChildProcess;
  readonly environment: NodeJS.ProcessEnv;
  readonly dataFolder: string;
  readonly httpsPort: number;
  /** All that it wrote so far. */
  readonly output: { stdout: string; stderr: string };
}

async function start(t: Test, settings: Record<string, unknown> = {}): Promise<Started> {
  const [httpsPort, media, turn, turnTls, relay] = await freePorts(1, 16, 1, 1, 40);
  // Not in the checkout: the path of a Unix socket is short.
  const folder = await mkdtemp(join(tmpdir(), 'linkello-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const dataFolder = join(folder, 'data');
  const file = join(folder, 'linkello.yaml');
  await writeFile(
    file,
    stringify({
      https: { port: httpsPort, address: '127.0.0.1' },
      network: { announced_addresses: ['127.0.0.1'] },
      media: { port: media, workers: 1 },
      turn: { port: turn, tls_port: turnTls, relay_ports: { min: relay, max: relay + 30 } },
      sites: [{ host: 'localhost' }],
      ...settings,
    }),
  );
  const environment = { ...process.env, LINKELLO_CONFIG: file, LINKELLO_DATA: dataFolder };
  const child = spawn(process.execPath, [join(project, 'scripts', 'start.ts')], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (some: string) => {
      output[name] += some;
    });
  }
  return { process: child, environment, dataFolder, httpsPort, output };
}

async function untilUp({ process: { exitCode }, output, httpsPort }: Started): Promise<void> {
  const link = `https://localhost:${httpsPort}/`;
  await until(
    `${link} is shown`,
    () => ({ ...output, exitCode }),
    ({ stdout }) => stdout.endsWith(`\n${link}\n`),
    60_000,
  );
}

const running = async (started: Started, what: string): Promise<Process> => {
  const find = async () =>
    (await family(started.process.pid ?? 0)).find(({ command }) => command.includes(what));
  const found = await until(`${what} runs`, find);
  if (!found) throw new Error(`${what} does not run`);
  return found;
};

async function page(started: Started): Promise<string> {
  const ca = await readFile(join(started.dataFolder, 'app', 'authority', 'authority.pem'));
  const request = get(`https://localhost:${started.httpsPort}/`, { ca, family: 4, agent: false });
  const [response] = await once(request, 'response');
  return text(response);
}

t.test('the whole appliance', async (t) => {
  const bystander = spawn('sleep', ['3600']);
  t.teardown(() => bystander.kill('SIGKILL'));
  const started = await start(t);
  await untilUp(started);
  t.match(await page(started), '<!doctype html>', 'it serves its page');
  const ownerLink = new RegExp(`\n  https://localhost:${started.httpsPort}/first-owner/[\\w-]{43}\n`);
  t.match(started.output.stdout, ownerLink, 'nobody owns it yet: the link that makes the owner is shown');
  t.notMatch(started.output.stderr, '/first-owner/', 'and stands in no log');
  const media = await running(started, 'media/main.ts');

  await t.test('is not started a second time', async (t) => {
    const second = spawn(process.execPath, [join(project, 'scripts', 'start.ts')], {
      env: started.environment,
    });
    const [told, [exitCode]] = await Promise.all([text(second.stderr), once(second, 'exit')]);
    t.equal(exitCode, 1);
    t.equal(
      told,
      `Linkello is running already, with the data folder ${started.dataFolder}. Stop it first.\n`,
    );
  });

  for (const [name, command, sentence] of [
    ['app', 'app/main.ts', 'The app is up again.'],
    ['relay', 'turnserver -c', 'The relay is up again.'],
  ] as const) {
    await t.test(`is whole again after its ${name} was killed`, async (t) => {
      const { pid } = await running(started, command);
      process.kill(pid, 'SIGKILL');
      await until(
        sentence,
        () => started.output.stderr,
        (told) => told.includes(sentence),
      );
      t.not((await running(started, command)).pid, pid);
      t.equal((await running(started, 'media/main.ts')).pid, media.pid, 'the SFU was left alone');
    });
  }

  await t.test('stops every process it started and no other', async (t) => {
    const all = await family(started.process.pid ?? 0);
    for (const command of ['media/main.ts', 'app/main.ts', 'mediasoup-worker', 'turnserver']) {
      t.ok(
        all.some((each) => each.command.includes(command)),
        `${command} is among them`,
      );
    }
    const ended = once(started.process, 'exit');
    started.process.kill('SIGINT');
    t.strictSame(await ended, [0, null]);
    t.strictSame(await survivors(all), []);
    t.equal(bystander.exitCode ?? bystander.signalCode, null);
  });
});

t.test('all end by themselves when the supervisor is killed', async (t) => {
  const started = await start(t);
  await untilUp(started);
  const all = await family(started.process.pid ?? 0);
  t.ok(all.length >= 5, 'SFU, worker, app, tether, relay');
  started.process.kill('SIGKILL');
  await until(
    'all are gone',
    () => survivors(all),
    (left) => left.length === 0,
  );
});

t.test('a port that is taken is named, and nothing runs', async (t) => {
  const [taken] = await freePorts(1);
  const holder = createServer().listen(taken, '127.0.0.1');
  await once(holder, 'listening');
  t.teardown(() => holder.close());
  const started = await start(t, { https: { port: taken, address: '127.0.0.1' } });
  t.strictSame(await once(started.process, 'close'), [1, null]);
  t.match(started.output.stderr, `TCP port ${taken} (https.port) is in use by another program.`);
  t.equal(started.output.stdout, '');
});

t.test('a wrong configuration starts nothing', async (t) => {
  const started = await start(t, { htps: {} });
  t.strictSame(await once(started.process, 'close'), [2, null]);
  t.match(started.output.stderr, /linkello\.yaml:\d+:\d+: htps: /);
  t.equal(started.output.stdout, '');
  await t.rejects(access(started.dataFolder), 'not even the data folder is there');
});
