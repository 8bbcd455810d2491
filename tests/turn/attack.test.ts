import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { makeCertificate } from './certificate.ts';
import { Coturn } from './coturn.ts';
import { Peer } from './peer.ts';
import { encode } from './stun.ts';
import { outcome, TurnClient, type Way } from './turn-client.ts';

// Whoever holds a valid credential, that is anybody in a meeting, tries to get through the relay to what is not the SFU.

const FORBIDDEN = 403;
const WRONG_FAMILY = 443;

const targets = {
  ipv4: [
    ['another loopback address', '127.0.0.2'],
    ['the last loopback address', '127.255.255.254'],
    ['this machine by its nameless address', '0.0.0.0'],
    ['its neighbours in that range', '0.0.0.1'],
    ['metadata of a cloud', '169.254.169.254'],
    ['a private network', '10.0.0.1'],
    ['another private network', '172.17.0.1'],
    ['the home network', '192.168.1.1'],
    ['the internet', '192.0.2.1'],
    ['a multicast group', '224.0.0.251'],
    ['everybody', '255.255.255.255'],
  ],
  ipv6: [
    ['nameless', '::'],
    ["the SFU's IPv4 address mapped", '::ffff:127.0.0.1'],
    ['another loopback address mapped', '::ffff:127.0.0.2'],
    ['metadata of a cloud mapped', '::ffff:169.254.169.254'],
    ['nameless IPv4 mapped', '::ffff:0.0.0.0'],
    ['IPv4 in the old compatible form', '::127.0.0.1'],
    ['IPv4 translated (RFC 2765)', '::ffff:0:127.0.0.1'],
    ['IPv4 through NAT64', '64:ff9b::127.0.0.1'],
    ['IPv4 through 6to4', '2002:7f00:1::'],
    ['the neighbour of loopback', '::2'],
    ['a private network', 'fd00::1'],
    ['metadata of a cloud', 'fd00:ec2::254'],
    ['this cable', 'fe80::1'],
    ['the internet', '2001:db8::1'],
    ['a multicast group', 'ff02::fb'],
  ],
} as const;

t.test('an SFU on IPv4', async (t) => {
  const coturn = await Coturn.start();
  t.teardown(() => coturn.stop());
  const sfu = await Peer.open('127.0.0.1');
  t.teardown(() => sfu.close());
  const { port } = sfu.endpoint;
  // Services that the attacker is after: on the same port as the SFU, at other addresses of this machine.
  const victims = [await Peer.open('127.0.0.2', port), await Peer.open('::1', port)];
  t.teardown(() => {
    for (const victim of victims) victim.close();
  });

  for (const way of ['udp', 'tcp'] as Way[]) {
    const client = await TurnClient.open(way, coturn.at());
    t.teardown(() => client.close());
    await client.authenticate(coturn.credentials('mallory'));
    t.equal(outcome(await client.allocate()), 'ok');
    t.equal(outcome(await client.permit(sfu.endpoint)), 'ok');

    let channel = 0x4001;
    const attack = async (name: string, address: string, answer: number) => {
      const peer = { address, port };
      t.equal(outcome(await client.permit(peer)), answer, `CreatePermission to ${name}, ${address}`);
      t.equal(outcome(await client.permit(sfu.endpoint, peer)), answer, 'hidden behind the SFU');
      t.equal(outcome(await client.permit(peer, sfu.endpoint)), answer, 'or before it');
      t.equal(outcome(await client.bindChannel(channel, peer)), answer, `ChannelBind to ${address}`);
      client.send(peer, Buffer.from(`attack by indication on ${address}`));
      client.sendChannel(channel, Buffer.from(`attack by channel on ${address}`));
      channel += 1;
    };
    for (const [name, address] of targets.ipv4) await attack(name, address, FORBIDDEN);
    for (const [name, address] of targets.ipv6) await attack(name, address, WRONG_FAMILY);
    await attack('loopback', '::1', WRONG_FAMILY);

    const relayed = await client.relayed(() => client.send(sfu.endpoint, Buffer.from('fair')));
    t.match(relayed, { data: Buffer.from('fair') }, 'the way to the SFU is still open');
    t.equal(outcome(await client.allocate({ ipv6: true })), 437, 'no second relay');
  }
  t.strictSame(
    victims.flatMap(({ received }) => received),
    [],
    'nothing arrived elsewhere',
  );
  t.strictSame(new Set(sfu.received), new Set(['fair']));

  const client = await TurnClient.open('udp', coturn.at());
  t.teardown(() => client.close());
  await client.authenticate(coturn.credentials('mallory'));
  t.equal(
    outcome(await client.allocate({ ipv6: true })),
    440,
    'no relay of a family that the SFU does not have',
  );
});

