import type { Locator } from 'playwright-core';
import t from 'tap';
import { roomOf } from '../app/room-row.ts';
import { signedIn } from '../app/signed-in.ts';
import { Appliance } from '../appliance.ts';
import { until } from '../deadline.ts';
import { launchBrowser, meetingOfTwo, ParticipantPage, said } from './participant-page.ts';

/** How a room looks and what is done in it: layouts, panels, hands, reactions, the host's menus, keys. */

const appliance = await Appliance.start();
const browser = await launchBrowser(appliance);
t.teardown(async () => {
  await browser.close();
  await appliance.stop();
});

const owner = await signedIn(appliance, 'member', { name: 'Dr Host' });
await roomOf(appliance.databaseFile, owner, { slug: 'with-host' });

const areaOf = async (tile: Locator) => {
  const box = await tile.boundingBox();
  return box ? box.width * box.height : 0;
};

/** How many times as large one tile is as another. */
const ratio = async (one: Locator, other: Locator) => (await areaOf(one)) / (await areaOf(other));

const choose = async (participant: ParticipantPage, layout: string) => {
  await participant.button('More').click();
  await participant.page.getByRole('radio', { name: layout, exact: true }).check({ force: true });
  await participant.page.keyboard.press('Escape');
};

t.test('a press makes somebody large, another ends it; the stage shows a shared screen', async (t) => {
  const { ada, grace, close } = await meetingOfTwo(browser, appliance, 'layouts');
  const [of, own] = [ada.tile('Grace Hopper'), ada.tile('Ada Lovelace')];
  await of.waitFor();
  t.equal(Math.round(await ratio(of, own)), 1, 'all of one size');
  const pin = of.getByRole('button', { name: 'Show Grace Hopper large' });
  await pin.click();
  await until(
    'Grace is large',
    () => ratio(of, own),
    (times) => times > 4,
  );
  t.equal(await pin.getAttribute('aria-pressed'), 'true');
  await ada.seesAndHears(1);
  await pin.click();
  await until(
    'and as all others',
    () => ratio(of, own),
    (times) => times < 1.1,
  );

  await grace.button('Share screen').click();
  const screen = ada.page.getByRole('listitem', { name: 'Screen shared by Grace Hopper' });
  await screen.waitFor();
  await until(
    'the screen is large',
    () => ratio(screen, of),
    (times) => times > 4,
  );
  t.equal(
    await ada.page.getByRole('listitem').first().getAttribute('aria-label'),
    'Screen shared by Grace Hopper',
    'and read first',
  );
  await pin.click();
  await until(
    'the pinned one before the screen',
    () => ratio(of, screen),
    (times) => times > 4,
  );
  await pin.click();
  await choose(ada, 'Grid');
  await until(
    'in a grid it is one of all',
    () => ratio(screen, of),
    (times) => times < 1.1,
  );
  t.same([ada.faults, grace.faults], [[], []]);
  await close();
});

t.test('the layout is remembered in this browser, and what is as usual leaves nothing', async (t) => {
  const { ada, close } = await meetingOfTwo(browser, appliance, 'remembered');
  await choose(ada, 'Speaker');
  const [of, own] = [ada.tile('Grace Hopper'), ada.tile('Ada Lovelace')];
  await until(
    'the other one is large',
    () => ratio(of, own),
    (times) => times > 4,
  );
  await ada.button('More').click();
  await ada.page.getByRole('checkbox', { name: 'Hide my own picture from me' }).check();
  await ada.page.keyboard.press('Escape');
  await own.waitFor({ state: 'hidden' });
  await ada.page.reload();
  await ada.enter();
  await of.waitFor();
  t.notOk(await own.isVisible(), 'one still does not see oneself');
  const stored = () => ada.page.context().storageState();
  t.match((await stored()).origins[0]?.localStorage, [{ name: 'room-view' }]);
  await ada.button('More').click();
  t.ok(await ada.page.getByRole('radio', { name: 'Speaker' }).isChecked());
  await ada.page.getByRole('checkbox', { name: 'Hide my own picture from me' }).uncheck();
  await ada.page.getByRole('radio', { name: 'Automatic' }).check({ force: true });
  await own.waitFor();
  t.same((await stored()).origins, [], 'nothing is kept any more');
  await close();
});

