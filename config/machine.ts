import { readFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { availableParallelism, hostname, type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import ipaddr from 'ipaddr.js';
import { canonicalHost, isHost } from './formats.ts';
import { readMachineFile } from './machine-file.ts';

/** What the machine says of itself. */
export interface Machine {
  /** In small letters; `localhost` if it has none that browsers could open. */
  readonly hostName: string;
  /** At which others reach it, IPv4 first; at least one, at most 16. Loopback only if there is nothing else. */
  readonly addresses: readonly string[];
  /** What this process may use, at least 1. */
  readonly cores: number;
}

export type Interfaces = Readonly<
  Record<string, readonly Pick<NetworkInterfaceInfo, 'address' | 'internal'>[] | undefined>
>;

/** As many as `network.announced_addresses` may hold. */
const MOST_ADDRESSES = 16;

/**
 * Networks between containers or virtual machines and their host. Docker calls its own `br-` and twelve digits;
 * other `br-` are bridges to real networks (`br-lan`).
 */
const INSIDE =
  /^(docker|br-[0-9a-f]{12}$|veth|virbr|vnet|vmnet|vboxnet|lxc|lxd|incusbr|podman|nerdctl|cni|flannel|cali|cilium|weave|kube-|nodelocaldns|ifb|dummy)/;

/**
 * The machine that browsers reach. A process in a container sees another network than that: for it, `LINKELLO_MACHINE`
 * names a file that one on the host's network keeps (see `MachineFile`).
 *
 * Never throws: a machine that says nothing is `localhost` with one core.
 */
export function describeMachine(): Machine {
  const own = describeOwnMachine();
  const file = process.env.LINKELLO_MACHINE;
  return file ? { ...own, ...readMachineFile(file) } : own;
}

/** The machine as this process sees it. */
export function describeOwnMachine(): Machine {
  const name = hostname().toLowerCase().replace(/\.$/, '');
  return {
    hostName: isHost(name) ? name : 'localhost',
    addresses: reachableAddresses(readInterfaces(), passingAddresses(readInet6())),
    cores: Math.max(1, availableParallelism()),
  };
}

/**
 * The addresses at which others reach a machine with these interfaces: no link-local ones, none of containers.
 * @param passing addresses that will go away, in canonical form; used only if a family has no others.
 */
export function reachableAddresses(
  interfaces: Interfaces,
  passing: ReadonlySet<string> = new Set(),
): string[] {
  const all = Object.entries(interfaces).flatMap(([name, infos = []]) =>
    infos.map(({ address, internal }) => {
      const canonical = canonicalHost(address);
      return { name, internal, address: canonical, range: ipaddr.parse(canonical).range() };
    }),
  );
  const outside = all
    .filter(
      (each) =>
        !each.internal && each.range !== 'loopback' && each.range !== 'linkLocal' && !INSIDE.test(each.name),
    )
    .map(({ address }) => address);
  const families = [outside.filter((each) => !isIPv6(each)), outside.filter((each) => isIPv6(each))];
  const lasting = families.flatMap((family) => {
    const staying = family.filter((address) => !passing.has(address));
    return staying.length > 0 ? staying : family;
  });
  const loopback = all.filter(({ range }) => range === 'loopback').map(({ address }) => address);
  const found = [lasting, loopback, ['127.0.0.1']].find((addresses) => addresses.length > 0) ?? [];
  return [...new Set(found)].slice(0, MOST_ADDRESSES);
}

/** Whether only this machine itself can use the address. False for what is none. */
export function isLoopback(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'loopback';
}

/**
 * IPv6 addresses that change by themselves within hours (RFC 8981), are about to go or are not usable yet.
 * @param table the text of /proc/net/if_inet6: address, index, prefix, scope, flags, name, all but the name in hex.
 */
export function passingAddresses(table: string): Set<string> {
  // linux/if_addr.h: IFA_F_TEMPORARY, IFA_F_DADFAILED, IFA_F_DEPRECATED, IFA_F_TENTATIVE.
  const passing = 0x01 | 0x08 | 0x20 | 0x40;
  const addresses = new Set<string>();
  for (const line of table.split('\n')) {
    const [address, , , , flags] = line.trim().split(/\s+/);
    if (address === undefined || flags === undefined || !/^[0-9a-f]{32}$/.test(address)) continue;
    if ((Number.parseInt(flags, 16) & passing) === 0) continue;
    addresses.add(canonicalHost(address.replaceAll(/(.{4})(?=.)/g, '$1:')));
  }
  return addresses;
}

function readInet6(): string {
  try {
    return readFileSync('/proc/net/if_inet6', 'utf8');
  } catch {
    // Not Linux, or IPv6 is switched off.
    return '';
  }
}

function readInterfaces(): Interfaces {
  try {
    return networkInterfaces();
  } catch {
    // A sandbox may forbid the question.
    return {};
  }
}
