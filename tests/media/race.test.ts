import t from 'tap';
import { Rig } from './rig.ts';
import { camera } from './rtp.ts';

/** Where each consumer was told of: by which call, for whom, of which producer. */
type Report = { by: 'join' | 'produce'; peerId: string; producerId: string };

t.test('peers join and produce at once: everyone gets everything, told once', async (t) => {
  const rig = await Rig.start(t);
  const peerIds = Array.from({ length: 12 }, (_, index) => `peer-${index}`);
  const reports: Report[] = [];
  const producers: { producerId: string; peerId: string }[] = [];

  for (let round = 0; round < 5; round += 1) {
    reports.length = 0;
    producers.length = 0;
    const roomId = `room-${round}`;
    await Promise.all(
      peerIds.map(async (peerId) => {
        const joined = await rig.join(roomId, peerId);
        reports.push(
          ...joined.consumers.map(({ producerId }) => ({ by: 'join', peerId, producerId }) as const),
        );
        const produced = await Promise.all([
          rig.produce(roomId, peerId),
          rig.produce(roomId, peerId, 'camera', camera()),
        ]);
        for (const { producerId, consumers } of produced) {
          producers.push({ producerId, peerId });
          reports.push(
            ...consumers.map((each) => ({ by: 'produce', peerId: each.peerId, producerId }) as const),
          );
        }
      }),
    );

    const expected = peerIds.flatMap((peerId) =>
      producers
        .filter((producer) => producer.peerId !== peerId)
        .map(({ producerId }) => `${peerId} ${producerId}`),
    );
    t.same(reports.map(({ peerId, producerId }) => `${peerId} ${producerId}`).sort(), expected.sort());
    t.ok(reports.some(({ by }) => by === 'join') || round > 0, 'some were told on joining');
    t.ok(
      reports.some(({ by }) => by === 'produce'),
      'some were told on producing',
    );

    const { rooms } = await rig.client.call('listRooms', {});
    const living = rooms
      .find((room) => room.roomId === roomId)
      ?.peers.flatMap(({ peerId, consumers }) =>
        consumers.map(({ producerId }) => `${peerId} ${producerId}`),
      );
    t.same(living?.sort(), expected);
  }
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
