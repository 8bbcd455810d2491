import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';

const main = join(import.meta.dirname, '../../app/main.ts');

// Seven starts of a process take a while on a busy machine.
t.setTimeout(120_000);

/** `node app/main.ts` with a configuration of its own. */
class Run {
  readonly child: ChildProcess;
  output = '';
  errors = '';
  readonly exit: Promise<{ code: number | null; signal: string | null }>;

  constructor(folder: string) {
    this.child = fork(main, {
      env: {
        ...process.env,
        LINKELLO_CONFIG: join(folder, 'linkello.yaml'),
        LINKELLO_DATA: join(folder, 'data'),
      },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.child.stdout?.setEncoding('utf8').on('data', (text) => {
      this.output += text;
    });
    this.child.stderr?.setEncoding('utf8').on('data', (text) => {
      this.errors += text;
    });
    // `close` never comes once the channel is disconnected from here.
    const streams = [this.child.stdout, this.child.stderr].map((stream) => stream && once(stream, 'close'));
    this.exit = Promise.all([once(this.child, 'exit'), ...streams]).then(([[code, signal]]) => ({
      code,
      signal,
    }));
  }

  async end(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill('SIGKILL');
    await this.exit;
  }

  async ready(): Promise<{ type: string; urls: string[] }> {
    const ended = this.exit.then(() => {
      throw new Error(`it ended: ${this.errors}`);
    });
    const [message] = await Promise.race([once(this.child, 'message'), ended]);
    return message;
  }
}

/** A folder with a configuration; short, because it will hold a Unix socket. */
function folderWith(t: Test, yaml: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'linkello-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'linkello.yaml'), yaml);
  return folder;
}

function start(t: Test, folder: string): Run {
  const run = new Run(folder);
  t.teardown(() => run.end());
  return run;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  return port;
}

t.test('says where it can be opened, the first site first, and stops when it is told to', async (t) => {
  const stops = ['SIGTERM', 'SIGINT', 'disconnect'] as const;
  const runs = stops.map(async (stop) => {
    const port = await freePort();
    const yaml = `https: {port: ${port}, address: 127.0.0.1}\nsites: [{host: meet.test}, {host: '2001:db8::1'}]`;
    const run = start(t, folderWith(t, yaml));
    const { type, urls } = await run.ready();
    t.equal(type, 'ready');
    t.same(urls.slice(0, 2), [`https://meet.test:${port}/`, `https://[2001:db8::1]:${port}/`]);
    t.ok(urls.includes(`https://localhost:${port}/`));
    t.equal(new Set(urls).size, urls.length);
    if (stop === 'disconnect') run.child.disconnect();
    else run.child.kill(stop);
    t.same(await run.exit, { code: 0, signal: null }, stop);
    for (const line of run.output.trimEnd().split('\n')) t.ok(JSON.parse(line), 'logs are lines of JSON');
    t.equal(run.errors, '');
  });
  await Promise.all(runs);
});

t.test('a parent that goes before it is ready takes it along', async (t) => {
  const run = start(t, folderWith(t, `https: {port: ${await freePort()}, address: 127.0.0.1}`));
  run.child.disconnect();
  t.same(await run.exit, { code: 0, signal: null });
  t.notMatch(run.output, 'Listening');
});

t.test('a port in use: one sentence, exit code 1', async (t) => {
  const other = createServer().listen(0, '127.0.0.1');
  t.teardown(() => other.close());
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  const run = start(t, folderWith(t, `https: {port: ${port}, address: 127.0.0.1}`));
  t.same(await run.exit, { code: 1, signal: null });
  t.match(run.errors, new RegExp(`^Port ${port} is in use by another program\\. .*https\\.port.*\\n$`));
});

t.test('an address that is not this machine’s: one sentence, exit code 1', async (t) => {
  const run = start(t, folderWith(t, `https: {port: ${await freePort()}, address: 192.0.2.200}`));
  t.same(await run.exit, { code: 1, signal: null });
  t.match(run.errors, /^This machine does not have the address 192\.0\.2\.200\. .*https\.address.*\n$/);
});

t.test('a wrong configuration starts nothing: the lines, exit code 2', async (t) => {
  const folder = folderWith(t, 'https: {port: 99999}\nhttp: 1\n');
  const run = start(t, folder);
  t.same(await run.exit, { code: 2, signal: null });
  t.match(run.errors, /linkello\.yaml:1:15: https\.port: .*\n.*linkello\.yaml:2:1: http: .*\n$/);
  t.equal(run.output, '');
  t.notOk(existsSync(join(folder, 'data')));
});

t.test('a data folder that cannot be used: one sentence, exit code 1', async (t) => {
  const folder = folderWith(t, `https: {port: ${await freePort()}, address: 127.0.0.1}`);
  mkdirSync(join(folder, 'data', 'app', 'authority'), { recursive: true });
  writeFileSync(join(folder, 'data', 'app', 'authority', 'authority.key'), 'nonsense');
  const run = start(t, folder);
  t.same(await run.exit, { code: 1, signal: null });
  t.match(run.errors, /^The certificate authority in .*authority cannot be read or made: .*\n$/);
});
