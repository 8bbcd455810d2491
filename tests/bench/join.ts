import type { Browser, Page } from 'playwright-core';
import { Appliance } from '../appliance.ts';
import { launchBrowser, ParticipantPage } from '../browser/participant-page.ts';

/**
 * How long it takes from pressing Join to the first decoded frame of somebody else, beside the floor: two
 * RTCPeerConnections in one page of the same browser with the same fake camera, no server between them. Both in one
 * run on one machine, one of each in turn, so that the ratio means something on any machine.
 */

const JOINS = 20;

/** How often the decoder is asked, in milliseconds; the resolution of every figure. */
const POLL_MS = 5;

/** How long a frame is waited for while replies are withheld, in milliseconds: many times a join. */
const WITHHELD_MS = 15_000;

declare global {
  interface Window {
    connections: RTCPeerConnection[];
    firstFrameMs: (since: number, connections: () => RTCPeerConnection[]) => Promise<number>;
    pressedJoin: Promise<number>;
  }
}

export async function benchJoin(print: (line: string) => void, times = JOINS): Promise<void> {
  const appliance = await Appliance.start();
  const browser = await launchBrowser(appliance);
  try {
    const sender = await ParticipantPage.join(browser, appliance, 'Sender');
    const joins: number[] = [];
    const floors: number[] = [];
    for (let count = 0; count < times; count += 1) {
      const receiver = await openPrepared(browser, appliance);
      floors.push(await measureFloor(receiver.page));
      joins.push(await measureJoin(receiver));
      await receiver.close();
      print(
        `join ${count + 1} of ${times}: ${joins.at(-1)?.toFixed(0)} ms, floor ${floors.at(-1)?.toFixed(0)} ms`,
      );
    }
    const receiver = await openPrepared(browser, appliance);
    const roundTrips = await countRoundTrips(receiver);
    await receiver.close();
    await sender.close();

    const row = (what: string, values: number[]) =>
      `${what.padEnd(34)} median ${quantile(values, 0.5).toFixed(0)} ms, p95 ${quantile(values, 0.95).toFixed(0)} ms`;
    print('');
    print(row('Join to first decoded frame', joins));
    print(row('Floor, two connections in one page', floors));
    print(`${'Ratio of medians'.padEnd(34)} ${(quantile(joins, 0.5) / quantile(floors, 0.5)).toFixed(2)}`);
    print(`${'Signalling round trips waited for'.padEnd(34)} ${roundTrips}`);
  } finally {
    await browser.close();
    await appliance.stop();
  }
}

/** The room's page as a person sees it a moment before pressing Join: camera on, name filled in. */
async function openPrepared(browser: Browser, appliance: Appliance): Promise<ParticipantPage> {
  const receiver = await ParticipantPage.open(browser, appliance, 'Receiver');
  const { page } = receiver;
  await page.getByRole('textbox', { name: 'Your name' }).fill(receiver.name);
  await page.waitForFunction(() => (document.querySelector('video')?.videoWidth ?? 0) > 0);
  await page.evaluate((pollMs) => {
    window.firstFrameMs = async (since, connections) => {
      for (;;) {
        for (const connection of connections()) {
          for (const entry of (await connection.getStats()).values()) {
            const isFrame = entry.type === 'inbound-rtp' && entry.kind === 'video' && entry.framesDecoded > 0;
            if (isFrame) return performance.now() - since;
          }
        }
        await new Promise((resolve) => setTimeout(resolve, pollMs));
      }
    };
  }, POLL_MS);
  return receiver;
}

async function measureJoin(receiver: ParticipantPage): Promise<number> {
  const button = receiver.button('Join');
  await button.evaluate((element) => {
    window.pressedJoin = new Promise((resolve) => {
      element.addEventListener('click', () => resolve(performance.now()), { once: true, capture: true });
    });
  });
  await button.click();
  return receiver.page.evaluate(async () =>
    window.firstFrameMs(await window.pressedJoin, () =>
      window.connections.filter(({ signalingState }) => signalingState !== 'closed'),
    ),
  );
}

function measureFloor(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: true,
      video: { width: 1280, height: 720 },
    });
    const since = performance.now();
    const [near, far] = [new RTCPeerConnection(), new RTCPeerConnection()];
    near.onicecandidate = ({ candidate }) => void far.addIceCandidate(candidate ?? undefined);
    far.onicecandidate = ({ candidate }) => void near.addIceCandidate(candidate ?? undefined);
    for (const track of stream.getTracks()) near.addTrack(track, stream);
    await near.setLocalDescription();
    await far.setRemoteDescription(near.localDescription as RTCSessionDescription);
    await far.setLocalDescription();
    await near.setRemoteDescription(far.localDescription as RTCSessionDescription);
    const elapsedMs = await window.firstFrameMs(since, () => [far]);
    near.close();
    far.close();
    for (const track of stream.getTracks()) track.stop();
    window.connections.length = 0;
    return elapsedMs;
  });
}

/**
 * Joins while every reply but the one to `join` is kept from the page until a frame is decoded. If one is decoded all
 * the same, the page waited for one round trip, else for more.
 */
async function countRoundTrips(receiver: ParticipantPage): Promise<string> {
  await receiver.page.evaluate(() => {
    const received = Object.getOwnPropertyDescriptor(MessageEvent.prototype, 'data');
    const send = WebSocket.prototype.send;
    let joinId: unknown;
    WebSocket.prototype.send = function (text: string) {
      const { id, request } = JSON.parse(text);
      if (request === 'join') joinId = id;
      send.call(this, text);
    };
    Object.defineProperty(MessageEvent.prototype, 'data', {
      get(this: MessageEvent) {
        const data = received?.get?.call(this);
        if (!(this.target instanceof WebSocket)) return data;
        const { id } = JSON.parse(data);
        // A notification that nobody knows takes the place of the reply.
        return id === undefined || id === joinId ? data : '{"notification":"withheld","data":{}}';
      },
    });
  });
  const isDecoded = measureJoin(receiver).then(() => '1');
  const isLate = new Promise<string>((resolve) =>
    setTimeout(() => resolve('more than 1'), WITHHELD_MS).unref(),
  );
  // Comes to nothing when the page is closed; by then the answer is given.
  isDecoded.catch(() => {});
  return Promise.race([isDecoded, isLate]);
}

/** The value below which this share of all lies, by linear interpolation between the two nearest. */
function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)] ?? 0;
  const above = sorted[Math.ceil(position)] ?? 0;
  return below + (above - below) * (position % 1);
}
