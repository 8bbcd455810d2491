import type { Page, WebSocketRoute } from 'playwright-core';
import t from 'tap';
import { Appliance } from '../appliance.ts';
import { until } from '../deadline.ts';
import { checkPage } from './page-checks.ts';
import { launchBrowser, ParticipantPage } from './participant-page.ts';

/** What a meeting looks like to those in it, and how it ends. */

const appliance = await Appliance.start();
const browser = await launchBrowser(appliance);
t.teardown(async () => {
  await browser.close();
  await appliance.stop();
});

const pair = async (room: string) => {
  const ada = await ParticipantPage.join(browser, appliance, 'Ada Lovelace', { room });
  const grace = await ParticipantPage.join(browser, appliance, 'Grace Hopper', { room });
  return { ada, grace, close: () => Promise.all([ada.close(), grace.close()]) };
};

const said = (page: Page, text: string | RegExp) => page.getByRole('status').getByText(text).first();
const isPressed = async (participant: ParticipantPage, name: string) =>
  (await participant.button(name).getAttribute('aria-pressed')) === 'true';

t.test('alone, then together, then alone again: seen, counted and announced', async (t) => {
  const room = 'together';
  const ada = await ParticipantPage.join(browser, appliance, 'Ada Lovelace', { room });
  t.ok(await ada.page.getByText('You are the first one here.').isVisible());
  t.ok(await ada.page.getByText('1 person').isVisible());
  await checkPage(t, ada.page, 'a meeting of one');

  const grace = await ParticipantPage.join(browser, appliance, 'Grace Hopper', { room });
  await said(ada.page, 'Grace Hopper joined.').waitFor();
  await ada.tile('Grace Hopper').waitFor();
  t.ok(await ada.page.getByText('2 people').isVisible());
  t.notOk(await ada.page.getByText('You are the first one here.').isVisible());
  t.equal(await grace.page.getByText('Ada Lovelace joined.').count(), 0, 'who was there is no news');
  t.same(
    await grace.page.getByRole('listitem').evaluateAll((tiles) => tiles.map((tile) => tile.ariaLabel)),
    ['Ada Lovelace', 'Grace Hopper (you)'],
    'others in the order of arrival, oneself last',
  );
  await checkPage(t, grace.page, 'a meeting of two');

  await grace.page.goto(appliance.url('/'));
  await said(ada.page, 'Grace Hopper left.').waitFor();
  t.equal(await ada.page.getByRole('listitem').count(), 1, 'a closed page leaves at once');
  await Promise.all([ada.close(), grace.close()]);
});

t.test('who is muted, who has no camera, who speaks', async (t) => {
  const { ada, grace, close } = await pair('marks');
  await ada.page.locator('participant-tile.is-speaking').first().waitFor();
  t.pass('the beeps of the fake microphones are heard');

  await grace.button('Microphone').click();
  await ada.page.getByRole('listitem', { name: 'Grace Hopper, microphone off', exact: true }).waitFor();
  await grace.button('Camera').click();
  const bare = ada.page.getByRole('listitem', {
    name: 'Grace Hopper, microphone off, camera off',
    exact: true,
  });
  await bare.waitFor();
  t.equal(await bare.locator('video').count(), 1, 'the video stays in the tile');
  t.ok(await bare.getByText('GH', { exact: true }).isVisible(), 'initials stand for the picture');
  t.notOk(await bare.locator('video').isVisible());
  t.same([await isPressed(grace, 'Microphone'), await isPressed(grace, 'Camera')], [false, false]);
  await checkPage(t, grace.page, 'a meeting without camera and microphone');
  await close();
});

