import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { TransportListenInfo } from 'mediasoup/types';
import { listenersFor } from '../config/listeners.ts';
import type { Interfaces } from '../config/machine.ts';
import { StartFault } from './start-fault.ts';

/**
 * What one worker listens on so that browsers reach it at every announced address, by UDP and by TCP, on one port.
 *
 * A local address in whose name a foreign one is announced ({@link listenersFor}) is announced as well, for those who
 * are inside, and for the relay, whose packets thus need not go out through the router and back.
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
  const { addresses, unserved } = listenersFor(announced, interfaces);
  const [address] = unserved;
  if (address !== undefined) {
    throw new StartFault(
      `network.announced_addresses: this machine does not have the address ${address}, and no IPv${isIPv6(address) ? 6 : 4} ` +
        'address of its own is left that it could be announced for. Each address that the machine does not have takes one.',
    );
  }
  return [...addresses].flatMap(([ip, announcedAddress]) =>
    (['udp', 'tcp'] as const).map((protocol) => ({
      protocol,
      port,
      ip,
      ...(announcedAddress === null ? {} : { announcedAddress, exposeInternalIp: true }),
    })),
  );
}
