import t, { type Test } from 'tap';
import type { FaultCode, OperationReply } from '../../media/contract.ts';
import { ControlFault } from './control-client.ts';
import { Rig } from './rig.ts';
import { camera, dtlsParameters, everything, microphone, only } from './rtp.ts';

t.setTimeout(120_000);

async function fails(t: Test, code: FaultCode, call: Promise<unknown>, detail?: RegExp): Promise<void> {
  const fault = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(fault instanceof ControlFault)) throw new Error(`expected the fault ${code}`, { cause: fault });
  t.equal(fault.code, code);
  t.match(fault.contentType, 'application/problem+json');
  if (detail) t.match(fault.fault.detail, detail);
}

const offered = ({ consumers }: OperationReply<'produce'>) => consumers.map(({ peerId }) => peerId).sort();

t.test('two peers send, receive, pause, and leave', async (t) => {
  const rig = await Rig.start(t);
  const { client } = rig;
  const room = 'room';

  const ana = await rig.join(room, 'ana');
  t.equal(ana.peerId, 'ana');
  t.match(ana.producers, []);
  t.match(ana.consumers, []);
  t.not(ana.sendTransport.id, ana.recvTransport.id);
  const candidates = ana.sendTransport.iceCandidates;
  t.same(
    candidates.map(({ protocol, address, port }) => [protocol, address, port]),
    [
      ['udp', '127.0.0.1', rig.options.port],
      ['tcp', '127.0.0.1', rig.options.port],
    ],
    'one port for both',
  );
  t.ok((candidates[0]?.priority ?? 0) > (candidates[1]?.priority ?? 0), 'UDP is preferred');

  const sound = await rig.produce(room, 'ana');
  t.same(sound.consumers, [], 'nobody is there to receive it');
  const picture = await rig.produce(room, 'ana', 'camera', camera(), true);

  const ben = await rig.join(room, 'ben', everything, { name: 'Ben' });
  t.same(
    ben.consumers.map(({ producerId, producerPeerId, source, kind, producerPaused }) => ({
      producerId,
      producerPeerId,
      source,
      kind,
      producerPaused,
    })),
    [
      {
        producerId: sound.producerId,
        producerPeerId: 'ana',
        source: 'microphone',
        kind: 'audio',
        producerPaused: false,
      },
      {
        producerId: picture.producerId,
        producerPeerId: 'ana',
        source: 'camera',
        kind: 'video',
        producerPaused: true,
      },
    ],
    'who joins gets all there is',
  );
  t.equal(ben.consumers[1]?.rtpParameters.encodings?.length, 1, 'one stream out of three sizes');
  t.equal(ben.consumers[1]?.rtpParameters.encodings?.[0]?.scalabilityMode, 'L3T3');

  const answer = await rig.produce(room, 'ben');
  t.same(offered(answer), ['ana'], 'who is there gets what is new');

  const benConsumes = async () => {
    const { rooms } = await client.call('listRooms', {});
    return rooms[0]?.peers.find(({ peerId }) => peerId === 'ben')?.consumers ?? [];
  };
  const ofAna = { roomId: room, peerId: 'ana' };
  await client.call('pauseProducer', { ...ofAna, producerId: sound.producerId });
  await client.call('pauseProducer', { ...ofAna, producerId: sound.producerId });
  t.equal((await benConsumes())[0]?.producerPaused, true);
  await client.call('resumeProducer', { ...ofAna, producerId: sound.producerId });
  t.equal((await benConsumes())[0]?.producerPaused, false);

  const consumerIds = ben.consumers.map(({ consumerId }) => consumerId);
  await client.call('resumeConsumers', {
    roomId: room,
    peerId: 'ben',
    consumerIds: [...consumerIds, 'gone'],
  });

  await client.call('closeProducer', { ...ofAna, producerId: picture.producerId });
  t.same(
    (await benConsumes()).map(({ producerId }) => producerId),
    [sound.producerId],
    'its consumers are gone with it',
  );
  await client.call('resumeConsumers', { roomId: room, peerId: 'ben', consumerIds });
  await fails(t, 'not_found', client.call('closeProducer', { ...ofAna, producerId: picture.producerId }));
  t.same(offered(await rig.produce(room, 'ana', 'camera', camera())), ['ben'], 'the source is free again');

  await rig.leave(room, 'ana');
  t.same(await benConsumes(), []);
  await fails(t, 'not_found', rig.leave(room, 'ana'));
  const anaAgain = await rig.join(room, 'ana');
  t.not(anaAgain.sendTransport.id, ana.sendTransport.id);
  t.same(
    anaAgain.consumers.map(({ source }) => source),
    ['microphone'],
  );

  await rig.leave(room, 'ana');
  await rig.leave(room, 'ben');
  t.same(await client.call('listRooms', {}), { rooms: [] }, 'a room goes with its last peer');
});

