import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { TransportListenInfo } from 'mediasoup/types';
import { canonicalHost } from '../config/formats.ts';
import { type Interfaces, reachableAddresses } from '../config/machine.ts';
import { StartFault } from './start-fault.ts';

/**
 * What one worker listens on so that browsers reach it at every announced address, by UDP and by TCP, on one port.
 *
 * An address of this machine is listened on directly. One that it has not (a router's public address, forwarded to
 * us) is announced in the name of a local one of the same family: of an announced one if there is one left, else of
 * any that other machines can reach. The local one is then announced as well, for those who are inside, and for the
 * relay, whose packets thus need not go out through the router and back.
 *
 * mediasoup can announce only one foreign address for each address it listens on.
 *
 * @param announced IP addresses, the preferred one first.
 * @param port used for UDP and for TCP.
 * @throws {StartFault} when there are more foreign addresses of a family than local ones to announce them for.
 */
export function listenInfos(
  announced: readonly string[],
  port: number,
  interfaces: Interfaces = networkInterfaces(),
): TransportListenInfo[] {
  const local = new Set(
    Object.values(interfaces).flatMap((infos = []) => infos.map(({ address }) => canonicalHost(address))),
  );
  const wanted = [...new Set(announced.map(canonicalHost))];
  const own = wanted.filter((address) => local.has(address));
  const reachable = reachableAddresses(interfaces).filter((address) => !isLoopback(address));

  /** Each address listened on, with the foreign one announced in its name. */
  const listeners = new Map<string, string | undefined>();
  for (const address of wanted) {
    if (local.has(address)) {
      if (!listeners.has(address)) listeners.set(address, undefined);
      continue;
    }
    const behind = [...own, ...reachable].find(
      (candidate) => isIPv6(candidate) === isIPv6(address) && listeners.get(candidate) === undefined,
    );
    if (behind === undefined) {
      throw new StartFault(
        `network.announced_addresses: this machine does not have the address ${address}, and no IPv${isIPv6(address) ? 6 : 4} ` +
          'address of its own is left that it could be announced for. Each address that the machine does not have takes one.',
      );
    }
    listeners.set(behind, address);
  }

  return [...listeners].flatMap(([ip, announcedAddress]) =>
    (['udp', 'tcp'] as const).map((protocol) => ({
      protocol,
      port,
      ip,
      ...(announcedAddress === undefined ? {} : { announcedAddress, exposeInternalIp: true }),
    })),
  );
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}