t.test('more people than fit are on pages, and only who is in sight is received', async (t) => {
  const room = 'pages';
  const others = await Promise.all(
    ['Alan', 'Barbara', 'Edsger', 'Frances'].map((name) =>
      ParticipantPage.join(browser, appliance, name, { room }),
    ),
  );
  const ada = await ParticipantPage.join(browser, appliance, 'Ada', { room });
  // Whoever beeps would come to the first page.
  for (const other of others) {
    await other.button('Microphone').click();
    await ada.page.getByRole('listitem', { name: `${other.name}, microphone off` }).waitFor();
  }
  await ada.page.locator('participant-tile.is-speaking:not(.is-you)').waitFor({ state: 'detached' });
  await ada.page.setViewportSize({ width: 360, height: 420 });
  const pager = ada.page.getByRole('group', { name: 'Pages of participants' });
  await pager.waitFor();
  const tiles = ada.page.getByRole('listitem');
  const names = () => tiles.evaluateAll((all) => all.map(({ ariaLabel }) => ariaLabel?.split(',')[0] ?? ''));
  const first = await names();
  t.ok(first.length < 5 && first.length > 1);
  t.equal(first.at(-1), 'Ada (you)');
  const playing = () =>
    ada.page.evaluate(async () => {
      const { connections } = window as unknown as { connections: RTCPeerConnection[] };
      let bytes = 0;
      for (const connection of connections.filter(({ signalingState }) => signalingState !== 'closed'))
        for (const entry of (await connection.getStats()).values())
          if (entry.type === 'inbound-rtp' && entry.kind === 'video' && entry.mid !== 'probator')
            bytes += entry.framesReceived ?? 0;
      return bytes;
    });
  await ada.page.getByRole('button', { name: 'Next page' }).click();
  await pager.getByText('Page 2 of').waitFor();
  const second = await names();
  t.same(
    second.filter((name) => first.includes(name)),
    ['Ada (you)'],
    'others than before, and oneself',
  );
  const before = await playing();
  await until('those of the second page are received', playing, (frames) => frames > before + 5);
  await ada.page.keyboard.press('PageUp');
  await pager.getByText('Page 1 of').waitFor();
  t.same(await names(), first);
  await ada.page.setViewportSize({ width: 1280, height: 800 });
  await pager.waitFor({ state: 'hidden' });
  t.equal(await tiles.count(), 5, 'a larger window has them all');
  t.same(ada.faults, []);
  await Promise.all([ada, ...others].map((each) => each.close()));
});

t.test('a chat: read by all, links are links, unread ones are counted, nothing becomes markup', async (t) => {
  const { ada, grace, close } = await meetingOfTwo(browser, appliance, 'chat');
  await ada.button('Chat').click();
  const field = ada.page.getByRole('textbox', { name: 'Your message' });
  t.ok(await field.evaluate((element) => element === document.activeElement), 'one can write at once');
  await field.fill('See https://example.org/a?b=1. <b>Not bold</b>');
  await ada.page.keyboard.press('Enter');
  await said(grace.page, 'Ada Lovelace: See https://example.org/a?b=1.').waitFor();
  await grace.page.getByRole('button', { name: /^Chat/ }).getByText('1').waitFor();
  await grace.page.keyboard.press('c');
  const log = grace.page.getByRole('log', { name: 'Messages' });
  const link = log.getByRole('link', { name: 'https://example.org/a?b=1' });
  t.equal(await link.getAttribute('href'), 'https://example.org/a?b=1');
  t.match(await link.getAttribute('rel'), /noopener noreferrer/);
  t.equal(await log.locator('b').count(), 0);
  t.ok(await log.getByText('<b>Not bold</b>').isVisible());
  t.notOk(await grace.page.locator('[data-part="unread"]').isVisible(), 'what is read is not counted');
  t.equal(await field.inputValue(), '');
  await ada.page.keyboard.press('Escape');
  t.equal(
    await ada.page.evaluate(() => (document.activeElement as HTMLElement).dataset.control),
    'chat',
    'Escape leads back to the button',
  );
  t.same([ada.faults, grace.faults], [[], []]);
  await close();
});

