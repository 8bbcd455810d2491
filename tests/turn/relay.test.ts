import { execFile } from 'node:child_process';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t, { type Test } from 'tap';
import { issueCredentials } from '../../turn/credentials.ts';
import { until } from '../deadline.ts';
import { makeCertificate } from './certificate.ts';
import { Coturn } from './coturn.ts';
import { Peer } from './peer.ts';
import { readXorAddress } from './stun.ts';
import { outcome, TurnClient, type Way } from './turn-client.ts';

const run = promisify(execFile);
const certificate = await makeCertificate();

t.test('a valid credential relays to the SFU and back', async (t) => {
  const coturn = await Coturn.start({ announced: ['127.0.0.1', '::1'], certificate });
  t.teardown(() => coturn.stop());
  const families = [
    { name: 'IPv4', address: '127.0.0.1', ipv6: false },
    { name: 'IPv6', address: '::1', ipv6: true },
  ];
  const ways: Way[] = ['udp', 'tcp', 'tls'];

  for (const { name, address, ipv6 } of families) {
    for (const way of ways) {
      await t.test(`${way} over ${name}`, async (t) => {
        const sfu = await Peer.open(address);
        t.teardown(() => sfu.close());
        const server = coturn.at(way === 'tls' ? 'tls' : 'plain', address);
        const client = await TurnClient.open(way, server, certificate.authority);
        t.teardown(() => client.close());
        await client.authenticate(coturn.credentials());

        const allocated = await client.allocate({ ipv6 });
        t.equal(outcome(allocated), 'ok');
        const { xorRelayedAddress } = allocated.values;
        const relayed = xorRelayedAddress && readXorAddress(xorRelayedAddress, allocated.transaction);
        const { min, max } = coturn.config.turn.relay_ports;
        t.equal(relayed?.address, address, 'relays from the announced address');
        t.ok(relayed && relayed.port >= min && relayed.port <= max, 'from a port of the range');

        t.equal(outcome(await client.permit(sfu.endpoint)), 'ok');
        const indicated = await client.relayed(() => client.send(sfu.endpoint, Buffer.from('indicated')));
        t.match(indicated, { from: sfu.endpoint, data: Buffer.from('indicated') });

        t.equal(outcome(await client.bindChannel(0x4000, sfu.endpoint)), 'ok');
        const channelled = await client.relayed(() => client.sendChannel(0x4000, Buffer.from('channelled')));
        t.match(channelled, { from: 0x4000, data: Buffer.from('channelled') });
        t.strictSame(new Set(sfu.received), new Set(['indicated', 'channelled']));

        t.notOk(
          client.messages.some(({ types }) => types.includes(0x8022)),
          'no answer names the software',
        );
      });
    }
  }
});

t.test("coturn's own client holds a flow", async (t) => {
  const coturn = await Coturn.start();
  t.teardown(() => coturn.stop());
  const sfu = await Peer.open('127.0.0.1');
  t.teardown(() => sfu.close());
  const { username, credential } = coturn.credentials();
  for (const options of [[], ['-t']]) {
    const { stdout } = await run('turnutils_uclient', [
      ...options,
      ...['-u', username, '-w', credential, '-p', `${coturn.at().port}`],
      ...['-e', sfu.endpoint.address, '-r', `${sfu.endpoint.port}`],
      ...['-c', '-n', '3', '-m', '1', '127.0.0.1'],
    ]);
    t.match(stdout, /Total lost packets 0 /);
  }
  t.equal(sfu.received.length, 6);
});

t.test('an SFU on IPv6 alone is reached by clients that ask for no family', async (t) => {
  const coturn = await Coturn.start({ announced: ['::1'] });
  t.teardown(() => coturn.stop());
  const client = await TurnClient.open('udp', coturn.at('plain', '::1'));
  t.teardown(() => client.close());
  await client.authenticate(coturn.credentials());
  const allocated = await client.allocate();
  const { xorRelayedAddress } = allocated.values;
  t.match(xorRelayedAddress && readXorAddress(xorRelayedAddress, allocated.transaction), { address: '::1' });
});

