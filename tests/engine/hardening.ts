import { readFile } from 'node:fs/promises';
import type { Test } from 'tap';
import type { Bundle, Container } from './bundle.ts';

/** What each container may be and see; everything else of it is the same for all. */
const wanted: Readonly<
  Record<
    string,
    {
      readonly user: string;
      readonly network: 'host' | readonly string[];
      readonly mounts: readonly string[];
    }
  >
> = {
  config: {
    user: '10001:10001',
    network: 'host',
    mounts: [
      '/config',
      ...['analytics', 'analytics-access', 'analytics-db', 'app', 'host', 'media', 'tls', 'turn'].map(
        (folder) => `/data/${folder} rw`,
      ),
    ],
  },
  app: {
    user: '10001:10001',
    network: ['back', 'front'],
    mounts: [
      '/config',
      '/data/analytics-access',
      '/data/app rw',
      '/data/host',
      '/data/media rw',
      '/data/tls rw',
      '/data/turn',
    ],
  },
  media: { user: '10001:10001', network: 'host', mounts: ['/config', '/data/media rw'] },
  turn: {
    user: '10001:10001',
    network: 'host',
    mounts: ['/config', '/data/host rw', '/data/tls', '/data/turn rw'],
  },
  analytics: { user: '33:10001', network: ['back'], mounts: ['/data/analytics'] },
  'analytics-db': {
    user: '999:10001',
    network: ['back'],
    mounts: ['/data/analytics-db', '/var/lib/mysql rw'],
  },
};

/** Reads the running containers and their processes, and compares. */
export async function testHardening(t: Test, bundle: Bundle): Promise<void> {
  const containers = await bundle.containers();
  for (const [service, { user, network, mounts }] of Object.entries(wanted)) {
    await t.test(`${service} is locked down`, async (t) => {
      const container = containers[service];
      if (container === undefined) throw new Error(`${service} does not run`);
      const { Config, HostConfig } = container;
      t.equal(Config.User, user, 'not root');
      t.equal(HostConfig.Privileged, false);
      t.equal(HostConfig.ReadonlyRootfs, true, 'its files cannot be changed');
      t.same(HostConfig.CapDrop, ['ALL']);
      t.same(HostConfig.CapAdd ?? [], []);
      t.same(HostConfig.SecurityOpt, ['no-new-privileges:true']);
      t.equal(HostConfig.Init, true);
      t.equal(HostConfig.RestartPolicy.Name, service === 'config' ? 'no' : 'unless-stopped');
      t.ok(HostConfig.Memory > 0, 'its memory is limited');
      t.ok((HostConfig.PidsLimit ?? 0) > 0, 'so is the number of its processes');
      t.match(HostConfig.LogConfig, { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } });
      t.not(HostConfig.PidMode, 'host');
      t.not(HostConfig.IpcMode, 'host');
      t.same(
        mountsOf(container),
        mounts,
        'it sees its own folders and no other, and no socket of the engine',
      );
      if (network === 'host') t.equal(HostConfig.NetworkMode, 'host');
      else t.same(networksOf(container), network);
      for (const entry of Config.Env)
        t.notMatch(entry, /(SECRET|PASSWORD|TOKEN)=/i, 'no secret in the environment');
      // It has done its work and ended.
      if (service === 'config') return;
      await testProcesses(t, bundle, container, Number(user.split(':')[0]));
    });
  }

  await t.test('the network of the statistics has no way out', async (t) => {
    const { analytics } = containers;
    const [name = ''] = Object.keys(analytics?.NetworkSettings.Networks ?? {});
    const [{ Internal }] = JSON.parse(await bundle.docker('network', 'inspect', name)) as [
      { Internal: boolean },
    ];
    t.equal(Internal, true);
  });
}

function mountsOf({ Mounts }: Container): string[] {
  return Mounts.map(({ Destination, RW }) => (RW ? `${Destination} rw` : Destination)).sort();
}

/** Without the project's name before them. */
function networksOf({ NetworkSettings }: Container): string[] {
  return Object.keys(NetworkSettings.Networks)
    .map((name) => name.replace(/^.*_/, ''))
    .sort();
}

/** What the kernel says of every process in it. */
async function testProcesses(t: Test, bundle: Bundle, { Id }: Container, uid: number): Promise<void> {
  const table = await bundle.docker('top', Id, '-eo', 'pid');
  const pids = table.split('\n').slice(1).filter(Boolean);
  t.ok(pids.length > 0);
  for (const pid of pids) {
    const status = await readFile(`/proc/${pid.trim()}/status`, 'utf8');
    const field = (name: string) => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1];
    const name = field('Name');
    t.match(field('Uid'), new RegExp(`^${uid}\\b`), `${name} is not root`);
    t.equal(Number(`0x${field('CapEff')}`), 0, `${name} has no capability`);
    t.equal(Number(`0x${field('CapPrm')}`), 0, 'nor can take one');
    t.equal(field('NoNewPrivs'), '1');
    t.equal(field('Seccomp'), '2', 'its system calls are filtered');
  }
}
