import type { Page } from 'puppeteer-core';
import t from 'tap';
import { Appliance } from '../appliance.ts';
import { until } from '../deadline.ts';
import { launchFirefox } from '../firefox.ts';
import { launchBrowser, ParticipantPage } from './participant-page.ts';

/** Firefox and Chromium in one call, and what Firefox does by ways of its own. */

const appliance = await Appliance.start({ turn: {} });
const [chromium, firefox] = await Promise.all([launchBrowser(appliance), launchFirefox()]);
t.teardown(async () => {
  await Promise.all([chromium.close(), firefox.close()]);
  await appliance.stop();
});

/** Opens a page that keeps its connections for the test. */
async function open(path: string): Promise<Page> {
  const page = await firefox.newPage();
  await page.evaluateOnNewDocument(() => {
    const connections: RTCPeerConnection[] = [];
    Object.assign(window, { connections });
    window.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        connections.push(this);
      }
    };
  });
  await page.goto(appliance.url(path));
  return page;
}

async function enter(page: Page, name: string): Promise<void> {
  await page.locator('#your-name').fill(name);
  await page.locator('[data-part="join"]').click();
  await page.waitForSelector('meeting-room:not([hidden])');
}

/** What Firefox decodes and hears: pictures, and the energy of all sound. */
const received = (page: Page) =>
  page.evaluate(async () => {
    const { connections } = window as unknown as { connections: RTCPeerConnection[] };
    const sum = { frames: 0, energy: 0 };
    for (const connection of connections) {
      if (connection.signalingState === 'closed') continue;
      for (const entry of (await connection.getStats()).values()) {
        if (entry.type !== 'inbound-rtp') continue;
        if (entry.kind === 'video') sum.frames += entry.framesDecoded ?? 0;
        else sum.energy += entry.totalAudioEnergy ?? 0;
      }
    }
    return sum;
  });

t.test('Firefox and Chromium see and hear each other', async (t) => {
  const room = 'two-browsers';
  const page = await open(`/r/${room}`);
  await enter(page, 'Fiona');
  const ada = await ParticipantPage.join(chromium, appliance, 'Ada', { room });
  await ada.seesAndHears(1, 60_000);
  t.pass('Chromium sees and hears Firefox');
  const before = await received(page);
  await until(
    'Firefox sees and hears Chromium',
    () => received(page),
    ({ frames, energy }) => frames > before.frames + 5 && energy > before.energy + 1e-5,
    60_000,
  );
  t.ok(await ada.tile('Fiona').isVisible());
  t.same(ada.faults, []);
  await ada.close();
  await page.close();
});

t.test('Firefox blurs the background, without the streams that only Chromium has', async (t) => {
  const page = await open('/r/firefox-blur');
  await page.waitForSelector('[data-part="mirror"][data-picture="on"]');
  await page.locator('[data-part="pre-join"] [data-part="blur-box"]').click();
  await until(
    'the preview shows what the worker paints',
    () =>
      page.evaluate(() => {
        const video = document.querySelector<HTMLVideoElement>('[data-part="mirror"] video');
        const [track] = video?.srcObject instanceof MediaStream ? video.srcObject.getVideoTracks() : [];
        const note = document.querySelector('[data-part="blur-note"]')?.textContent ?? '';
        // The track of a canvas has no device behind it.
        const isPainted = track !== undefined && track.getSettings().deviceId === undefined;
        return { note, isPainted, width: video?.videoWidth ?? 0 };
      }),
    ({ note, isPainted, width }) => note === '' && isPainted && width > 0,
    60_000,
  );
  t.pass();
  await page.close();
});

t.test('Firefox tests its connection, up to the SFU behind the relay', async (t) => {
  const page = await open('/test');
  const outcomes = await until(
    'every way was tried',
    () =>
      page.$$eval('[data-way]', (rows) =>
        rows.map((row) => `${row.getAttribute('data-way')} ${row.getAttribute('data-outcome')}`),
      ),
    (found) => found.length === 6 && found.every((row) => !/waiting|trying/.test(row)),
    60_000,
  );
  // Straight ways are not asserted: Firefox has none to the loopback addresses that tests keep to. Nor is TLS: for the
  // relay it takes only certificates of authorities that it knows, and this one is a test's.
  for (const way of ['signalling', 'relayUdp', 'relayTcp']) t.ok(outcomes.includes(`${way} works`), way);
  await page.close();
});
