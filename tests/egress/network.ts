import { execFile } from 'node:child_process';
import { lstat, mkdir, readlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { mailRelay, nameServers, world, type Zone, zones } from './addresses.ts';

const run = promisify(execFile);

/** A command that runs another in a zone. */
export const within = (zone: Zone): readonly string[] => ['ip', 'netns', 'exec', zone.name];

/** Runs a program and answers what it printed. */
export async function output(file: string, ...args: readonly string[]): Promise<string> {
  return (await run(file, args, { maxBuffer: 64 * 1024 * 1024 })).stdout;
}

/** Address of the network card at the other end of the world's cable. */
const WORLD_CARD = '02:00:00:00:00:01';

const ip = (...args: readonly string[]) => output('ip', ...args);

/**
 * Makes the networks, inside namespaces that are this process's own and go away with it (`unshare --net --mount`): one
 * for the appliance, two for clients, a cable from each to the border, which is here, and a way on into the world.
 *
 * @returns a folder in memory, which goes away as well.
 */
export async function layNetworks(): Promise<string> {
  // Daemons of this machine resolve names for whoever asks at their sockets; none is to be reached.
  await output('mount', '-t', 'tmpfs', '-o', 'mode=755', 'tmpfs', '/run');
  const folder = '/run/linkello-egress';
  await mkdir(folder, { mode: 0o755 });
  await layOver('/etc/resolv.conf', nameServers.map((each) => `nameserver ${each}\n`).join(''), folder);
  // Names that this machine knows without asking would be asked for on another.
  await layOver('/etc/hosts', '127.0.0.1 localhost\n::1 localhost\n', folder);

  await ip('link', 'set', 'lo', 'up');
  await ip('address', 'add', `${mailRelay.address}/32`, 'dev', 'lo');
  await writeFile('/proc/sys/net/ipv4/ip_forward', '1');
  await writeFile('/proc/sys/net/ipv6/conf/all/forwarding', '1');
  for (const zone of zones) await layCable(zone);
  await layWorld();
  return folder;
}

async function layCable({ name, addresses, gateways }: Zone): Promise<void> {
  await ip('netns', 'add', name);
  await ip('link', 'add', name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
  for (const address of gateways) await addAddress([], address, name);
  await ip('link', 'set', name, 'up');
  for (const address of addresses) await addAddress(['-n', name], address, 'eth0');
  // What the kernel would put on the cable as one large packet is counted as the packets that it is.
  await ip('-n', name, 'link', 'set', 'eth0', 'gso_max_segs', '1');
  // An address that comes late is a changed network to Chromium, which breaks off what it loads.
  const [file = '', ...args] = ['ip', 'netns', 'exec', name, 'sh', '-c'];
  await output(file, ...args, 'echo 0 >/proc/sys/net/ipv6/conf/eth0/accept_dad');
  for (const link of ['lo', 'eth0']) await ip('-n', name, 'link', 'set', link, 'up');
  for (const gateway of gateways) await ip('-n', name, 'route', 'add', 'default', 'via', gateway);
}

/** Whatever is sent there goes out on a cable at whose end nobody answers; only names that are looked up are heard. */
async function layWorld(): Promise<void> {
  await ip('netns', 'add', 'world');
  await ip('link', 'add', 'world', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', 'world');
  for (const address of world.addresses) await addAddress([], address, 'world');
  await ip('link', 'set', 'world', 'up');
  await ip('-n', 'world', 'link', 'set', 'eth0', 'address', WORLD_CARD);
  for (const address of nameServers) await addAddress(['-n', 'world'], address, 'eth0');
  await ip('-n', 'world', 'link', 'set', 'eth0', 'up');
  for (const gateway of world.gateways) {
    // Nobody would tell who has this address.
    await ip('neighbour', 'add', gateway, 'lladdr', WORLD_CARD, 'dev', 'world');
    await ip('route', 'add', 'default', 'via', gateway, 'dev', 'world');
  }
}

function addAddress(where: readonly string[], address: string, link: string): Promise<string> {
  const isV6 = address.includes(':');
  const more = isV6 ? ['nodad'] : [];
  return ip(...where, 'address', 'add', `${address}/${isV6 ? 64 : 24}`, 'dev', link, ...more);
}

/** Makes a file read otherwise, for this process and what it starts; the file itself stays as it is. */
async function layOver(path: string, text: string, folder: string): Promise<void> {
  const target = (await lstat(path)).isSymbolicLink() ? resolve(dirname(path), await readlink(path)) : path;
  if (target.startsWith('/run/')) {
    // It is gone with what was there, and this is our own.
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, text);
    return;
  }
  const file = join(folder, basename(path));
  await writeFile(file, text);
  await output('mount', '--bind', file, target);
}
