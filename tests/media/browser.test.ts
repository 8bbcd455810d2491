import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Consumer, DtlsParameters, RtpCapabilities, RtpParameters } from 'mediasoup/types';
import type { Browser, Page } from 'playwright-core';
import t, { type Test } from 'tap';
import type { PeerDescription, Source } from '../../media/contract.ts';
import { launchChromium } from '../chromium.ts';
import { until } from '../deadline.ts';
import { tone } from '../tone.ts';
import type { TestPage } from './page.ts';
import { Rig } from './rig.ts';

const ROOM = 'room';

// Two browsers take their time on a small machine.
t.setTimeout(170_000);
const PICTURE_DEADLINE_MS = 60_000;

type InPage = { readonly page: TestPage };

async function launch(t: Test): Promise<Browser> {
  const microphone = join(t.testdir(), 'microphone.wav');
  await writeFile(microphone, tone());
  const browser = await launchChromium([`--use-file-for-fake-audio-capture=${microphone}`]);
  t.teardown(() => browser.close());
  return browser;
}

/** Serves the test's page on loopback, which browsers take for secure. */
async function serve(t: Test): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'page.ts')],
    bundle: true,
    format: 'esm',
    write: false,
  });
  const script = outputFiles[0]?.text ?? '';
  const server = createServer((request, response) => {
    const isScript = request.url === '/page.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(isScript ? script : '<!doctype html><title>Test</title><body>');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
}

/** One peer in a browser, and its signalling, which the test plays. */
async function enter(
  browser: Browser,
  url: string,
  rig: Rig,
  peerId: string,
): Promise<{ page: Page; peer: PeerDescription }> {
  const page = await (await browser.newContext()).newPage();
  const me = { roomId: ROOM, peerId };
  let peer: PeerDescription | undefined;
  const backend = {
    capabilities: async () => (await rig.client.call('readCapabilities', {})).routerRtpCapabilities,
    join: async (rtpCapabilities: RtpCapabilities) => {
      peer = await rig.join(ROOM, peerId, rtpCapabilities);
      return peer;
    },
    connect: (data: { transportId: string; dtlsParameters: DtlsParameters }) =>
      rig.client.call('connectTransport', { ...me, ...data }),
    restartIce: async (transportId: string) =>
      (await rig.client.call('restartIce', { ...me, transportId })).iceParameters,
    produce: async (data: { rtpParameters: RtpParameters; appData: { source: Source } }) =>
      (await rig.produce(ROOM, peerId, data.appData.source, data.rtpParameters)).producerId,
  };
  await page.exposeFunction('backend', (name: keyof typeof backend, data: never) => backend[name](data));
  await page.goto(url);
  await page.addScriptTag({ url: '/page.js', type: 'module' });
  await page.waitForFunction('globalThis.page !== undefined');
  if (!peer) throw new Error('the page did not join');
  return { page, peer };
}

t.test('two browsers see and hear each other through the SFU', async (t) => {
  const rig = await Rig.start(t);
  const events = await rig.client.events();
  const videoConsumers: Consumer[] = [];
  rig.sfu.pool.slots[0]?.running?.worker.observer.on('newrouter', (router) => {
    router.observer.on('newtransport', (transport) => {
      transport.observer.on('newconsumer', (consumer) => {
        if (consumer.kind === 'video') videoConsumers.push(consumer);
      });
    });
  });
  const browser = await launch(t);
  const url = await serve(t);
  const ana = await enter(browser, url, rig, 'ana');
  await ana.page.evaluate('page.sendAll()');
  const ben = await enter(browser, url, rig, 'ben');
  t.equal(ben.peer.consumers.length, 2);
  await ben.page.evaluate(
    (consumers) => (globalThis as unknown as InPage).page.receive(consumers),
    ben.peer.consumers,
  );
  await rig.client.call('resumeConsumers', {
    roomId: ROOM,
    peerId: 'ben',
    consumerIds: ben.peer.consumers.map(({ consumerId }) => consumerId),
  });

  for (const [peerId, { id }] of [
    ['ana', ana.peer.sendTransport],
    ['ben', ben.peer.recvTransport],
  ] as const) {
    await events.until(
      'transportStateChanged',
      (event) => event.transportId === id && event.state === 'connected',
    );
    t.pass(`${peerId} is connected`);
  }
  const received = () => ben.page.evaluate(() => (globalThis as unknown as InPage).page.received());
  await until(
    'frames are decoded and sound is heard',
    received,
    ({ frames, energy }) => frames > 30 && energy > 0,
  );

  const camera = ben.peer.consumers.find(({ source }) => source === 'camera');
  await events.until(
    'consumerLayersChanged',
    ({ consumerId, peerId, layers }) =>
      peerId === 'ben' && consumerId === camera?.consumerId && layers?.spatialLayer === 2,
  );
  // What the worker waits for before it changes layers comes from the page: see codecs.ts.
  const [sent] = videoConsumers;
  for (const [spatialLayer, width] of [
    [0, 240],
    [2, 960],
    [1, 480],
    [2, 960],
  ] as const) {
    await sent?.setPreferredLayers({ spatialLayer, temporalLayer: 2 });
    await until(`${width} pixels arrive`, received, (now) => now.width === width, PICTURE_DEADLINE_MS);
    t.pass(`layer ${spatialLayer} is ${width} pixels wide`);
  }
  await events.until('speakersChanged', ({ speakerPeerIds }) => speakerPeerIds.includes('ana'));

  const quality = (peerId: string) => rig.client.call('readQuality', { roomId: ROOM, peerId });
  const measured = await until(
    'ben reports on what he gets',
    () => quality('ben'),
    (now) => now.roundTripMs !== null,
  );
  t.equal(measured.path, 'udp');
  t.equal(measured.isEncrypted, true);
  t.ok(measured.sentBytes > 100_000 && measured.packets === 0, 'he only receives');
  const sender = await quality('ana');
  t.ok(sender.packets > 100 && sender.receivedBytes > 100_000, 'she sends');
  await t.rejects(quality('nobody'), { code: 'not_found' });

  await ana.page.evaluate('page.restartIce()');
  const { frames } = await received();
  await until(
    'the picture goes on after ICE was restarted',
    received,
    (now) => now.frames > frames + 30,
    PICTURE_DEADLINE_MS,
  );

  await ana.page.evaluate('page.close()');
  const gone = await events.until(
    'transportStateChanged',
    ({ transportId, state }) => transportId === ana.peer.sendTransport.id && state !== 'connected',
  );
  t.equal(gone.state, 'failed', 'a browser that hangs up does not come back');
  t.same(
    (await rig.client.call('listRooms', {})).rooms[0]?.peers.map(({ peerId }) => peerId),
    ['ana', 'ben'],
    'who is in is for the app to say',
  );
});

t.test('a browser that vanishes is missed', async (t) => {
  const rig = await Rig.start(t);
  const events = await rig.client.events();
  const browser = await launch(t);
  const ana = await enter(browser, await serve(t), rig, 'ana');
  await ana.page.evaluate('page.sendAll()');
  const of = (state: string) => (event: { transportId: string; state: string }) =>
    event.transportId === ana.peer.sendTransport.id && event.state === state;
  await events.until('transportStateChanged', of('connected'));
  // At once, so that it says nothing.
  const processes = await browser.newBrowserCDPSession();
  await processes.send('Browser.crash').catch(() => undefined);
  await events.until('transportStateChanged', of('disconnected'));
  t.equal(browser.isConnected(), false);
});
