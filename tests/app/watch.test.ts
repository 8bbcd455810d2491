import t from 'tap';
import { viewsOf } from '../../app/meetings/views.ts';
import { Appliance } from '../appliance.ts';
import { SignallingClient } from '../signalling-client.ts';

const picture = (width: number, height: number, source: 'camera' | 'screen' = 'camera') => ({
  participantId: 'ada',
  source,
  width,
  height,
});

t.test('the size of a picture decides what of it is sent', async (t) => {
  for (const [width, height, spatialLayer, temporalLayer] of [
    [96, 72, 0, 1],
    [160, 120, 0, 1],
    [426, 240, 0, 2],
    [480, 270, 0, 2],
    [640, 360, 1, 2],
    [360, 640, 1, 2],
    [960, 540, 1, 2],
    [1280, 720, 2, 2],
    [3840, 2160, 2, 2],
  ] as const) {
    t.match(
      viewsOf({ pictures: [picture(width, height)], saver: false }),
      [{ peerId: 'ada', source: 'camera', spatialLayer, temporalLayer }],
      `a camera of ${width}×${height}`,
    );
  }
  t.match(viewsOf({ pictures: [picture(320, 180, 'screen')], saver: false }), [{ spatialLayer: 0 }]);
  t.match(viewsOf({ pictures: [picture(1200, 700, 'screen')], saver: false }), [{ spatialLayer: 1 }]);
});

t.test('the saver takes the smallest of everything', async (t) => {
  const pictures = [picture(1280, 720), picture(1280, 720, 'screen')];
  for (const view of viewsOf({ pictures, saver: true })) t.match(view, { spatialLayer: 0, temporalLayer: 1 });
});

t.test('a screen goes before every camera, a large camera before a small one', async (t) => {
  const pictures = [picture(160, 90, 'screen'), picture(3840, 2160), picture(640, 360), picture(64, 36)];
  const priorities = viewsOf({ pictures, saver: false }).map(({ priority }) => priority);
  t.same(
    priorities,
    priorities.toSorted((a, b) => b - a),
  );
  t.equal(new Set(priorities).size, priorities.length);
});

t.test('what a browser may say', async (t) => {
  const appliance = await Appliance.start();
  t.teardown(() => appliance.stop());
  const ada = await SignallingClient.open(appliance);
  const watched = { pictures: [picture(640, 360)], saver: false };
  t.equal(await ada.outcome('watch', watched), 'out_of_order', 'not before joining');
  await ada.join(appliance);
  t.equal(await ada.outcome('watch', watched), 'ok');
  t.equal(await ada.outcome('watch', { pictures: [], saver: true }), 'ok');
  for (const wrong of [
    { ...watched, pictures: Array.from({ length: 65 }, () => picture(1, 1)) },
    { ...watched, pictures: [picture(0, 360)] },
    { ...watched, pictures: [picture(640, 1e6)] },
    { ...watched, pictures: [{ ...picture(1, 1), source: 'microphone' }] },
    { ...watched, pictures: [{ ...picture(1, 1), participantId: '../..' }] },
    { pictures: [] },
    { ...watched, more: 1 },
    null,
  ]) {
    t.equal(await ada.outcome('watch', wrong), 'invalid_input', JSON.stringify(wrong)?.slice(0, 60));
  }
  ada.socket.close(1000);
});