t.test('what ends is gone at once, however busy the worker is', async (t) => {
  const rig = await Rig.start(t);
  await rig.join('room', 'ana');
  await rig.join('room', 'ben');
  const { producerId } = await rig.produce('room', 'ana');
  await rig.produce('room', 'ana', 'camera', camera());
  await rig.produce('room', 'ben');
  const described = async () => {
    const { rooms } = await rig.client.call('listRooms', {});
    const peers = rooms.flatMap((room) => room.peers);
    return peers.map(({ peerId, producers, consumers }) => [peerId, producers.length, consumers.length]);
  };
  t.same(await described(), [
    ['ana', 2, 1],
    ['ben', 1, 2],
  ]);
  process.kill(rig.workerPid(), 'SIGSTOP');
  t.teardown(() => process.kill(rig.workerPid(), 'SIGCONT'));
  await rig.client.call('closeProducer', { roomId: 'room', peerId: 'ana', producerId });
  t.same(await described(), [
    ['ana', 1, 1],
    ['ben', 1, 1],
  ]);
  await rig.leave('room', 'ana');
  t.same(await described(), [['ben', 1, 0]]);
  await rig.client.call('closeRoom', { roomId: 'room' });
  t.same(await described(), []);
});

t.test('everything that lives can be listed as it was answered', async (t) => {
  const rig = await Rig.start(t);
  const { client } = rig;
  const label = { name: 'Ana', joinedAt: '2026-11-23T10:00:00Z', nested: { list: [1, null, true] } };
  const ana = await rig.join('one', 'ana', everything, label);
  const sound = await rig.produce('one', 'ana');
  const ben = await rig.join('one', 'ben');
  const picture = await rig.produce('one', 'ana', 'camera', camera());
  const other = await rig.join('two', 'ana');

  const toBen = picture.consumers.map(({ consumer }) => consumer);
  const described = {
    rooms: [
      {
        roomId: 'one',
        speakerPeerIds: [],
        peers: [
          {
            ...ana,
            producers: [
              {
                producerId: sound.producerId,
                kind: 'audio',
                source: 'microphone',
                paused: false,
                wantedLayer: null,
              },
              {
                producerId: picture.producerId,
                kind: 'video',
                source: 'camera',
                paused: false,
                wantedLayer: 2,
              },
            ],
          },
          { ...ben, consumers: [...ben.consumers, ...toBen] },
        ],
      },
      { roomId: 'two', speakerPeerIds: [], peers: [other] },
    ],
  };
  t.same(ana.label, label);
  t.strictSame(await client.call('listRooms', {}), described);

  const transportId = ana.sendTransport.id;
  const at = { roomId: 'one', peerId: 'ana', transportId };
  await client.call('connectTransport', { ...at, dtlsParameters });
  t.strictSame(await client.call('listRooms', {}), described, 'connecting a transport changes nothing');

  const { iceParameters } = await client.call('restartIce', at);
  t.not(iceParameters.usernameFragment, ana.sendTransport.iceParameters.usernameFragment);
  const { rooms } = await client.call('listRooms', {});
  t.strictSame(rooms[0]?.peers[0]?.sendTransport, { ...ana.sendTransport, iceParameters });

  t.strictSame(
    await rig.join('one', 'ben', only('audio/opus'), { other: true }),
    rooms[0]?.peers[1],
    'a peer that is there is answered as it is',
  );
  t.strictSame(await client.call('listRooms', {}), { rooms });
});

