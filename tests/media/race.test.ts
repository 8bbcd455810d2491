import { randomInt } from 'node:crypto';
import t from 'tap';
import type { Source } from '../../media/contract.ts';
import { Rig } from './rig.ts';
import { camera, microphone } from './rtp.ts';

t.setTimeout(120_000);

/** Where each consumer was told of: by which call, for whom, of which producer. */
type Report = { by: 'join' | 'produce'; peerId: string; producerId: string };

t.test('peers join while others start to send: everyone gets everything, told once', async (t) => {
  const rig = await Rig.start(t);
  const senders = Array.from({ length: 6 }, (_, index) => `sender-${index}`);
  const joiners = Array.from({ length: 8 }, (_, index) => `joiner-${index}`);
  const told = new Set<Report['by']>();

  for (let round = 0; round < 5; round += 1) {
    const roomId = `room-${round}`;
    const reports: Report[] = [];
    const producers: { producerId: string; peerId: string }[] = [];
    const produce = async (peerId: string, source: Source) => {
      const sound = source === 'microphone' || source === 'screenAudio';
      const made = await rig.produce(roomId, peerId, source, sound ? microphone() : camera());
      const { producerId } = made;
      producers.push({ producerId, peerId });
      reports.push(
        ...made.consumers.map((to) => ({ by: 'produce', peerId: to.peerId, producerId }) as const),
      );
    };
    await Promise.all(senders.map((peerId) => rig.join(roomId, peerId)));
    await Promise.all([
      ...senders.map(async (peerId) => {
        for (const source of ['microphone', 'camera', 'screen', 'screenAudio'] as const) {
          await produce(peerId, source);
        }
      }),
      ...joiners.map(async (peerId) => {
        // Spread out over the time in which others start to send.
        await new Promise((resolve) => setTimeout(resolve, randomInt(80)));
        const { consumers } = await rig.join(roomId, peerId);
        reports.push(...consumers.map(({ producerId }) => ({ by: 'join', peerId, producerId }) as const));
        await produce(peerId, 'camera');
      }),
    ]);

    const name = (peerId: string, producerId: string) => `${peerId} gets ${producerId}`;
    const expected = [...senders, ...joiners].flatMap((peerId) =>
      producers.filter((each) => each.peerId !== peerId).map(({ producerId }) => name(peerId, producerId)),
    );
    t.same(reports.map(({ peerId, producerId }) => name(peerId, producerId)).sort(), expected.sort());
    for (const { by } of reports) told.add(by);

    const { rooms } = await rig.client.call('listRooms', {});
    const living = rooms
      .flatMap(({ peers }) => peers)
      .flatMap(({ peerId, consumers }) => consumers.map(({ producerId }) => name(peerId, producerId)));
    t.same(living.sort(), expected);
    await rig.client.call('closeRoom', { roomId });
  }
  t.same([...told].sort(), ['join', 'produce'], 'some were told on joining, some on producing');
});

t.test('the same peer joins twice at the same instant', async (t) => {
  const rig = await Rig.start(t);
  await rig.join('room', 'ben');
  await rig.produce('room', 'ben');
  const [one, two] = await Promise.all([rig.join('room', 'ana'), rig.join('room', 'ana')]);
  t.equal(one.consumers.length, 1);
  t.strictSame(one, two);
  t.strictSame(await rig.join('room', 'ana'), one);
  const dump = await rig.sfu.pool.slots[0]?.running?.webRtcServer.dump();
  t.equal(dump?.webRtcTransportIds.length, 4, 'two transports a peer');
});

t.test('peers come, send and go at random: nothing is told wrongly, nothing is left', async (t) => {
  const rig = await Rig.start(t);
  const codes = new Set<unknown>();
  // What went away meanwhile is not found; what is there twice is a conflict. Nothing else can happen.
  const attempt = (call: Promise<unknown>) =>
    call.catch((fault: { code?: unknown }) => codes.add(fault.code ?? fault));
  const peerIds = Array.from({ length: 6 }, (_, index) => `peer-${index}`);
  await Promise.all(
    peerIds.map(async (peerId, seed) => {
      for (let step = 0; step < 30; step += 1) {
        const roomId = `room-${(seed + step) % 2}`;
        await Promise.all([
          attempt(rig.join(roomId, peerId)),
          attempt(rig.produce(roomId, peerId)),
          step % 3 === seed % 3 ? attempt(rig.leave(roomId, peerId)) : undefined,
          step % 7 === seed ? attempt(rig.client.call('closeRoom', { roomId })) : undefined,
        ]);
      }
    }),
  );
  codes.delete('not_found');
  codes.delete('conflict');
  t.same([...codes], []);

  const { rooms } = await rig.client.call('listRooms', {});
  for (const { peers } of rooms) {
    const producers = peers.flatMap(({ peerId, producers }) =>
      producers.map(({ producerId }) => [peerId, producerId]),
    );
    for (const { peerId, consumers } of peers) {
      t.same(
        consumers.map(({ producerPeerId, producerId }) => [producerPeerId, producerId]).sort(),
        producers.filter(([owner]) => owner !== peerId).sort(),
      );
    }
  }
  await Promise.all(rooms.map(({ roomId }) => rig.client.call('closeRoom', { roomId })));
  const dump = await rig.sfu.pool.slots[0]?.running?.worker.dump();
  t.same(dump?.routerIds, []);
});
