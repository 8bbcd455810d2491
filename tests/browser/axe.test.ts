import type { BrowserContextOptions } from 'playwright-core';
import t from 'tap';
import { roomOf } from '../app/room-row.ts';
import { signedIn } from '../app/signed-in.ts';
import { Appliance } from '../appliance.ts';
import { checkPage } from './page-checks.ts';
import { launchBrowser, ParticipantPage } from './participant-page.ts';

/**
 * Every page that anybody opens and every state of a meeting: nothing that axe finds, no horizontal scrolling on a
 * phone, nothing too small for a finger. `pages.test.ts` and `lobby.test.ts` hold what is before a meeting to the same.
 */

const appliance = await Appliance.start();
const browser = await launchBrowser(appliance);
t.teardown(async () => {
  await browser.close();
  await appliance.stop();
});

const owner = await signedIn(appliance, 'member', { name: 'Dr Host' });
await roomOf(appliance.databaseFile, owner, { slug: 'with-host', hasLobby: true });

for (const [what, path] of [
  ['connection test', '/test'],
  ['cookies', '/cookies'],
  ['sign-in', '/sign-in'],
  ['contact', '/contact'],
] as const) {
  t.test(what, async (t) => {
    const options: BrowserContextOptions = { locale: 'fr-FR' };
    const context = await browser.newContext(options);
    const page = await context.newPage();
    await page.goto(appliance.url(path));
    await checkPage(t, page, what);
    await context.close();
  });
}

t.test('a meeting in all its states, as its host sees it', async (t) => {
  const room = 'with-host';
  const host = await ParticipantPage.join(browser, appliance, 'Dr Host', { room, signedIn: owner });
  const grace = await ParticipantPage.open(browser, appliance, 'Grace Hopper', { room });
  await grace.page.getByRole('textbox', { name: 'Your name' }).fill('Grace Hopper');
  await grace.button('Join').click();
  await host.button('Admit Grace Hopper').waitFor();
  await checkPage(t, grace.page, 'waiting');
  await host.button('Admit Grace Hopper').click();
  await grace.button('Leave').waitFor();
  const { page } = host;
  const desktop = { width: 1280, height: 800 };
  for (const each of [host, grace]) await each.page.setViewportSize(desktop);

  const pin = host.tile('Grace Hopper').getByRole('button', { name: /large/ });
  await pin.click();
  await grace.button('Raise hand').click();
  await host.page
    .getByRole('listitem', { name: /hand raised/ })
    .first()
    .waitFor();
  await checkPage(t, page, 'a stage, with a raised hand');

  await page.setViewportSize(desktop);
  await host.button('Chat').click();
  await page.getByRole('textbox', { name: 'Your message' }).fill('Hello, see https://example.org');
  await page.keyboard.press('Enter');
  await page.getByRole('log').getByRole('link').waitFor();
  await page.locator('input[type="file"]').setInputFiles({
    name: 'plan.txt',
    mimeType: 'text/plain',
    buffer: Buffer.from('plan'),
  });
  await host.button('Take plan.txt back').waitFor();
  await checkPage(t, page, 'the chat, with a link and a file');

  await page.setViewportSize(desktop);
  await host.button('People').click();
  await page.getByText('What everybody may do').click();
  await checkPage(t, page, 'the people, with what they may do');

  await page.setViewportSize(desktop);
  for (const [what, open, dialog] of [
    ['what a host does with somebody', 'Actions for Grace Hopper', 'Grace Hopper'],
    ['more', 'More', 'More'],
    ['reactions', 'React', 'React'],
  ] as const) {
    await page.setViewportSize(desktop);
    await host.button(open).click();
    await page.getByRole('dialog', { name: dialog }).waitFor();
    await checkPage(t, page, what);
    await page.keyboard.press('Escape');
  }

  await page.setViewportSize(desktop);
  await host.button('Actions for Grace Hopper').click();
  await host.button('Connection details').click();
  await page.getByRole('dialog', { name: /^Connection/ }).waitFor();
  await checkPage(t, page, 'how good a connection is');
  await page.keyboard.press('Escape');

  await page.setViewportSize(desktop);
  await page.keyboard.press('Escape');
  await host.button('More').click();
  await host.button('Keyboard shortcuts').click();
  await checkPage(t, page, 'the keys');
  await page.keyboard.press('Escape');

  await page.setViewportSize(desktop);
  await grace.button('Share screen').click();
  await page.getByRole('listitem', { name: /^Screen shared/ }).waitFor();
  await checkPage(t, page, 'a shared screen');
  await checkPage(t, grace.page, 'who shares it');
  t.same(host.faults, []);
  await Promise.all([host.close(), grace.close()]);
});