t.test('credentials', async (t) => {
  const coturn = await Coturn.start();
  t.teardown(() => coturn.stop());
  const open = async (t: Test) => {
    const client = await TurnClient.open('udp', coturn.at());
    t.teardown(() => client.close());
    return client;
  };

  t.test('without any: asked for one, in our realm', async (t) => {
    const client = await open(t);
    const challenge = await client.allocate();
    t.equal(outcome(challenge), 401);
    t.equal(challenge.values.realm?.toString(), 'meet.example.org');
    t.notOk(challenge.types.includes(0x8022), 'the software is not named');
  });

  const { secret } = coturn;
  const past = { secret, participantId: 'late', nowMs: Date.now() - 120_000, lifetimeSeconds: 60 };
  const forged = { ...past, nowMs: Date.now(), secret: `${secret}x` };
  const stretched = {
    ...issueCredentials(past),
    username: issueCredentials({ ...past, nowMs: Date.now() }).username,
  };
  const taken = { ...coturn.credentials('mallory'), username: coturn.credentials('alice').username };
  const wrong = {
    expired: issueCredentials(past),
    'of another secret': issueCredentials(forged),
    'with a later expiry than the signed one': stretched,
    'with the name of somebody else': taken,
    'without an expiry': { username: 'alice', credential: 'alice' },
    empty: { username: '', credential: '' },
  };
  for (const [name, credentials] of Object.entries(wrong)) {
    t.test(`${name}: refused`, async (t) => {
      const client = await open(t);
      await client.authenticate(credentials);
      const refused = await client.allocate();
      t.ok([400, 401].includes(Number(outcome(refused))), `got ${outcome(refused)}`);
    });
  }

  t.test('of another realm: refused', async (t) => {
    const client = await open(t);
    await client.authenticate(coturn.credentials(), 'elsewhere.example.org');
    t.equal((await client.allocate()).kind, 'error');
  });

  t.test('a relay outlives the credential that opened it', async (t) => {
    const client = await open(t);
    const credentials = coturn.credentials('long', 1);
    await client.authenticate(credentials);
    t.equal(outcome(await client.allocate()), 'ok');
    await until('the credential opens no further relay', async () => {
      const other = await TurnClient.open('udp', coturn.at());
      await other.authenticate(credentials);
      const answer = outcome(await other.allocate());
      other.close();
      return answer === 401;
    });
    t.equal(outcome(await client.refresh(300)), 'ok');
  });
});

t.test('limits', async (t) => {
  const coturn = await Coturn.start();
  t.teardown(() => coturn.stop());
  const open = async (participantId: string, lifetimeSeconds = 600) => {
    const client = await TurnClient.open('udp', coturn.at());
    t.teardown(() => client.close());
    await client.authenticate(coturn.credentials(participantId, lifetimeSeconds));
    return { client, answer: outcome(await client.allocate()) };
  };

  const quota = 48;
  const first = await open('greedy');
  for (let count = 1; count < quota; count++) t.equal((await open('greedy', 600 + count)).answer, 'ok');
  t.equal((await open('greedy')).answer, 486, 'one participant has a quota');
  t.equal((await open('greedy', 7200)).answer, 486, 'which another credential does not raise');
  const modest = await open('modest');
  t.equal(modest.answer, 'ok', 'others have their own');

  t.equal(outcome(await first.client.refresh(0)), 'ok');
  await until('a relay that was given back makes room', async () => (await open('greedy')).answer === 'ok');

  const free = 80 - quota - 1;
  for (let count = 0; count < free; count++) t.equal((await open(`guest${count}`)).answer, 'ok');
  t.ok([486, 508].includes(Number((await open('late')).answer)), 'there are no more than there are ports');
  const lifetime = (await modest.client.refresh(86_400)).values.lifetime?.readUInt32BE(0);
  t.equal(lifetime, 600, 'no relay is promised for longer than 10 minutes');
});

t.test('a secret may hold any visible character that the format can', async (t) => {
  const file = join(t.testdir({ secret: '#a=b"c;d\'e\\f%s{}~$(id)`,<&>|?*!@^_-+.:/[]\n' }), 'secret');
  await chmod(file, 0o600);
  const coturn = await Coturn.start({ turn: { secret_file: file } });
  t.teardown(() => coturn.stop());
  const client = await TurnClient.open('udp', coturn.at());
  t.teardown(() => client.close());
  await client.authenticate(coturn.credentials());
  t.equal(outcome(await client.allocate()), 'ok');
});
