import t from 'tap';
import { until } from '../deadline.ts';
import { Rig } from './rig.ts';
import { camera, only } from './rtp.ts';

t.setTimeout(120_000);

const ROUNDS = 200;

t.test(`after ${ROUNDS} rounds of joining, sending and leaving nothing is left in the worker`, async (t) => {
  const rig = await Rig.start(t);
  const running = rig.sfu.pool.slots[0]?.running;
  if (!running) throw new Error('no worker');
  const { worker, webRtcServer, census } = running;
  const before = await worker.dump();

  // One stays, so that the room is the same in all rounds.
  await rig.join('room', 'host');
  await rig.produce('room', 'host');
  const roomAlone = await worker.dump();
  for (let round = 0; round < ROUNDS; round += 1) {
    const [ana, ben] = [`ana-${round}`, `ben-${round}`];
    await Promise.all([rig.join('room', ana), rig.join('room', ben, only('audio/opus'))]);
    const sent = await rig.produce('room', ana, 'camera', camera());
    await rig.produce('room', ben);
    if (round % 2 === 0) {
      await rig.client.call('closeProducer', { roomId: 'room', peerId: ana, producerId: sent.producerId });
    }
    // A room of their own as well, which goes with them.
    await rig.join(`room-${round}`, ana);
    await rig.produce(`room-${round}`, ana);
    const ends =
      round % 2 === 0
        ? rig.leave(`room-${round}`, ana)
        : rig.client.call('closeRoom', { roomId: `room-${round}` });
    await Promise.all([rig.leave('room', ana), rig.leave('room', ben), ends]);
  }

  const counts = ({ routerIds, channelMessageHandlers }: typeof before) => ({
    routers: routerIds.length,
    requests: channelMessageHandlers.channelRequestHandlers.length,
    notifications: channelMessageHandlers.channelNotificationHandlers.length,
  });
  t.same(counts(await worker.dump()), counts(roomAlone));
  // The worker tells of consumers that close with their producer; the last may still be on its way.
  const consumers = () => census.consumers;
  await until('no consumer is left', consumers, (count) => count === 0);
  t.same({ ...census }, { routers: 1, transports: 2, producers: 1, consumers: 0 });
  t.equal((await webRtcServer.dump()).webRtcTransportIds.length, 2);

  await rig.leave('room', 'host');
  t.same(counts(await worker.dump()), counts(before));
  t.same({ ...census }, { routers: 0, transports: 0, producers: 0, consumers: 0 });
  const { webRtcTransportIds, localIceUsernameFragments } = await webRtcServer.dump();
  t.same([webRtcTransportIds, localIceUsernameFragments], [[], []]);
  await until(
    'the process lets go of it',
    () => handledTransports(webRtcServer),
    (count) => count === 0,
  );
});

/** mediasoup's own list in this process, which keeps transports that close together with their router. */
function handledTransports(webRtcServer: object): number {
  return (webRtcServer as { webRtcTransportsForTesting: Map<string, unknown> }).webRtcTransportsForTesting
    .size;
}
