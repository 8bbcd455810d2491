import type { Test } from 'tap';
import type { TurnCredentials } from '../../turn/credentials.ts';
import { outcome, TurnClient } from '../turn/turn-client.ts';
import type { Bundle } from './bundle.ts';

const FORBIDDEN = 403;
const WRONG_TRANSPORT = 442;

/**
 * Whoever is in a meeting holds a credential for the relay. It opens the SFU and nothing else: least of all what runs
 * beside it.
 */
export async function testRelayAttack(
  t: Test,
  bundle: Bundle,
  { credentials, address, neighbour }: { credentials: TurnCredentials; address: string; neighbour: string },
): Promise<void> {
  const containers = await bundle.containers();
  const inside = (service: string) =>
    Object.values(containers[service]?.NetworkSettings.Networks ?? {}).map(
      ({ IPAddress }) => [`${service} in its network`, IPAddress, 3306] as const,
    );
  const victims = [
    ['loopback', '127.0.0.1', 443],
    ['metadata of a cloud', '169.254.169.254', 80],
    ['another host', neighbour, 53],
    ...inside('analytics-db'),
    ...inside('analytics'),
    ...inside('app'),
  ] as const;
  t.ok(victims.length >= 7, 'every container with a network of its own is among them');

  for (const way of ['udp', 'tcp'] as const) {
    const client = await TurnClient.open(way, { address, port: 3478 });
    t.teardown(() => client.close());
    await client.authenticate(credentials);
    t.equal(
      outcome(await client.allocate({ transport: 'tcp' })),
      WRONG_TRANSPORT,
      `no relay of TCP, by ${way}`,
    );
    t.equal(outcome(await client.allocate()), 'ok', `a relay of UDP, by ${way}`);
    t.equal(outcome(await client.permit({ address, port: 44_300 })), 'ok', 'to the SFU');
    for (const [index, [name, victim, port]] of victims.entries()) {
      const peer = { address: victim, port };
      t.equal(outcome(await client.permit(peer)), FORBIDDEN, `not to ${name}`);
      t.equal(outcome(await client.bindChannel(0x4001 + index, peer)), FORBIDDEN, 'nor by a channel');
    }
  }
}