t.test('an SFU on both families', async (t) => {
  const coturn = await Coturn.start({ announced: ['127.0.0.1', '::1'] });
  t.teardown(() => coturn.stop());
  const sfu = await Peer.open('::1');
  t.teardown(() => sfu.close());
  const { port } = sfu.endpoint;
  const victims = [await Peer.open('127.0.0.2', port), await Peer.open('127.0.0.1', port)];
  t.teardown(() => {
    for (const victim of victims) victim.close();
  });
  const client = await TurnClient.open('udp', coturn.at('plain', '::1'));
  t.teardown(() => client.close());
  await client.authenticate(coturn.credentials('mallory'));
  t.equal(outcome(await client.allocate({ ipv6: true })), 'ok');
  t.equal(outcome(await client.permit(sfu.endpoint)), 'ok');

  let channel = 0x4001;
  for (const [name, address] of targets.ipv6) {
    const peer = { address, port };
    t.equal(outcome(await client.permit(peer)), FORBIDDEN, `CreatePermission to ${name}, ${address}`);
    t.equal(outcome(await client.bindChannel(channel, peer)), FORBIDDEN, `ChannelBind to ${address}`);
    client.send(peer, Buffer.from(`attack on ${address}`));
    client.sendChannel(channel, Buffer.from(`attack on ${address}`));
    channel += 1;
  }
  const relayed = await client.relayed(() => client.send(sfu.endpoint, Buffer.from('fair')));
  t.match(relayed, { data: Buffer.from('fair') }, 'the way to the SFU is still open');
  t.strictSame(
    victims.flatMap(({ received }) => received),
    [],
    'nothing arrived elsewhere',
  );
});

t.test('TCP', async (t) => {
  const coturn = await Coturn.start();
  t.teardown(() => coturn.stop());
  for (const way of ['udp', 'tcp'] as Way[]) {
    const client = await TurnClient.open(way, coturn.at());
    t.teardown(() => client.close());
    await client.authenticate(coturn.credentials('mallory'));
    t.equal(outcome(await client.allocate({ transport: 'tcp' })), 442, `no TCP relay over ${way}`);
    t.equal(outcome(await client.allocate()), 'ok');
    const peer = { address: '127.0.0.1', port: coturn.at().port };
    t.equal(
      outcome(await client.request('connect', [['xorPeerAddress', peer]])),
      FORBIDDEN,
      'no TCP connection',
    );
  }
});

t.test('somebody else', async (t) => {
  const coturn = await Coturn.start();
  t.teardown(() => coturn.stop());
  const peer = { address: '127.0.0.1', port: 9 };
  const client = await TurnClient.open('udp', coturn.at());
  t.teardown(() => client.close());
  t.equal(outcome(await client.permit(peer)), 401, 'is asked for a credential');
  await client.authenticate(coturn.credentials('alice'));
  t.equal(outcome(await client.permit(peer)), 400, 'has no relay to permit anything on');
  t.equal(outcome(await client.allocate()), 'ok');
  client.become(coturn.credentials('mallory'), 'meet.example.org');
  t.equal(outcome(await client.refresh(600)), 441, 'does not take over a relay');
});

