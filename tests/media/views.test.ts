import type { Consumer } from 'mediasoup/types';
import t, { type Test } from 'tap';
import { SPEAKER_PRIORITY, type View } from '../../media/contract.ts';
import { until } from '../deadline.ts';
import { Rig } from './rig.ts';
import { camera, everything, microphone } from './rtp.ts';

const ROOM = 'room';

/** A room of three with camera and microphone each, and the worker's own consumers by who receives whose what. */
async function meeting(t: Test, { voices = 6, firstLayer }: { voices?: number; firstLayer?: number } = {}) {
  const rig = await Rig.start(t, { voices });
  const consumers = new Map<string, Consumer>();
  rig.sfu.pool.slots[0]?.running?.worker.observer.on('newrouter', (router) => {
    router.observer.on('newtransport', (transport) => {
      transport.observer.on('newconsumer', (consumer) => consumers.set(consumer.id, consumer));
    });
  });
  const events = await rig.client.events();
  const ids = new Map<string, string>();
  const producers = new Map<string, string>();
  for (const peerId of ['ana', 'ben', 'cleo']) {
    const { consumers: there } = await rig.client.call('joinRoom', {
      roomId: ROOM,
      peerId,
      label: {},
      rtpCapabilities: everything,
      ...(firstLayer !== undefined && { firstLayer }),
    });
    for (const each of there) ids.set(`${peerId} ${each.producerPeerId} ${each.source}`, each.consumerId);
    for (const source of ['microphone', 'camera'] as const) {
      const parameters = source === 'camera' ? camera() : microphone();
      const made = await rig.produce(ROOM, peerId, source, parameters);
      producers.set(`${peerId} ${source}`, made.producerId);
      for (const { peerId: to, consumer } of made.consumers)
        ids.set(`${to} ${peerId} ${source}`, consumer.consumerId);
    }
  }
  const consumer = (key: string): Consumer => {
    const found = consumers.get(ids.get(key) ?? '');
    if (!found) throw new Error(`there is no consumer ${key}`);
    return found;
  };
  const resume = (peerId: string) =>
    rig.client.call('resumeConsumers', {
      roomId: ROOM,
      peerId,
      consumerIds: [...ids].filter(([key]) => key.startsWith(`${peerId} `)).map(([, id]) => id),
    });
  const look = (peerId: string, ...views: View[]) =>
    rig.client.call('setViews', { roomId: ROOM, peerId, views });
  const wanted = async (peerId: string) => {
    const { rooms } = await rig.client.call('listRooms', {});
    const peer = rooms[0]?.peers.find((each) => each.peerId === peerId);
    return peer?.producers.find(({ source }) => source === 'camera')?.wantedLayer;
  };
  return { rig, events, consumer, resume, look, wanted, producers };
}

const view = (peerId: string, spatialLayer: number, more: Partial<View> = {}): View => ({
  peerId,
  source: 'camera',
  spatialLayer,
  temporalLayer: 2,
  priority: 10,
  ...more,
});

t.test('what is looked at flows, at the layers that it is looked at', async (t) => {
  const { consumer, resume, look } = await meeting(t);
  await look('ana', view('ben', 1, { temporalLayer: 1, priority: 33 }));
  const toAna = consumer('ana ben camera');
  t.equal(toAna.paused, true, 'not before the browser has it');
  await resume('ana');
  t.equal(toAna.paused, false);
  t.same(toAna.preferredLayers, { spatialLayer: 1, temporalLayer: 1 });
  t.equal(toAna.priority, 33);
  t.equal(consumer('ana cleo camera').paused, true, 'what is not looked at stays paused');
  t.equal(consumer('ana cleo microphone').paused, false, 'sound is another matter');

  await look('ana', view('cleo', 0), view('ben', 2));
  t.same(toAna.preferredLayers, { spatialLayer: 2, temporalLayer: 2 });
  t.equal(consumer('ana cleo camera').paused, false);
  await look('ana');
  t.equal(toAna.paused, true);
  t.equal(consumer('ana cleo camera').paused, true);
  t.equal(consumer('ben ana camera').paused, true, 'others have not resumed theirs');
  await resume('ben');
  t.equal(consumer('ben ana camera').paused, false, 'everything flows to whoever said nothing');
});

