import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import t, { type Test } from 'tap';
import { ConfigError, loadConfig } from '../../config/load.ts';
import { describeMachine } from '../../config/machine.ts';

const RIGHT_SECRET = '0123456789abcdef0123456789abcdef\n';

/** A folder of its own with a text as YAML file, short enough for the path of a Unix socket. */
async function folderWith(t: Test, text: string) {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'linkello-')));
  t.teardown(() => rm(folder, { recursive: true }));
  const file = join(folder, 'linkello.yaml');
  await writeFile(file, text);
  return { folder, file, data: join(folder, 'data') };
}

const load = async (t: Test, text: string) => {
  const { file, data } = await folderWith(t, text);
  return loadConfig({ LINKELLO_CONFIG: file, LINKELLO_DATA: data });
};

const faultsOf = (promise: Promise<unknown>): Promise<readonly string[]> =>
  promise.then(
    () => [],
    (error) => {
      if (!(error instanceof ConfigError)) throw error;
      return error.faults.map(({ path, message }) => `${path}: ${message}`);
    },
  );

/** What a site is where nothing else is said. */
const plain = { edition: 'pro', logo: null, colour: null, group: null };

t.test('an empty file, and one of names only, is everything by default', async (t) => {
  const machine = describeMachine();
  for (const text of ['', '# nothing\n', '---\n', '{}', 'sites:\nhttps:\nturn:\n  relay_ports:\nmail:\n']) {
    const config = await load(t, text);
    t.match(config, {
      sites: [{ host: machine.hostName, name: 'Linkello', language: 'en', ...plain }],
      https: { port: 8443, address: '::' },
      network: { announced_addresses: machine.addresses },
      media: { port: 44300, workers: machine.cores, control: `${config.dataFolder}/media/control.sock` },
      turn: { enabled: true, relay_ports: { min: 49160, max: 51159 }, secret_file: null },
    });
  }
});

t.test('what the file says goes before the default, setting by setting', async (t) => {
  const config = await load(t, 'turn:\n  relay_ports: { min: 49000 }\nmedia:\n  workers: 3\n');
  t.same(config.turn.relay_ports, { min: 49000, max: 51159 });
  t.equal(config.media.workers, 3);
  t.equal(config.media.port, 44300);
});

t.test('hosts and addresses get their one usual spelling', async (t) => {
  const config = await load(
    t,
    'sites: [{ host: Meet.Example.ORG }, { host: 2001:DB8:0:0::1, name: Six, language: fr }]\n' +
      'https: { address: "0:0::1" }\nnetwork: { announced_addresses: [FD00:0::1, 10.0.0.1, 127.0.0.1] }\n' +
      'media: { control: "[FD00::0:2]:7000" }\n',
  );
  t.same(config.sites, [
    { host: 'meet.example.org', name: 'Linkello', language: 'en', ...plain },
    { host: '2001:db8::1', name: 'Six', language: 'fr', ...plain },
  ]);
  t.equal(config.https.address, '::1');
  t.same(config.network.announced_addresses, ['fd00::1', '10.0.0.1', '127.0.0.1']);
  t.equal(config.media.control, '[fd00::2]:7000');
});

t.test('anchors and aliases are taken for what they stand for', async (t) => {
  const config = await load(t, 'https: { port: &p 4000 }\nmedia: { initial_kbps: *p }\n');
  t.equal(config.media.initial_kbps, 4000);
});

t.test('relative paths start from the folder of the file, wherever the process is', async (t) => {
  const { folder, file, data } = await folderWith(
    t,
    'turn: { secret_file: ./secret }\nmedia: { control: run/x.sock }\n',
  );
  await writeFile(join(folder, 'secret'), RIGHT_SECRET, { mode: 0o600 });
  const config = await loadConfig({ LINKELLO_CONFIG: relative(process.cwd(), file), LINKELLO_DATA: data });
  t.equal(config.turn.secret_file, join(folder, 'secret'));
  t.equal(config.media.control, join(folder, 'run/x.sock'));
  t.equal(config.file, file);
});