t.test('the devices can be changed during the meeting, and a dialog closes with Escape', async (t) => {
  const { ada, close } = await pair('devices');
  await ada.button('Devices').click();
  const dialog = ada.page.getByRole('dialog', { name: 'Devices' });
  await dialog.waitFor();
  await checkPage(t, ada.page, 'the device dialog');
  const microphones = dialog.getByRole('combobox', { name: 'Microphone' });
  await microphones.selectOption({ label: 'Fake Audio Input 1' });
  await until(
    'the other microphone is sent',
    () =>
      ada.page.evaluate(() =>
        (window as unknown as { connections: RTCPeerConnection[] }).connections
          .flatMap((connection) => connection.getSenders())
          .flatMap(({ track }) => (track?.kind === 'audio' ? [track.label] : [])),
      ),
    (labels) => labels.includes('Fake Audio Input 1'),
  );
  await dialog.getByRole('combobox', { name: 'Speaker' }).selectOption({ index: 1 });
  await until('the sound goes there', () =>
    ada.page
      .locator('audio')
      .evaluateAll((players: (HTMLAudioElement & { sinkId?: string })[]) =>
        players.every(({ sinkId }) => sinkId !== '' && sinkId !== 'default'),
      ),
  );
  await ada.page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  t.equal(
    await ada.page.evaluate(() => document.activeElement?.getAttribute('data-control')),
    'devices',
    'the focus is back where it was',
  );
  await close();
});

t.test('a device that is unplugged is replaced, and that is said', async (t) => {
  const room = 'unplugged';
  const ada = await ParticipantPage.open(browser, appliance, 'Ada', { room });
  // The page is told what a browser tells when a plug is pulled.
  await ada.page.addInitScript(() => {
    const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    let isThere = true;
    navigator.mediaDevices.getUserMedia = async (constraints) => {
      if (!isThere) throw new DOMException('', 'NotFoundError');
      const stream = await ask(constraints);
      for (const track of stream.getTracks()) {
        Object.assign(window, {
          [`unplug_${track.kind}`]: (isLast: boolean) => {
            isThere = !isLast;
            track.stop();
            track.dispatchEvent(new Event('ended'));
          },
        });
      }
      return stream;
    };
  });
  await ada.page.reload();
  await ada.enter();
  const unplug = (kind: 'audio' | 'video', isLast: boolean) =>
    ada.page.evaluate(
      ({ name, last }) => (window as unknown as Record<string, (last: boolean) => void>)[name]?.(last),
      { name: `unplug_${kind}`, last: isLast },
    );

  await unplug('audio', false);
  await said(ada.page, 'Your microphone was disconnected. Now in use: Fake Default Audio Input.').waitFor();
  t.ok(await isPressed(ada, 'Microphone'));
  await unplug('video', true);
  await said(ada.page, /^Your camera was disconnected\. The others go on/).waitFor();
  t.notOk(await isPressed(ada, 'Camera'));
  await ada.close();
});

t.test('a shared screen is large for the others, and its owner can stop it everywhere', async (t) => {
  const { ada, grace, close } = await pair('screen');
  const screen = grace.page.getByRole('listitem', { name: 'Screen shared by Ada Lovelace' });
  const banner = ada.page.getByText('The others see your screen.');

  await ada.button('Share screen').click();
  await banner.waitFor();
  await said(grace.page, 'Ada Lovelace shares a screen.').waitFor();
  await until('the screen is shown', () =>
    screen.locator('video').evaluate((video: HTMLVideoElement) => video.videoWidth > 0),
  );
  const [large, small] = await Promise.all([screen.boundingBox(), grace.tile('Ada Lovelace').boundingBox()]);
  t.ok(
    (large?.width ?? 0) * (large?.height ?? 0) > 4 * (small?.width ?? 0) * (small?.height ?? 0),
    'much larger than the people',
  );
  await checkPage(t, grace.page, 'a meeting with a shared screen');
  await checkPage(t, ada.page, 'a meeting in which one shares');

  await ada.button('Stop sharing').click();
  await screen.waitFor({ state: 'hidden' });
  await banner.waitFor({ state: 'hidden' });
  t.notOk(await isPressed(ada, 'Share screen'));
  await close();
});