t.test('a camera that is switched on later is looked at as was said before', async (t) => {
  const { rig, resume, look, wanted, producers } = await meeting(t);
  await look('ana', view('ben', 0));
  await resume('ana');
  await rig.client.call('closeProducer', {
    roomId: ROOM,
    peerId: 'ben',
    producerId: producers.get('ben camera') ?? '',
  });
  const { consumers } = await rig.produce(ROOM, 'ben', 'camera', camera());
  const added = consumers.find(({ peerId }) => peerId === 'ana')?.consumer;
  t.ok(added);
  t.equal(await wanted('ben'), 2, 'cleo said nothing and gets everything');
  await look('cleo');
  t.equal(await wanted('ben'), 0, 'ana looks at it as before');
});

t.test('a sender is told how much is wanted by all together', async (t) => {
  const { rig, events, look, wanted, producers } = await meeting(t, { firstLayer: 0 });
  const producerId = producers.get('ana camera') ?? '';
  const told = (wantedLayer: number | null) =>
    until(
      `ana is told of layer ${wantedLayer}`,
      () =>
        events.seen.findLast((event) => event.event === 'demandChanged' && event.producerId === producerId),
      (last) => last?.event === 'demandChanged' && last.peerId === 'ana' && last.wantedLayer === wantedLayer,
    );
  t.equal(await wanted('ana'), 0, 'newcomers want the smallest first');
  await told(0);
  await look('ben', view('ana', 1));
  await look('cleo', view('ana', 7));
  t.equal(await wanted('ana'), 2, 'at most what there is');
  await told(2);
  await rig.leave(ROOM, 'cleo');
  t.equal(await wanted('ana'), 1, 'who left wants nothing');
  await told(1);
  await look('ben');
  t.equal(await wanted('ana'), null);
  await told(null);
  await look('ben', view('ana', 0));
  await told(0);
});

t.test('the loudest voices are forwarded, and those alone', async (t) => {
  const { rig, consumer, resume, producers } = await meeting(t, { voices: 1 });
  for (const peerId of ['ana', 'ben', 'cleo']) await resume(peerId);
  const heardBy = (listener: string) =>
    ['ana', 'ben', 'cleo'].filter(
      (each) => each !== listener && !consumer(`${listener} ${each} microphone`).paused,
    );
  t.same(heardBy('ana'), ['cleo'], 'who switched on last, while nobody is heard');
  t.same(heardBy('ben'), ['cleo']);
  const mute = (peerId: string) =>
    rig.client.call('pauseProducer', {
      roomId: ROOM,
      peerId,
      producerId: producers.get(`${peerId} microphone`) ?? '',
    });
  await mute('cleo');
  await until(
    'ben takes the place',
    () => heardBy('ana'),
    (now) => now.join() === 'ben',
  );
  t.same(heardBy('cleo'), ['ben']);
  await rig.client.call('resumeProducer', {
    roomId: ROOM,
    peerId: 'cleo',
    producerId: producers.get('cleo microphone') ?? '',
  });
  await until(
    'cleo is back',
    () => heardBy('ana'),
    (now) => now.join() === 'cleo',
  );
});

t.test('views that make no sense are refused', async (t) => {
  const { look } = await meeting(t);
  const refused = { code: 'invalid' };
  await t.rejects(look('ana', view('ben', -1)), refused);
  await t.rejects(look('ana', view('ben', 0, { priority: 256 - SPEAKER_PRIORITY })), refused);
  await t.rejects(look('ana', view('ben', 0, { source: 'microphone' as never })), refused);
  await t.rejects(look('ana', ...Array.from({ length: 65 }, () => view('ben', 0))), refused);
  await t.rejects(look('nobody', view('ben', 0)), { code: 'not_found' });
  await look('ana', view('nobody', 0));
});