t.test('a file goes from one to the other', async (t) => {
  const { ada, grace, close } = await meetingOfTwo(browser, appliance, 'file');
  for (const each of [ada, grace]) await each.button('Chat').click();
  await ada.page
    .locator('input[type="file"]')
    .setInputFiles({ name: 'plan.txt', mimeType: 'text/plain', buffer: Buffer.from('the plan') });
  const download = grace.page.waitForEvent('download');
  await grace.button('Download plan.txt').click();
  const file = await download;
  t.equal(file.suggestedFilename(), 'plan.txt');
  const chunks: Buffer[] = [];
  for await (const chunk of await file.createReadStream()) chunks.push(chunk);
  t.equal(Buffer.concat(chunks).toString(), 'the plan');
  await ada.button('Take plan.txt back').click();
  await grace.button('Download plan.txt').waitFor({ state: 'detached' });
  await close();
});

t.test('hands stand in their order, and a reaction is seen in passing', async (t) => {
  const { ada, grace, close } = await meetingOfTwo(browser, appliance, 'hands');
  await grace.button('Raise hand').click();
  await said(ada.page, 'Grace Hopper raises a hand.').waitFor();
  await ada.page.keyboard.press('h');
  await ada.page.getByRole('listitem', { name: 'Ada Lovelace (you), hand raised, number 2' }).waitFor();
  t.ok(await ada.isPressed('Raise hand'));
  await ada.page.keyboard.press('p');
  const list = ada.page.getByRole('complementary').getByRole('listitem');
  t.match(await list.evaluateAll((rows) => rows.map(({ ariaLabel }) => ariaLabel)), [
    /^Grace Hopper.*number 1/,
    /^Ada Lovelace.*number 2/,
  ]);
  await grace.button('Raise hand').click();
  await until(
    'Ada is the first now',
    () => list.first().getAttribute('aria-label'),
    (label) => /^Ada Lovelace.*number 1/.test(label ?? ''),
  );
  await grace.button('React').click();
  await grace.button('Applause').click();
  await ada.tile('Grace Hopper').locator('[data-reaction="clap"]').first().waitFor();
  t.pass('on the tile of who sent it');
  await close();
});

t.test('keys do what they are listed for, not while one types, and can be turned off', async (t) => {
  const { ada, close } = await meetingOfTwo(browser, appliance, 'keys');
  const { keyboard } = ada.page;
  await keyboard.press('m');
  t.equal(await ada.isPressed('Microphone'), false);
  await keyboard.press('Shift+?');
  const list = ada.page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await list.waitFor();
  t.equal(await list.getByRole('term').count(), 13);
  await keyboard.press('m');
  t.equal(await ada.isPressed('Microphone').catch(() => false), false, 'nothing behind a dialog');
  await list.getByRole('checkbox').uncheck();
  await keyboard.press('Escape');
  await keyboard.press('m');
  t.equal(await ada.isPressed('Microphone'), false, 'turned off');
  await ada.button('More').click();
  await ada.button('Keyboard shortcuts').click();
  await list.getByRole('checkbox').check();
  await keyboard.press('Escape');
  await ada.button('Chat').click();
  await keyboard.type('mmm');
  t.equal(await ada.page.getByRole('textbox', { name: 'Your message' }).inputValue(), 'mmm');
  t.equal(await ada.isPressed('Microphone'), false, 'typed, not obeyed');
  await close();
});

