import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import t from 'tap';
import { isHost } from '../../config/formats.ts';
import { describeMachine, isLoopback, passingAddresses, reachableAddresses } from '../../config/machine.ts';

const at = (...addresses: string[]) => addresses.map((address) => ({ address, internal: false }));
const loopback = { lo: ['127.0.0.1', '::1'].map((address) => ({ address, internal: true })) };

t.test('this machine', async (t) => {
  const machine = describeMachine();
  t.ok(isHost(machine.hostName));
  t.ok(machine.cores >= 1);
  t.ok(machine.addresses.length >= 1);
  const own = Object.values(networkInterfaces()).flatMap((infos = []) => infos.map(({ address }) => address));
  for (const address of machine.addresses) t.ok(isIP(address) !== 0 && own.includes(address), address);
});

t.test('networks of containers and virtual machines are left out', async (t) => {
  const inside = [
    ...[
      'docker0',
      'docker_gwbridge',
      'br-0a1b2c3d4e5f',
      'veth12ab',
      'virbr0',
      'vnet3',
      'cni0',
      'cni-podman0',
    ],
    ...['flannel.1', 'podman0', 'lxcbr0', 'lxdbr0', 'cali123', 'ifb0', 'kube-ipvs0', 'vboxnet0', 'dummy0'],
  ];
  const interfaces = Object.fromEntries(inside.map((name, index) => [name, at(`172.17.${index}.1`)]));
  t.same(reachableAddresses({ ...loopback, ...interfaces, eth0: at('192.168.1.10') }), ['192.168.1.10']);
});

t.test('bridges and tunnels to real networks stay', async (t) => {
  t.same(reachableAddresses({ 'br-lan': at('10.0.0.1'), br0: at('10.0.1.1'), wg0: at('10.8.0.1') }), [
    '10.0.0.1',
    '10.0.1.1',
    '10.8.0.1',
  ]);
});

t.test('IPv4 first, link-local never, each once', async (t) => {
  const interfaces = {
    eth0: at('2001:db8::10', 'fe80::1', '192.168.1.10'),
    eth1: at('169.254.3.4', 'FD00:0::1', '192.168.1.10'),
  };
  t.same(reachableAddresses(interfaces), ['192.168.1.10', '2001:db8::10', 'fd00::1']);
});

t.test('loopback if there is nothing else', async (t) => {
  t.same(reachableAddresses({ ...loopback, docker0: at('172.17.0.1') }), ['127.0.0.1', '::1']);
  t.same(reachableAddresses({}), ['127.0.0.1']);
});

t.test('IPv6 addresses that change by themselves give way to those that stay', async (t) => {
  // Columns of /proc/net/if_inet6; 80 is permanent, 01 temporary, 20 deprecated.
  const table = [
    '20010db8000000000000000000000010 02 40 00 80     eth0',
    '20010db800000000a1b2c3d4e5f60718 02 40 00 01     eth0',
    '20010db8000000000000000000000011 02 40 00 21     eth0',
    'something else',
  ].join('\n');
  const passing = passingAddresses(table);
  t.same([...passing], ['2001:db8::a1b2:c3d4:e5f6:718', '2001:db8::11']);
  const all = ['2001:db8::10', '2001:db8::a1b2:c3d4:e5f6:718', '2001:db8::11'];
  t.same(reachableAddresses({ eth0: at(...all) }, passing), ['2001:db8::10']);
  t.same(reachableAddresses({ eth0: at(...all.slice(1)) }, passing), all.slice(1), 'better than none');
});

t.test('no more than the settings may hold', async (t) => {
  const many = Array.from({ length: 40 }, (_, index) => `10.0.0.${index + 1}`);
  t.equal(reachableAddresses({ eth0: at(...many) }).length, 16);
});

t.test('what only this machine can use', async (t) => {
  for (const address of ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'])
    t.ok(isLoopback(address), address);
  for (const address of ['192.0.2.1', '::', '0.0.0.0', '', '::ffff:192.0.2.1', 'fd00::1'])
    t.notOk(isLoopback(address), address);
});
