import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { linkello } from './linkello.ts';

// Many processes are started, on a machine that may have much else to do.
t.setTimeout(180_000);

const data = await mkdtemp(join(tmpdir(), 'linkello-'));
t.teardown(() => rm(data, { recursive: true }));
const env = { LINKELLO_DATA: data };

t.test('check sums up a right file', async (t) => {
  const cwd = t.testdir({
    'own.yaml': [
      'sites: [{ host: meet.example.org }, { host: "2001:db8::1", language: fr }]',
      'https: { port: 443 }',
      'network: { announced_addresses: [192.168.1.10, 198.51.100.7] }',
      'media: { workers: 3, control: 127.0.0.1:7000 }',
      'turn: { tls_port: 5349 }',
    ].join('\n'),
  });
  const { code, stdout, stderr } = await linkello(['check', 'own.yaml'], { cwd, env });
  t.equal(stderr, '');
  t.equal(
    stdout,
    `own.yaml: correct
  Pages     https://meet.example.org/
            https://[2001:db8::1]/
  Firewall  open 443/tcp, 44300-44302/tcp+udp, 3478/tcp+udp, 5349/tcp
  Media     3 workers, announced at 192.168.1.10, 198.51.100.7
  Relay     on, for 166 participants at once
  Data      ${data}
5 settings differ from the default: sites, https.port, network.announced_addresses, media.workers, media.control
`,
  );
  t.equal(code, 0);
});

t.test('check without the relay', async (t) => {
  const cwd = t.testdir({ 'own.yaml': 'turn: { enabled: false }\nmedia: { workers: 1 }\n' });
  const { stdout } = await linkello(['check', 'own.yaml'], { cwd, env });
  t.match(stdout, /^ {2}Firewall {2}open 8443\/tcp, 44300\/tcp\+udp$/m);
  t.match(stdout, /^ {2}Relay {5}off$/m);
});

t.test('check takes the file that the environment names', async (t) => {
  const cwd = t.testdir({ 'own.yaml': 'https: { port: 444 }\n', 'other.yaml': '' });
  const named = await linkello(['check'], { cwd, env: { ...env, LINKELLO_CONFIG: 'own.yaml' } });
  t.match(named.stdout, /^own\.yaml: correct\n[\s\S]*1 setting differs from the default: https\.port\n$/);
  const both = await linkello(['check', 'other.yaml'], { cwd, env: { ...env, LINKELLO_CONFIG: 'own.yaml' } });
  t.match(both.stdout, /^other\.yaml: correct\n[\s\S]*No setting differs from the default\n$/);
});

t.test('check of a file that is not there', async (t) => {
  t.match(await linkello(['check', 'none.yaml'], { cwd: t.testdir(), env }), {
    code: 2,
    stdout: '',
    stderr: 'none.yaml:1:1: must name a file, got a name that no file has\n',
  });
});

t.test('nothing was written by all that', async (t) => {
  t.same(await readdir(data), []);
});

t.test('wrong use is told and ends with 2', async (t) => {
  for (const [args, words] of [
    [[], /^Usage: linkello COMMAND\n/],
    [['chek'], /^linkello has no command "chek"\. Did you mean check\?\n\nUsage: /],
    [['constructor'], /^linkello has no command "constructor"\.\n/],
    [['check', 'a', 'b'], /^Usage: linkello check \[FILE\]\n/],
    [['check', '--fast'], /^Usage: linkello check \[FILE\]\n/],
    [['settings'], /^Usage: linkello settings /],
    [['settings', 'json'], /^Usage: linkello settings /],
  ] as const) {
    t.match(await linkello(args, { env }), { code: 2, stdout: '', stderr: words }, args.join(' '));
  }
});

t.test('help is told and ends with 0', async (t) => {
  t.match(await linkello(['--help']), { code: 0, stderr: '', stdout: /^ {2}check \[FILE\] +say /m });
  t.match(await linkello(['check', '--help']), {
    code: 0,
    stderr: '',
    stdout: /^Usage: linkello check \[FILE\]\n/,
  });
});

t.test('in a checkout of its own', async (t) => {
  const origin = join(import.meta.dirname, '..', '..');
  const checkout = await realpath(await mkdtemp(join(tmpdir(), 'linkello-')));
  t.teardown(() => rm(checkout, { recursive: true }));
  await cp(join(origin, 'config'), join(checkout, 'config'), { recursive: true });
  await mkdir(join(checkout, 'docs'));
  await mkdir(join(checkout, 'scripts', 'commands'), { recursive: true });
  for (const name of ['linkello.ts', 'commands/check.ts', 'commands/settings.ts']) {
    await cp(join(origin, 'scripts', name), join(checkout, 'scripts', name));
  }
  await cp(join(origin, 'package.json'), join(checkout, 'package.json'));
  await symlink(join(origin, 'node_modules'), join(checkout, 'node_modules'));
  const yaml = join(checkout, 'config', 'linkello.yaml');
  const reference = join(checkout, 'docs', 'configuration.md');
  const run = (...args: string[]) =>
    linkello(args, { cwd: checkout, program: join(checkout, 'scripts', 'linkello.ts') });

  await t.test('without a file everything is as by default', async (t) => {
    await rm(yaml);
    const { code, stdout } = await run('check');
    t.equal(code, 0);
    t.match(stdout, /^config\/linkello\.yaml: not there, so everything is as by default\n/);
    t.ok(stdout.includes(`\n  Data      ${join(checkout, 'data')}\n`));
  });

  await t.test('settings check misses the files, settings write makes them', async (t) => {
    t.match(await run('settings', 'check'), {
      code: 1,
      stderr: /^config\/linkello\.yaml is not what[^\n]*\ndocs\//,
    });
    t.match(await run('settings', 'write'), { code: 0, stderr: '' });
    t.equal(await readFile(yaml, 'utf8'), await readFile(join(origin, 'config', 'linkello.yaml'), 'utf8'));
    t.equal(
      await readFile(reference, 'utf8'),
      await readFile(join(origin, 'docs', 'configuration.md'), 'utf8'),
    );
    t.match(await run('settings', 'check'), { code: 0, stderr: '' });
  });

  await t.test("settings write leaves somebody's own settings alone", async (t) => {
    for (const own of ['https: { port: 444 }\n', 'https: [\n', 'old_setting: 1\n']) {
      await writeFile(yaml, own);
      t.match(await run('settings', 'write'), { code: 1, stdout: '', stderr: /is not overwritten/ });
      t.equal(await readFile(yaml, 'utf8'), own);
    }
  });

  t.same((await readdir(checkout)).sort(), ['config', 'docs', 'node_modules', 'package.json', 'scripts']);
});
