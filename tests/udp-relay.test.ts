import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import t, { type Test } from 'tap';
import { until } from './deadline.ts';
import { UdpRelay } from './udp-relay.ts';

/** Sends back what it gets, and keeps it with the port it came from. */
class Echo {
  readonly heard: { text: string; port: number }[] = [];
  readonly socket: Socket;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('message', (data, { port, address }) => {
      this.heard.push({ text: data.toString(), port });
      socket.send(data, port, address);
    });
  }

  static async open(t: Test): Promise<Echo> {
    return new Echo(await openSocket(t));
  }
}

/** Talks through the relay. */
class Client {
  readonly heard: string[] = [];
  readonly #socket: Socket;
  readonly #relay: UdpRelay;

  private constructor(socket: Socket, relay: UdpRelay) {
    this.#socket = socket;
    this.#relay = relay;
    socket.on('message', (data) => this.heard.push(data.toString()));
  }

  static async open(t: Test, relay: UdpRelay): Promise<Client> {
    return new Client(await openSocket(t), relay);
  }

  /** Sends one after the other; resolves when the relay has taken them all in. */
  async say(...texts: string[]): Promise<void> {
    const { counts } = this.#relay.toTarget;
    const end = counts.received + texts.length;
    for (const text of texts)
      this.#socket.send(text, this.#relay.endpoint.port, this.#relay.endpoint.address);
    await until('the relay has all', () => counts.received === end);
  }
}

async function openSocket(t: Test): Promise<Socket> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  t.teardown(() => socket.close());
  return socket;
}

async function openRelay(t: Test, seed?: number): Promise<{ echo: Echo; relay: UdpRelay }> {
  const echo = await Echo.open(t);
  const relay = await UdpRelay.open(echo.socket.address(), seed === undefined ? {} : { seed });
  t.teardown(() => relay.close());
  return { echo, relay };
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => `${index}`);

t.test('hands on and back, each client on its own', async (t) => {
  const { echo, relay } = await openRelay(t);
  const [alice, bob] = [await Client.open(t, relay), await Client.open(t, relay)];
  await alice.say('from alice');
  await bob.say('from bob');
  await alice.say('alice again');
  await until('all echoes', () => alice.heard.length === 2 && bob.heard.length === 1);
  t.strictSame(alice.heard, ['from alice', 'alice again']);
  t.strictSame(bob.heard, ['from bob']);
  t.equal(new Set(echo.heard.map(({ port }) => port)).size, 2, 'the target tells them apart');
  t.equal(relay.clientCount, 2);

  const stranger = await openSocket(t);
  stranger.send('not from the target', echo.heard[0]?.port ?? 0, '127.0.0.1');
  await alice.say('still alice');
  await until('the echo', () => alice.heard.includes('still alice'));
  t.notOk(alice.heard.includes('not from the target'));
});

t.test('loses what its seed says', async (t) => {
  const survivors = async (seed: number) => {
    const { echo, relay } = await openRelay(t, seed);
    relay.toTarget.set({ lossRatio: 0.3 });
    const client = await Client.open(t, relay);
    await client.say(...numbers(200));
    const { counts } = relay.toTarget;
    await until(
      'all are through or lost',
      () => echo.heard.length === counts.forwarded && client.heard.length === counts.forwarded,
    );
    t.equal(counts.forwarded + counts.lost, 200);
    t.ok(counts.lost > 30 && counts.lost < 90, `${counts.lost} of 200 were lost`);
    return echo.heard.map(({ text }) => text);
  };
  const [once, twice, other] = [await survivors(7), await survivors(7), await survivors(8)];
  t.strictSame(once, twice);
  t.notSame(once, other);
});

t.test('loses everything or nothing, in either direction', async (t) => {
  const { echo, relay } = await openRelay(t);
  const client = await Client.open(t, relay);
  relay.toTarget.set({ lossRatio: 1 });
  await client.say(...numbers(50));
  t.strictSame(relay.toTarget.counts, { received: 50, forwarded: 0, lost: 50 });

  relay.toTarget.set({ lossRatio: 0 });
  relay.toClients.set({ lossRatio: 1 });
  await client.say('one way');
  await until('the answer is lost', () => relay.toClients.counts.lost === 1);
  t.strictSame(
    echo.heard.map(({ text }) => text),
    ['one way'],
  );

  relay.toClients.set({ lossRatio: 0 });
  await client.say('both ways');
  await until('the echo', () => client.heard.length > 0);
  t.strictSame(client.heard, ['both ways']);
});

t.test('is cut and mended, in either direction', async (t) => {
  const { echo, relay } = await openRelay(t);
  const client = await Client.open(t, relay);
  relay.toTarget.set({ isCut: true });
  await client.say('into the cut');
  relay.toTarget.set({ isCut: false });
  relay.toClients.set({ isCut: true });
  await client.say('one way');
  await until('the answer is lost', () => relay.toClients.counts.lost === 1);
  relay.toClients.set({ isCut: false });
  await client.say('both ways');
  await until('the echo', () => client.heard.length > 0);
  t.strictSame(
    echo.heard.map(({ text }) => text),
    ['one way', 'both ways'],
  );
  t.strictSame(client.heard, ['both ways']);
});

t.test('delays, so that what is sent later may come first', async (t) => {
  const { relay } = await openRelay(t);
  const client = await Client.open(t, relay);
  relay.toTarget.set({ delayMs: 1_000 });
  await client.say('slow');
  relay.toTarget.set({ delayMs: 0 });
  await client.say('fast');
  await until('both echoes', () => client.heard.length === 2);
  t.strictSame(client.heard, ['fast', 'slow']);

  relay.toClients.set({ delayMs: 20 });
  await client.say(...numbers(20));
  await until('all echoes', () => client.heard.length === 22);
  t.strictSame(client.heard.slice(2), numbers(20), 'the same delay keeps their order');
});

t.test('what is on its way is lost with a cut, and with the end', async (t) => {
  const { echo, relay } = await openRelay(t);
  const client = await Client.open(t, relay);
  relay.toTarget.set({ delayMs: 3_600_000 });
  await client.say('before the cut');
  relay.toTarget.set({ isCut: true });
  t.strictSame(relay.toTarget.counts, { received: 1, forwarded: 0, lost: 1 });

  relay.toTarget.set({ isCut: false });
  await client.say('before the end');
  // The test file would not end before the hour if closing left it on its way.
  t.strictSame(echo.heard, []);
});