t.test('a host mutes, forbids, hands over and removes; nobody else is offered it', async (t) => {
  const room = 'with-host';
  const host = await ParticipantPage.join(browser, appliance, 'Dr Host', { room, signedIn: owner });
  const grace = await ParticipantPage.join(browser, appliance, 'Grace', { room });
  const menuOf = async (name: string) => {
    await host.page.getByRole('button', { name: `Actions for ${name}` }).click();
    return host.page.getByRole('dialog', { name });
  };
  await host.button('People').click();
  await (await menuOf('Grace')).getByRole('button', { name: 'Mute microphone' }).click();
  await said(grace.page, 'Dr Host muted your microphone.').waitFor();
  await until('her button says so', async () => !(await grace.isPressed('Microphone')));

  await host.page.getByText('What everybody may do').click();
  await host.page.getByRole('checkbox', { name: 'Unmute' }).uncheck();
  await until('the rule has arrived', async () => {
    await grace.button('Microphone').click();
    return grace.page.getByText('The host does not allow microphones').first().isVisible();
  });
  t.equal(await grace.isPressed('Microphone'), false);
  const menu = await menuOf('Grace');
  await menu.getByText('What Grace may do').click();
  await menu.getByRole('switch', { name: 'Unmute' }).click();
  await until('allowed to her alone', async () => {
    if (!(await grace.isPressed('Microphone'))) await grace.button('Microphone').click();
    return grace.isPressed('Microphone');
  });

  await grace.button('People').click();
  t.notOk(await grace.page.getByText('What everybody may do').isVisible());
  await grace.button('Actions for Dr Host').click();
  const offered = await grace.page
    .getByRole('dialog', { name: 'Dr Host' })
    .getByRole('button')
    .allTextContents();
  t.same(offered.map((text) => text.trim()).filter(Boolean), ['Show large', 'Connection details']);
  await grace.page.keyboard.press('Escape');

  const remove = (await menuOf('Grace')).getByRole('button', { name: /^Remove Grace/ });
  await remove.click();
  await remove.click();
  await grace.page.getByRole('heading', { name: 'You were removed from the meeting' }).waitFor();
  t.equal(await grace.button('Rejoin').count(), 0, 'there is no way back');
  await host.page.getByText('1 person').waitFor();
  t.same([host.faults, grace.faults], [[], []]);
  await Promise.all([host.close(), grace.close()]);
});

t.test('how good the connection is, in words and figures', async (t) => {
  const { ada, close } = await meetingOfTwo(browser, appliance, 'quality');
  await ada.seesAndHears(1);
  await ada.button('People').click();
  await ada.button('Actions for Grace Hopper').click();
  await ada.button('Connection details').click();
  const dialog = ada.page.getByRole('dialog', { name: 'Connection: Grace Hopper' });
  await dialog.getByText('Direct, UDP').waitFor();
  await dialog.getByText(/VP8 · \d+ × \d+ · .* kbit\/s/).waitFor();
  await dialog.getByText(/The connection is/).waitFor();
  t.pass('codec, resolution, rate and path');
  await close();
});

t.test('sound only: no pictures of the others, until one wants them again', async (t) => {
  const { ada, grace, close } = await meetingOfTwo(browser, appliance, 'sound-only');
  await ada.seesAndHears(1);
  const picture = ada.tile('Grace Hopper').locator('video');
  t.ok(await picture.isVisible());
  await ada.button('More').click();
  await ada.page.getByRole('radio', { name: 'Sound only' }).check({ force: true });
  await picture.waitFor({ state: 'hidden' });
  t.ok(await ada.tile('Grace Hopper').getByText('GH', { exact: true }).isVisible());
  await grace.button('Share screen').click();
  const screen = ada.page.locator('screen-tile');
  await screen.getByText('Not shown: you receive sound only').waitFor();
  t.notOk(await screen.locator('video').isVisible());
  await ada.page.getByRole('radio', { name: 'Everything' }).check({ force: true });
  await picture.waitFor();
  await screen.locator('video').waitFor();
  t.notOk(await screen.getByText('Not shown').isVisible());
  await ada.seesAndHears(1);
  await close();
});

t.test('the one who is large can be had in a window above all others', async (t) => {
  const { ada, grace, close } = await meetingOfTwo(browser, appliance, 'floating');
  await ada.seesAndHears(1);
  const isSupported = await ada.page.evaluate(() => document.pictureInPictureEnabled);
  await ada.button('More').click();
  t.equal(await ada.button('Picture in picture').isVisible(), isSupported);
  if (!isSupported) return close();
  await ada.button('Picture in picture').click();
  const shown = () =>
    ada.page.evaluate(() => {
      const floating = document.pictureInPictureElement as HTMLVideoElement | null;
      return ((floating?.srcObject as MediaStream | null)?.getVideoTracks() ?? []).map(({ id }) => id);
    });
  const [person] = await until('the window is open', shown, (tracks) => tracks.length === 1);
  await grace.button('Share screen').click();
  const [screen] = await until('it follows what is large', shown, ([track]) => track !== person);
  t.not(screen, undefined);
  await close();
});