t.test('somebody who closes the dialog of the browser is told nothing', async (t) => {
  const { ada, close } = await pair('second-thoughts');
  await ada.page.evaluate(() => {
    navigator.mediaDevices.getDisplayMedia = async () => {
      throw new DOMException('Permission denied', 'NotAllowedError');
    };
  });
  await ada.button('Share screen').click();
  await ada.page.evaluate(() => {
    navigator.mediaDevices.getDisplayMedia = async () => {
      throw new DOMException('Permission denied by system', 'NotAllowedError');
    };
  });
  await ada.button('Share screen').click();
  await said(ada.page, /could not be shared/).waitFor();
  t.equal(
    await ada.page.getByText(/could not be shared/).count(),
    1,
    'only a system that refuses is a fault',
  );
  await close();
});

t.test('a browser that holds the sound back: one press turns it on', async (t) => {
  const room = 'silent';
  const ada = await ParticipantPage.join(browser, appliance, 'Ada', { room });
  const grace = await ParticipantPage.open(browser, appliance, 'Grace', { room });
  await grace.page.evaluate(() => {
    const play = HTMLMediaElement.prototype.play;
    let isAllowed = false;
    addEventListener(
      'click',
      ({ target }) => {
        isAllowed ||= target instanceof Element && target.textContent === 'Turn sound on';
      },
      true,
    );
    HTMLAudioElement.prototype.play = async function () {
      if (!isAllowed) throw new DOMException('', 'NotAllowedError');
      return play.call(this);
    };
  });
  await grace.enter();
  await grace.button('Turn sound on').waitFor();
  await checkPage(t, grace.page, 'a meeting without sound');
  await grace.button('Turn sound on').click();
  await grace.button('Turn sound on').waitFor({ state: 'hidden' });
  await until('it plays', () =>
    grace.page.locator('audio').evaluateAll((players: HTMLAudioElement[]) => players.some((p) => !p.paused)),
  );
  t.pass('and the others are heard');
  await Promise.all([ada.close(), grace.close()]);
});

/** A room's page whose socket the test holds in its hand. */
async function withSocket(
  room: string,
): Promise<{ ada: ParticipantPage; lose: (code: number) => void; allow: (open: boolean) => void }> {
  const ada = await ParticipantPage.open(browser, appliance, 'Ada', { room });
  let ends: readonly WebSocketRoute[] = [];
  let isAllowed = true;
  await ada.page.routeWebSocket(/signalling/, (route) => {
    if (!isAllowed) return void route.close();
    ends = [route, route.connectToServer()];
  });
  await ada.page.reload();
  await ada.enter();
  return {
    ada,
    lose: (code) => {
      for (const end of ends) void end.close({ code });
    },
    allow: (open) => {
      isAllowed = open;
    },
  };
}

t.test('a lost connection is seen by both sides, and so is its return', async (t) => {
  const room = 'lost';
  const { ada, lose, allow } = await withSocket(room);
  const grace = await ParticipantPage.join(browser, appliance, 'Grace', { room });
  allow(false);
  lose(4000);
  const banner = ada.page.getByText(/connection was lost and is being restored/);
  await banner.waitFor();
  await grace.page.getByRole('listitem', { name: 'Ada, Reconnecting…' }).waitFor();
  await checkPage(t, ada.page, 'a meeting whose connection is lost');
  await checkPage(t, grace.page, 'a meeting in which one is expected back');
  allow(true);
  await banner.waitFor({ state: 'hidden' });
  await grace.page.getByRole('listitem', { name: 'Ada', exact: true }).waitFor();
  t.equal(await grace.page.getByText('Ada joined.').count(), 0, 'nobody was announced anew');
  await Promise.all([ada.close(), grace.close()]);
});

