import t from 'tap';
import type { WatchedPicture } from '../../app/meetings/messages.ts';
import { Appliance } from '../appliance.ts';
import { Crowd } from '../bench/synthetic/crowd.ts';
import { exitDespiteThreads } from '../bench/synthetic/media-path.ts';
import { until } from '../deadline.ts';
import { launchBrowser, ParticipantPage } from './participant-page.ts';
import { TopLayer } from './top-layer.ts';

// Alone: it measures how soon a camera stops and is back.

t.setTimeout(170_000);
const appliance = await Appliance.start();
const browser = await launchBrowser(appliance);
t.teardown(async () => {
  await browser.close();
  await appliance.stop();
  exitDespiteThreads();
});

/** Issue: publishers whose top layer nobody views stop sending it within 2 s, and are back on within a second. */
const STOP_MS = 2_000;
const BACK_MS = 1_000;

/** Packets of the camera that a page has sent, of all layers. */
const cameraPackets = ({ page }: ParticipantPage) =>
  page.evaluate(async () => {
    const { connections } = window as unknown as { connections: RTCPeerConnection[] };
    let packets = 0;
    for (const connection of connections.filter(({ signalingState }) => signalingState !== 'closed')) {
      for (const entry of (await connection.getStats()).values()) {
        if (entry.type === 'outbound-rtp' && entry.kind === 'video') packets += entry.packetsSent;
      }
    }
    return packets;
  });

t.test('a browser sends what somebody looks at, and stops and resumes in time', async (t) => {
  const room = 'layers';
  const shown = { pictures: (others: readonly string[]): WatchedPicture[] => sized(others, 1280, 720) };
  const crowd = await Crowd.gather(appliance, room, 1, (_self, others) => shown.pictures(others));
  const ada = await ParticipantPage.join(browser, appliance, 'Ada', { room });
  const [viewer] = crowd.members;
  if (!viewer) throw new Error('nobody is there');
  const look = async (pictures: (others: readonly string[]) => WatchedPicture[]) => {
    shown.pictures = pictures;
    const atMs = Date.now();
    await viewer.watch(pictures(viewer.others));
    return atMs;
  };
  const top = await TopLayer.watch(ada.page);
  await top.until((sinceMs) => sinceMs < 300);
  t.pass('somebody looks closely: the top layer is sent');

  const small = await look((others) => sized(others, 160, 90));
  const stopped = await top.until((sinceMs) => sinceMs > 1_500);
  t.ok(stopped - small <= STOP_MS, `stopped after ${stopped - small} ms`);
  const before = await cameraPackets(ada);
  await until(
    'the small layers go on',
    () => cameraPackets(ada),
    (now) => now > before + 20,
  );

  const large = await look((others) => sized(others, 1280, 720));
  const back = await top.firstAfter(large);
  t.ok(back - large <= BACK_MS, `back after ${back - large} ms`);

  await look(() => []);
  await until(
    'nothing is sent when nobody looks',
    async () => {
      const first = await cameraPackets(ada);
      await new Promise((resolve) => setTimeout(resolve, 700));
      return (await cameraPackets(ada)) - first;
    },
    (packets) => packets === 0,
  );
  const nothing = await cameraPackets(ada);
  await look((others) => sized(others, 160, 90));
  await until(
    'and again when somebody does',
    () => cameraPackets(ada),
    (now) => now > nothing,
  );
  t.same(ada.faults, []);
  await ada.close();
  await crowd.leave();
});

t.test('who wants sound only is sent sound only, until they want pictures again', async (t) => {
  const crowd = await Crowd.gather(appliance, 'sound', 2, (_self, others) => sized(others, 320, 180));
  const ada = await ParticipantPage.join(browser, appliance, 'Ada', { room: 'sound' });
  const arriving = async (kind: 'audio' | 'video') => {
    const before = await receivedBytes(ada, kind);
    await new Promise((resolve) => setTimeout(resolve, 500));
    return (await receivedBytes(ada, kind)) - before;
  };
  const receive = (mode: string) =>
    ada.page.locator(`input[name=reception][value=${mode}]`).dispatchEvent('click');
  const pictures = () => arriving('video');
  await until('pictures arrive', pictures, (bytes) => bytes > 1_000);
  await receive('sound');
  await until('no pictures arrive', pictures, (bytes) => bytes === 0);
  t.ok((await arriving('audio')) > 0, 'sound goes on');
  await receive('full');
  await until('pictures arrive again', pictures, (bytes) => bytes > 1_000);
  t.same(ada.faults, []);
  await ada.close();
  await crowd.leave();
});

/** Bytes of sound or pictures that have reached a page. */
const receivedBytes = ({ page }: ParticipantPage, kind: 'audio' | 'video') =>
  page.evaluate(async (kind) => {
    const { connections } = window as unknown as { connections: RTCPeerConnection[] };
    let bytes = 0;
    for (const connection of connections.filter(({ signalingState }) => signalingState !== 'closed')) {
      for (const entry of (await connection.getStats()).values()) {
        // The probator carries padding by which the SFU measures the bandwidth.
        const isIt = entry.type === 'inbound-rtp' && entry.kind === kind && entry.mid !== 'probator';
        if (isIt) bytes += entry.bytesReceived;
      }
    }
    return bytes;
  }, kind);

function sized(others: readonly string[], width: number, height: number): WatchedPicture[] {
  return others.map((participantId) => ({ participantId, source: 'camera' as const, width, height }));
}
