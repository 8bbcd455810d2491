import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { WebSocketRoute } from 'playwright-core';
import t from 'tap';
import { Appliance } from '../appliance.ts';
import { until } from '../deadline.ts';
import { tone } from '../tone.ts';
import { checkPage } from './page-checks.ts';
import { launchBrowser, meetingOfTwo, ParticipantPage, said } from './participant-page.ts';

/** What a meeting looks like to those in it, and how it ends. */

const appliance = await Appliance.start();
const browser = await launchBrowser(appliance);
t.teardown(async () => {
  await browser.close();
  await appliance.stop();
});

const pair = (room: string) => meetingOfTwo(browser, appliance, room);

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
  const microphone = join(t.testdir(), 'microphone.wav');
  await writeFile(microphone, tone());
  const voices = await launchBrowser(appliance, { microphone });
  t.teardown(() => voices.close());
  const { ada, grace, close } = await meetingOfTwo(voices, appliance, 'marks');
  await ada.page.locator('participant-tile.is-speaking').first().waitFor();
  t.pass('a sound from the microphones is heard');

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
  t.same([await grace.isPressed('Microphone'), await grace.isPressed('Camera')], [false, false]);
  await checkPage(t, grace.page, 'a meeting without camera and microphone');
  await close();
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
  for (let step = 0; step < 11; step += 1) {
    await ada.page.keyboard.press('Tab');
    order.push(
      await ada.page.evaluate(() => {
        const { control, part } = (document.activeElement as HTMLElement).dataset;
        return control ?? part ?? null;
      }),
    );
  }
  t.same(
    order,
    ['copy', 'pin', 'microphone', 'camera', 'screen', 'hand', 'react', 'chat', 'people', 'more', 'leave'],
    'all tiles are one stop',
  );
  const outline = await ada.page.evaluate(
    () => getComputedStyle(document.activeElement ?? document.body).outlineStyle,
  );
  t.equal(outline, 'solid', 'the focus is visible');
  await ada.page.keyboard.press('Enter');
  await ada.page.getByRole('heading', { name: 'You left the meeting' }).waitFor();
  await close();
});