t.test('muting reaches the others, whenever it is done', async (t) => {
  const room = 'muting';
  const grace = await ParticipantPage.join(browser, appliance, 'Grace', { room });
  const ada = await ParticipantPage.open(browser, appliance, 'Ada', { room });
  const asked: string[] = [];
  const held: (() => void)[] = [];
  let losesMuting = false;
  await ada.page.routeWebSocket(/signalling/, (route) => {
    const server = route.connectToServer();
    route.onMessage((message) => {
      const { request, data } = JSON.parse(String(message));
      asked.push(request);
      if (request === 'pauseProducer' && losesMuting) {
        losesMuting = false;
        for (const end of [route, server]) void end.close({ code: 4000 });
      } else if (request === 'produce' && data.source === 'microphone') held.push(() => server.send(message));
      else server.send(message);
    });
  });
  await ada.page.reload();
  await ada.enter();
  await until('the microphone is about to be sent', () => held.length > 0);
  await ada.button('Microphone').click();
  for (const send of held.splice(0)) send();
  await until('the server is told', () => asked.includes('pauseProducer'));
  await grace.page.getByRole('listitem', { name: 'Ada, microphone off', exact: true }).waitFor();
  t.pass('while the microphone is only just being sent');

  await ada.button('Microphone').click();
  await grace.page.getByRole('listitem', { name: 'Ada', exact: true }).waitFor();
  losesMuting = true;
  await ada.button('Microphone').click();
  await grace.page.getByRole('listitem', { name: 'Ada, microphone off', exact: true }).waitFor();
  t.notOk(losesMuting, 'while the connection is lost with the request');
  await Promise.all([ada.close(), grace.close()]);
});

for (const [code, heading, way] of [
  [4409, 'The meeting goes on elsewhere', 'Rejoin'],
  [4406, 'This page is out of date', 'Reload the page'],
] as const) {
  t.test(`an end that nobody wished for (${code}) is explained, with a way on`, async (t) => {
    const { ada, lose } = await withSocket('ends');
    lose(code);
    await ada.page.getByRole('heading', { name: heading }).waitFor();
    t.equal(await ada.page.evaluate(() => document.activeElement?.textContent), heading);
    await checkPage(t, ada.page, heading);
    await ada.button(way).click();
    await ada.button('Join').waitFor();
    t.pass('leads back to the form');
    await ada.close();
  });
}

t.test('leaving ends everything; coming back needs one press more', async (t) => {
  const { ada, grace, close } = await pair('leaving');
  await ada.button('Leave').click();
  await ada.page.getByRole('heading', { name: 'You left the meeting' }).waitFor();
  await grace.tile('Ada Lovelace').waitFor({ state: 'detached' });
  t.ok(await ada.page.getByRole('link', { name: 'Home', exact: true }).isVisible());
  await checkPage(t, ada.page, 'the end');
  await ada.button('Rejoin').click();
  t.equal(await ada.page.getByRole('textbox', { name: 'Your name' }).inputValue(), 'Ada Lovelace');
  await ada.button('Join').click();
  await grace.tile('Ada Lovelace').waitFor();
  await Promise.all([ada.seesAndHears(1), grace.seesAndHears(1)]);
  t.pass('with sound and picture');
  await close();
});

t.test('the link is copied without what was asked for besides', async (t) => {
  const ada = await ParticipantPage.join(browser, appliance, 'Ada', { room: 'link', query: '?path=udp' });
  t.ok(await ada.page.getByText(/For testing the network: .* direct UDP only/).isVisible());
  await ada.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  // Headless windows share one clipboard and may not read it: what is written is what counts.
  await ada.page.evaluate(() => {
    navigator.clipboard.writeText = async (text) => void Object.assign(window, { copied: text });
  });
  await ada.button('Copy link').click();
  await said(ada.page, /The link is copied/).waitFor();
  t.equal(
    await ada.page.evaluate(() => (window as unknown as { copied: string }).copied),
    appliance.url('/r/link'),
  );
  await ada.close();
});

t.test('the meeting can be held with the keyboard alone', async (t) => {
  const { ada, close } = await pair('keyboard');
  const order: (string | null)[] = [];
  for (let step = 0; step < 6; step += 1) {
    await ada.page.keyboard.press('Tab');
    order.push(await ada.page.evaluate(() => document.activeElement?.getAttribute('data-control') ?? null));
  }
  t.same(order, ['copy', 'microphone', 'camera', 'screen', 'devices', 'leave']);
  const outline = await ada.page.evaluate(
    () => getComputedStyle(document.activeElement ?? document.body).outlineStyle,
  );
  t.equal(outline, 'solid', 'the focus is visible');
  await ada.page.keyboard.press('Enter');
  await ada.page.getByRole('heading', { name: 'You left the meeting' }).waitFor();
  await close();
});