t.test('the environment names file and data folder; empty is as good as not set', async (t) => {
  const checkout = join(import.meta.dirname, '..', '..');
  const { file } = await folderWith(t, '');
  const named = await loadConfig({ LINKELLO_CONFIG: file, LINKELLO_DATA: 'some/where' });
  t.equal(named.dataFolder, join(process.cwd(), 'some/where'));
  const standard = await loadConfig({ LINKELLO_CONFIG: file, LINKELLO_DATA: '' });
  t.equal(standard.dataFolder, join(checkout, 'data'));
  t.equal((await loadConfig({ LINKELLO_CONFIG: '' })).file, join(checkout, 'config', 'linkello.yaml'));
});

t.test('a file that the environment names must be there, a folder is none', async (t) => {
  const { folder, data } = await folderWith(t, '');
  for (const [name, message] of [
    [join(folder, 'other.yaml'), ': must name a file, got a name that no file has'],
    [join(folder, 'linkello.yaml', 'x'), ': must name a file, got a name that no file has'],
    [folder, ': must be a file, got a folder'],
    ['/dev/zero', ': must be a file, got something else'],
  ] as const) {
    t.same(await faultsOf(loadConfig({ LINKELLO_CONFIG: name, LINKELLO_DATA: data })), [message], name);
  }
});

t.test('a file of unlikely length is not read', async (t) => {
  const faults = await faultsOf(load(t, '#'.repeat(300_000)));
  t.same(faults, [': must be at most 262144 bytes long, got 300000']);
});

t.test(
  'the data folder must not be a file, and its socket must have a path that can be opened',
  async (t) => {
    const { file, folder } = await folderWith(t, '');
    t.same(await faultsOf(loadConfig({ LINKELLO_CONFIG: file, LINKELLO_DATA: file })), [
      'LINKELLO_DATA: must be a folder, got a file',
    ]);
    const deep = join(folder, 'd'.repeat(100));
    const bytes = Buffer.byteLength(join(deep, 'media/control.sock'));
    t.same(await faultsOf(loadConfig({ LINKELLO_CONFIG: file, LINKELLO_DATA: deep })), [
      `media.control: must be a socket whose whole path is at most 107 bytes long, got ${bytes}; ` +
        'set a shorter one, or move the data folder with LINKELLO_DATA',
    ]);
  },
);

t.test('secrets that were made earlier are looked at too', async (t) => {
  const { file, folder } = await folderWith(t, '');
  const data = join(folder, 'd');
  await mkdir(join(data, 'app'), { recursive: true });
  const secret = join(data, 'app', 'sessions');
  await writeFile(secret, '', { mode: 0o600 });
  t.same(await faultsOf(loadConfig({ LINKELLO_CONFIG: file, LINKELLO_DATA: data })), [
    `: must hold at least 32 characters, got an empty file; a new one is made after: rm ${secret}`,
  ]);
  await writeFile(secret, RIGHT_SECRET);
  await chmod(secret, 0o640);
  t.same(await faultsOf(loadConfig({ LINKELLO_CONFIG: file, LINKELLO_DATA: data })), [
    `: must be readable by its owner only, got mode 0640; run: chmod 600 ${secret}`,
  ]);
});

t.test('deep nesting is a fault like any other', async (t) => {
  for (const text of ['['.repeat(20_000), '- '.repeat(20_000), `a: ${'{a: '.repeat(5_000)}`]) {
    const faults = await faultsOf(load(t, text));
    t.ok(faults.length > 0, `${faults.length} faults`);
    t.ok(faults.every((line) => line.startsWith(': must be correct YAML')));
  }
});

t.test('places are right in one long line', async (t) => {
  const error = await load(t, `{ ${'é, '.repeat(2000)} }`).catch((thrown: unknown) => thrown);
  if (!(error instanceof ConfigError)) throw error;
  t.same(
    error.faults.map(({ line, column }) => [line, column]),
    // The last of them is what counts, and is no known setting; the others are told as repeated.
    [...Array.from({ length: 1999 }, (_, index) => [1, 6 + 3 * index]), [1, 6 + 3 * 1998]],
  );
});
