import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import t, { type Test } from 'tap';
import type { Config } from '../../config/config.ts';
import { readSecret } from '../../config/secrets.ts';
import { renderTurn, type TurnMachine, turnserverConf } from '../../turn/render.ts';
import { configOf } from './coturn.ts';

const secret = 'a-secret-of-more-than-thirty-two-characters';
const tls = { chain: '/srv/linkello/tls/server-chain.pem', key: '/srv/linkello/tls/server.key' };

function interfaces(...addresses: string[]): TurnMachine['interfaces'] {
  return {
    lo: ['127.0.0.1', '::1'].map((address) => ({ address, internal: true })),
    eth0: addresses.map((address) => ({ address, internal: false })),
    docker0: [{ address: '172.17.0.1', internal: false }],
  };
}

/** A configuration of a file in a folder that goes away with the test. */
async function configured(t: Test, settings: Record<string, unknown>): Promise<Config> {
  const config = await configOf({ sites: [{ host: 'meet.example.org' }], ...settings });
  t.teardown(() => rm(dirname(config.file), { recursive: true }));
  return config;
}

const machines = {
  'single-ipv4': {
    settings: { network: { announced_addresses: ['192.0.2.10'] }, media: { workers: 2 } },
    machine: { interfaces: interfaces('192.0.2.10'), tls, user: 'turnserver' },
  },
  'both-families': {
    settings: { network: { announced_addresses: ['192.0.2.10', '2001:DB8:0::10'] }, media: { workers: 2 } },
    machine: { interfaces: interfaces('192.0.2.10', '2001:db8::10', 'fe80::10'), tls, user: 'turnserver' },
  },
  'ipv6-alone': {
    settings: { network: { announced_addresses: ['2001:db8::10'] }, media: { workers: 2 } },
    machine: { interfaces: interfaces('192.0.2.10', '2001:db8::10'), tls, user: 'turnserver' },
  },
  'public-and-private': {
    settings: { network: { announced_addresses: ['198.51.100.7', '192.0.2.10'] }, media: { workers: 2 } },
    machine: { interfaces: interfaces('192.0.2.10'), tls, user: 'turnserver' },
  },
  'public-alone': {
    settings: { network: { announced_addresses: ['198.51.100.7'] }, media: { workers: 2 } },
    machine: { interfaces: interfaces('192.0.2.10'), tls, user: 'turnserver' },
  },
  'loopback-trial': {
    settings: {
      sites: [{ host: 'localhost' }],
      network: { announced_addresses: ['127.0.0.1'] },
      media: { workers: 1 },
    },
    machine: { interfaces: interfaces(), tls: null, user: null },
  },
  'own-ports': {
    settings: {
      network: { announced_addresses: ['192.0.2.10'] },
      media: { port: 40000, workers: 4, max_incoming_kbps: 20_000 },
      turn: { port: 80, tls_port: 443, relay_ports: { min: 30_000, max: 30_999 } },
    },
    machine: { interfaces: interfaces('192.0.2.10'), tls, user: null },
  },
};

t.test('text', async (t) => {
  for (const [name, { settings, machine }] of Object.entries(machines)) {
    const config = await configured(t, settings);
    const golden = await readFile(join(import.meta.dirname, 'golden', `${name}.conf`), 'utf8');
    t.equal(turnserverConf(config, secret, machine), golden, name);
  }
});

t.test('what cannot be written', async (t) => {
  const { settings, machine } = machines['single-ipv4'];
  const config = await configured(t, settings);
  const announcing = (...addresses: string[]) => ({ ...config, network: { announced_addresses: addresses } });

  for (const address of ['0.0.0.0', '::', '0:0::0']) {
    t.throws(() => turnserverConf(announcing('192.0.2.10', address), secret, machine), {
      name: 'RangeError',
      message: /is the address of no machine/,
    });
  }
  t.throws(() => turnserverConf(announcing('2001:db8::10'), secret, machine), {
    name: 'RangeError',
    message: /no address of their kind/,
  });

  const unfit = [
    '',
    `${secret};`,
    `"${secret}`,
    `${secret}"`,
    `=${secret}`,
    ` ${secret}`,
    `${secret}\nno-auth`,
    `${secret}\0`,
    'x'.repeat(901),
  ];
  for (const value of unfit) {
    const attempt = () => turnserverConf(config, value, machine);
    t.throws(attempt, { name: 'RangeError', message: /cannot hold the secret between app and relay/ });
    try {
      attempt();
    } catch (error) {
      t.notOk(value !== '' && String(error).includes(value), 'and the secret is not told');
    }
  }
  const badPath = { ...machine, tls: { ...tls, key: '/srv/a\nb/server.key' } };
  t.throws(() => turnserverConf(config, secret, badPath), { message: /cannot hold the path of the key/ });
});

t.test('file', async (t) => {
  const config = await configured(t, { network: { announced_addresses: ['127.0.0.1'] } });
  const first = await renderTurn(config, await readSecret(config, 'turn'));
  const file = join(config.dataFolder, 'turn', 'turnserver.conf');
  t.match(first, { file: 'turnserver', arguments: ['-c', file], tls: false });
  t.equal((await stat(file)).mode & 0o777, 0o600);
  t.equal((await stat(dirname(file))).mode & 0o777, 0o700);
  t.match(await readFile(file, 'utf8'), `\nstatic-auth-secret=${await readSecret(config, 'turn')}\n`);

  const reader = await readFile(file, 'utf8');
  await Promise.all([renderTurn(config, secret), renderTurn(config, secret)]);
  t.equal(
    await readFile(file, 'utf8'),
    reader.replace(/^static-auth-secret=.*$/m, `static-auth-secret=${secret}`),
  );
  t.strictSame((await readdir(dirname(file))).sort(), ['secret', 'turnserver.conf'], 'no draft stays');
});