t.test('nothing is told and nothing is kept', async (t) => {
  const coturn = await Coturn.start();
  t.teardown(() => coturn.stop());
  const credentials = coturn.credentials('alice');
  for (const way of ['udp', 'tcp'] as Way[]) {
    const client = await TurnClient.open(way, coturn.at());
    await client.authenticate({ ...credentials, credential: 'forged' });
    await client.allocate();
    client.close();
    const again = await TurnClient.open(way, coturn.at());
    await again.authenticate(credentials);
    t.equal(outcome(await again.allocate()), 'ok');
    // Often enough to fill the buffer through which it prints, if it did.
    const refused = await Promise.all(
      Array.from({ length: 100 }, () => again.permit({ address: '10.0.0.1', port: 9 })),
    );
    t.ok(refused.every((answer) => outcome(answer) === FORBIDDEN));
    t.equal(outcome(await again.permit({ address: '127.0.0.1', port: 9 })), 'ok');
    await again.refresh(0);
    again.close();
  }
  const client = await TurnClient.open('tcp', coturn.at());
  t.match(await client.request('binding'), { kind: 'success' });
  t.ok(
    client.messages.every(({ types }) => types.every((type) => type === 0x0020)),
    'STUN tells the address only',
  );
  client.close();

  const fds = join('/proc', `${coturn.pid}`, 'fd');
  const open = await Promise.all((await readdir(fds)).map((fd) => readlink(join(fds, fd)).catch(() => '')));
  const files = open.filter((name) => name.startsWith('/') && !name.startsWith('/dev/'));
  t.strictSame(files, [], 'no file is open');
  t.strictSame(
    (await readdir(coturn.folder)).sort(),
    ['data', 'linkello.yaml'],
    'none was left in its folder',
  );
  t.strictSame(
    (await readdir(join(coturn.folder, 'data', 'turn'))).sort(),
    ['secret', 'turnserver.conf'],
    'nor beside its configuration',
  );

  await coturn.stop();
  for (const secret of [
    coturn.secret,
    credentials.username,
    credentials.credential,
    'alice',
    '127.0.0.1',
    '10.0.0.1',
  ]) {
    t.notOk(
      coturn.output.includes(secret),
      `it printed neither names, addresses nor secrets: ${coturn.output}`,
    );
  }
});

t.test('only its own ports are open', async (t) => {
  const coturn = await Coturn.start({
    announced: ['127.0.0.1', '::1'],
    certificate: await makeCertificate(),
  });
  t.teardown(() => coturn.stop());
  const { port, tls_port } = coturn.config.turn;
  // Neither the command line nor the web pages of coturn, nor second ports to find out about NATs, nor DTLS.
  const expected = { tcp: [port, tls_port], tcp6: [port, tls_port], udp: [port], udp6: [port] };
  for (const [table, ports] of Object.entries(expected)) {
    t.strictSame(new Set(await openPorts(coturn.pid, table)), new Set(ports), table);
  }
});

/** Ports on which a process listens, by a table of /proc/net (proc(5)). */
async function openPorts(pid: number, table: string): Promise<number[]> {
  const fds = join('/proc', `${pid}`, 'fd');
  const links = await Promise.all((await readdir(fds)).map((fd) => readlink(join(fds, fd)).catch(() => '')));
  const lines = (await readFile(join('/proc', `${pid}`, 'net', table), 'utf8')).trim().split('\n').slice(1);
  return lines.flatMap((line) => {
    const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/);
    // TCP_LISTEN; UDP sockets that are connected to nobody have TCP_CLOSE (include/net/tcp_states.h).
    const isListening = state === (table.startsWith('tcp') ? '0A' : '07');
    return isListening && links.includes(`socket:[${inode}]`)
      ? [Number.parseInt(local.split(':')[1] ?? '', 16)]
      : [];
  });
}

t.test('junk does not end it', async (t) => {
  const coturn = await Coturn.start();
  t.teardown(() => coturn.stop());
  const sane = encode('allocate', 'request', [['requestedTransport', Buffer.from([17, 0, 0, 0])]]).bytes;
  const junk = [
    Buffer.alloc(0),
    Buffer.from('GET / HTTP/1.1\r\nHost: meet.example.org\r\n\r\n'),
    Buffer.alloc(1400, 0xff),
    ...Array.from({ length: sane.length }, (_, length) => sane.subarray(0, length)),
    ...Array.from({ length: sane.length }, (_, at) =>
      sane.map((byte, index) => (index === at ? byte ^ 0xff : byte)),
    ),
  ];
  for (const bytes of junk) {
    for (const way of ['udp', 'tcp'] as Way[]) {
      const client = await TurnClient.open(way, coturn.at());
      client.sendRaw(Buffer.from(bytes));
      client.close();
    }
  }
  const client = await TurnClient.open('udp', coturn.at());
  t.teardown(() => client.close());
  await client.authenticate(coturn.credentials());
  t.equal(outcome(await client.allocate()), 'ok');
  t.ok(coturn.isRunning);
});
