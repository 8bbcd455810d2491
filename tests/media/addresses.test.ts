import t from 'tap';
import { listenInfos } from '../../media/addresses.ts';

const at = (address: string, internal = false) => ({ address, internal });
const machine = {
  lo: [at('127.0.0.1', true), at('::1', true)],
  eth0: [at('192.168.1.20'), at('2001:db8::20'), at('fe80::1')],
  eth1: [at('10.0.0.5')],
  docker0: [at('172.17.0.1')],
};

/** UDP alone, as `ip`, or `foreign via ip`. */
function seen(
  announced: readonly string[],
  interfaces: Parameters<typeof listenInfos>[2] = machine,
): string[] {
  return listenInfos(announced, 44300, interfaces)
    .filter(({ protocol }) => protocol === 'udp')
    .map(({ ip, announcedAddress }) => (announcedAddress ? `${announcedAddress} via ${ip}` : ip));
}

t.strictSame(
  listenInfos(['192.168.1.20', '203.0.113.7'], 44300, machine),
  [
    {
      protocol: 'udp',
      port: 44300,
      ip: '192.168.1.20',
      announcedAddress: '203.0.113.7',
      exposeInternalIp: true,
    },
    {
      protocol: 'tcp',
      port: 44300,
      ip: '192.168.1.20',
      announcedAddress: '203.0.113.7',
      exposeInternalIp: true,
    },
  ],
  'internal and public at once, on one port',
);
t.strictSame(listenInfos(['10.0.0.5'], 1, machine)[0], { protocol: 'udp', port: 1, ip: '10.0.0.5' });

t.same(
  seen(['10.0.0.5', '192.168.1.20', '::1']),
  ['10.0.0.5', '192.168.1.20', '::1'],
  'own ones, in their order',
);
t.same(seen(['2001:0DB8:0::20', '2001:db8::20']), ['2001:db8::20'], 'two spellings of one address');
t.same(seen(['203.0.113.7']), ['203.0.113.7 via 192.168.1.20'], 'a public one alone');
t.same(seen(['203.0.113.7', '10.0.0.5']), ['203.0.113.7 via 10.0.0.5'], 'an announced one is preferred');
t.same(
  seen(['203.0.113.7', '10.0.0.5', '203.0.113.8']),
  ['203.0.113.7 via 10.0.0.5', '203.0.113.8 via 192.168.1.20'],
  'two public ones',
);
t.same(
  seen(['203.0.113.7', '2001:db8:ffff::1']),
  ['203.0.113.7 via 192.168.1.20', '2001:db8:ffff::1 via 2001:db8::20'],
  'one of each family',
);
t.same(seen(['172.17.0.1']), ['172.17.0.1'], 'who names a bridge gets it');

t.throws(
  () => seen(['203.0.113.7', '203.0.113.8', '203.0.113.9']),
  { name: 'StartFault', message: /203\.0\.113\.9.* no IPv4 address/ },
  'neither bridges nor loopback stand in',
);
t.throws(() => seen(['2001:db8:ffff::1', '2001:db8:ffff::2']), { message: /2001:db8:ffff::2.* no IPv6/ });
t.throws(() => seen(['203.0.113.7'], { lo: [at('127.0.0.1', true)] }), { name: 'StartFault' });
