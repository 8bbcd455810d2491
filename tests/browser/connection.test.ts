import type { Page } from 'playwright-core';
import t from 'tap';
import { Appliance } from '../appliance.ts';
import { checkPage } from './page-checks.ts';
import { launchBrowser } from './participant-page.ts';

/** The connection test: every way against the real SFU and the real relay, and what is said when one is closed. */

const appliance = await Appliance.start({ turn: {} });
const browser = await launchBrowser(appliance);
t.teardown(async () => {
  await browser.close();
  await appliance.stop();
});

async function openTest(prepare: (page: Page) => Promise<unknown> = async () => {}, path = '/test') {
  const context = await browser.newContext({ locale: 'en-GB' });
  const page = await context.newPage();
  await prepare(page);
  await page.goto(appliance.url(path));
  return { page, close: () => context.close() };
}

const outcomesOf = async (page: Page) => {
  await page.getByRole('button', { name: 'Copy the text' }).waitFor({ timeout: 40_000 });
  const rows = await page
    .locator('[data-way]')
    .evaluateAll((found: HTMLElement[]) => found.map(({ dataset }) => [dataset.way, dataset.outcome]));
  return Object.fromEntries(rows) as Record<string, string>;
};

const works = {
  signalling: 'works',
  udp: 'works',
  tcp: 'works',
  relayUdp: 'works',
  relayTcp: 'works',
  relayTls: 'works',
};

/** Closes ways of a browser: remote candidates by their protocol, relays by what their URL holds. */
const closeWays = (page: Page, closed: { protocols?: string[]; relays?: string[] }) =>
  page.addInitScript(({ protocols = [], relays = [] }) => {
    // As behind a packet filter: candidates lead where nobody answers, and relays are nowhere.
    window.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(configuration: RTCConfiguration = {}) {
        super({
          ...configuration,
          iceServers: (configuration.iceServers ?? []).map((server) => ({
            ...server,
            urls: [server.urls]
              .flat()
              .map((url) => (relays.some((part) => url.includes(part)) ? 'turn:127.0.0.1:9' : url)),
          })),
        });
        // The relay's own way to the SFU is not this browser's.
        this.isRelayed = configuration.iceTransportPolicy === 'relay';
      }
      isRelayed: boolean;
      override setRemoteDescription(description: RTCSessionDescriptionInit) {
        const sdp = this.isRelayed
          ? description.sdp
          : description.sdp?.replace(
              /^(a=candidate:\S+ 1 (\S+) \d+ \S+ )\d+/gm,
              (line: string, before: string, protocol: string) =>
                protocols.includes(protocol) ? `${before}9` : line,
            );
        return super.setRemoteDescription({ ...description, ...(sdp !== undefined && { sdp }) });
      }
    };
  }, closed);

t.test('/test tries every way by itself, says what it means, and writes a text for IT', async (t) => {
  const { page, close } = await openTest();
  t.same(await outcomesOf(page), works);
  await page.getByRole('status').getByText('Everything is fine: calls work well from here.').waitFor();
  const report = await page.getByLabel('For those who run your network').inputValue();
  t.match(report, `Connection test of ${new URL(appliance.url()).host}`);
  t.match(report, /by UDP: works → 127\.0\.0\.1:\d+/);
  t.match(report, /by TLS: works → turns:[^ ]+:\d+\?transport=tcp/);
  t.match(report, /^A call would take this way: Sound and picture by UDP$/m);
  await checkPage(t, page, 'the connection test');
  await close();
});

t.test('without UDP a call would go by TCP, which is said', async (t) => {
  const { page, close } = await openTest((page) =>
    closeWays(page, { protocols: ['udp'], relays: ['transport=udp'] }),
  );
  t.same(await outcomesOf(page), { ...works, udp: 'fails', relayUdp: 'fails' });
  await page.getByRole('status').getByText('this network holds UDP back').waitFor();
  await close();
});

t.test('where nothing gets through, and where not even the socket does', async (t) => {
  const closed = (page: Page) => closeWays(page, { protocols: ['udp', 'tcp'], relays: ['turn'] });
  const { page, close } = await openTest(closed);
  const nothing = Object.fromEntries(Object.keys(works).map((way) => [way, 'fails']));
  t.same(await outcomesOf(page), { ...nothing, signalling: 'works' });
  await page.getByRole('status').getByText('neither sound nor picture reaches the server').waitFor();
  await close();

  const blocked = await openTest(async (page) => {
    await page.routeWebSocket('**/signalling', (socket) => socket.close());
  });
  t.same(await outcomesOf(blocked.page), { ...works, signalling: 'fails' });
  await blocked.page.getByRole('status').getByText('holds back the lasting connection').waitFor();
  await blocked.close();
});

t.test('a server that is busy is not taken for a bad network', async (t) => {
  const { page, close } = await openTest((page) =>
    page.route('**/test/ways', (route) => route.fulfill({ status: 429, body: '' })),
  );
  await page.getByRole('status').getByText('The test could not be made').waitFor();
  t.equal((await outcomesOf(page)).udp, 'waiting');
  await page.unroute('**/test/ways');
  await page.getByRole('button', { name: 'Test the connection' }).click();
  await page.getByRole('status').getByText('Everything is fine').waitFor({ timeout: 40_000 });
  t.same(await outcomesOf(page), works, 'and it can be tried again');
  await close();
});