t.test('what does not fit is refused', async (t) => {
  const rig = await Rig.start(t);
  const { client } = rig;
  const ana = await rig.join('room', 'ana');
  const ben = await rig.join('room', 'ben');
  await rig.produce('room', 'ana');

  await fails(t, 'conflict', rig.produce('room', 'ana'), /microphone/);
  await fails(t, 'not_found', rig.produce('room', 'nobody'));
  await fails(t, 'not_found', rig.produce('elsewhere', 'ana'));
  await fails(t, 'not_found', client.call('closeRoom', { roomId: 'elsewhere' }));

  const at = { roomId: 'room', peerId: 'ana', transportId: ana.sendTransport.id };
  await fails(
    t,
    'not_found',
    client.call('connectTransport', { ...at, transportId: ben.sendTransport.id, dtlsParameters }),
  );
  await fails(t, 'not_found', client.call('restartIce', { ...at, transportId: 'x' }));
  await client.call('connectTransport', { ...at, dtlsParameters });
  await fails(t, 'conflict', client.call('connectTransport', { ...at, dtlsParameters }));

  const sent = { roomId: 'room', peerId: 'ana', paused: false };
  await fails(
    t,
    'invalid',
    client.call('produce', { ...sent, kind: 'audio', source: 'camera', rtpParameters: microphone() }),
    /camera cannot be of kind audio/,
  );
  await fails(
    t,
    'invalid',
    client.call('produce', { ...sent, kind: 'video', source: 'camera', rtpParameters: microphone() }),
    /must be video/,
  );
  const [codec] = microphone().codecs;
  if (!codec) throw new Error('no codec');
  await fails(
    t,
    'invalid',
    rig.produce('room', 'ana', 'screenAudio', { ...microphone(), codecs: [{ ...codec, clockRate: 8_000 }] }),
    /unsupported codec/,
  );
  const [rtx] = camera().codecs.slice(1);
  if (!rtx) throw new Error('no codec');
  await fails(t, 'invalid', rig.produce('room', 'ana', 'camera', { ...camera(), codecs: [rtx] }));
  t.equal(
    (await rig.produce('room', 'ana', 'camera', camera())).consumers.length,
    1,
    'a refusal frees the source',
  );

  const same = camera();
  await rig.produce('room', 'ben', 'camera', same);
  await fails(t, 'invalid', rig.produce('room', 'ben', 'screen', same), /already exists/i);

  await fails(
    t,
    'invalid',
    rig.join('room', 'cleo', {
      codecs: [{ ...codec, kind: 'audio', mimeType: 'opus', preferredPayloadType: 1 }],
    }),
  );
  await fails(t, 'invalid', rig.join('room', 'cleo', everything, { text: 'x'.repeat(2_040) }), /2048 bytes/);
  await rig.join('room', 'cleo', everything, { text: 'x'.repeat(2_000) });
  const { rooms } = await client.call('listRooms', {});
  t.same(
    rooms[0]?.peers.map(({ peerId }) => peerId),
    ['ana', 'ben', 'cleo'],
  );
});

t.test('who cannot receive a producer is passed over', async (t) => {
  const rig = await Rig.start(t);
  await rig.join('room', 'ana');
  await rig.join('room', 'ben');
  await rig.join('room', 'deaf', only('video/H264'));
  t.same(offered(await rig.produce('room', 'ana')), ['ben']);
  t.same(offered(await rig.produce('room', 'ana', 'camera', camera())), ['ben']);
  const late = await rig.join('room', 'late', only('audio/opus'));
  t.same(
    late.consumers.map(({ source }) => source),
    ['microphone'],
  );
});

t.test('a room is closed on request, and everybody is told', async (t) => {
  const rig = await Rig.start(t);
  const [one, two] = [await rig.client.events(), await rig.client.events()];
  await rig.join('room', 'ana');
  await rig.join('other', 'ana');
  await rig.client.call('closeRoom', { roomId: 'room' });
  for (const events of [one, two]) {
    t.same(await events.until('roomClosed'), { event: 'roomClosed', roomId: 'room', reason: 'closed' });
  }
  await fails(t, 'not_found', rig.leave('room', 'ana'));
  await rig.leave('other', 'ana');
  await rig.join('last', 'ana');
  await rig.client.call('closeRoom', { roomId: 'last' });
  await one.until('roomClosed', ({ roomId }) => roomId === 'last');
  t.equal(one.seen.length, 2, 'a room that its last peer left is no event');
});

t.test('rooms spread over the workers by what they carry', async (t) => {
  const rig = await Rig.start(t, { workers: 2 });
  const portOf = ({ recvTransport }: OperationReply<'joinRoom'>) => recvTransport.iceCandidates[0]?.port ?? 0;
  const many = await Promise.all(['a', 'b', 'c', 'd'].map((roomId) => rig.join(roomId, 'ana')));
  const { port } = rig.options;
  t.same(many.map(portOf).sort(), [port, port, port + 1, port + 1], 'opened at once, they alternate');

  const [busy] = many;
  if (!busy) throw new Error('no room');
  await rig.join('a', 'ben');
  await rig.produce('a', 'ben');
  const free = portOf(busy) === port ? port + 1 : port;
  const next = [await rig.join('e', 'ana'), await rig.join('f', 'ana'), await rig.join('g', 'ana')];
  t.same(next.map(portOf), [free, free, free], 'the worker with fewer consumers gets them');
});

t.test('a join is undone when nobody waits for it', async (t) => {
  const rig = await Rig.start(t);
  const worker = rig.workerPid();
  process.kill(worker, 'SIGSTOP');
  const gone = new AbortController();
  const given = rig.client.call(
    'joinRoom',
    { roomId: 'room', peerId: 'ana', rtpCapabilities: everything, label: {} },
    gone.signal,
  );
  // The answer to a later request shows that the first has arrived.
  await new Promise((resolve) => setTimeout(resolve, 0));
  await rig.client.call('listRooms', {});
  gone.abort();
  await t.rejects(given);
  await rig.client.call('listRooms', {});
  process.kill(worker, 'SIGCONT');
  await rig.join('other', 'ben');
  const { rooms } = await rig.client.call('listRooms', {});
  t.same(
    rooms.map(({ roomId }) => roomId),
    ['other'],
  );
});
