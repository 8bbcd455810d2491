import type { BrowserContextOptions, Page } from 'playwright-core';
import t from 'tap';
import { signedIn } from '../app/signed-in.ts';
import { Appliance } from '../appliance.ts';
import { until } from '../deadline.ts';
import { launchBrowser, meetingOfTwo, ParticipantPage } from './participant-page.ts';

/** Ways through the console in a real browser. */

t.setTimeout(240_000);

const appliance = await Appliance.start({ turn: {} });
const browser = await launchBrowser(appliance);
t.teardown(async () => {
  await browser.close();
  await appliance.stop();
});

const owner = await signedIn(appliance, 'owner', { organisation: 'Head Office', name: 'Éléonore Ångström' });
/** A browser that somebody is signed in with; no script of ours is needed. */
async function open(path: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ locale: 'en-GB', javaScriptEnabled: true, ...options });
  const [name = '', value = ''] = owner.headers.cookie.split(/=(.*)/s);
  await context.addCookies([{ name, value, url: appliance.url('/'), secure: true, httpOnly: true }]);
  const page = await context.newPage();
  await page.goto(appliance.url(path));
  return page;
}

t.test('on a phone, without script: the menu unfolds, a person is made, found and deleted', async (t) => {
  const page = await open('/console/people', {
    javaScriptEnabled: false,
    viewport: { width: 360, height: 640 },
    hasTouch: true,
  });
  const people = page.getByRole('link', { name: 'People', exact: true });
  t.notOk(await people.isVisible());
  await page.getByText('Menu', { exact: true }).tap();
  await people.tap();
  await page.getByRole('link', { name: 'New person' }).tap();
  await page.getByLabel('Name').fill('Ana Sousa');
  await page.getByLabel('E-mail address').fill('ana');
  await page.getByRole('button', { name: 'Make account' }).tap();
  await page.getByText('Type an e-mail address').waitFor();
  t.equal(await page.getByLabel('Name').inputValue(), 'Ana Sousa', 'what was typed is still there');
  await page.getByLabel('E-mail address').fill('ana@clinic.example');
  await page.getByRole('button', { name: 'Make account' }).tap();
  await page.getByRole('status').getByText('The account is there').waitFor();

  await page.goto(appliance.url('/console/people'));
  await page.getByLabel('Name or address').fill('sou');
  await page.getByRole('button', { name: 'Search' }).tap();
  await page.getByRole('link', { name: 'Ana Sousa' }).tap();
  await page.getByRole('link', { name: 'Delete account…' }).tap();
  await page.getByRole('button', { name: 'Delete account' }).tap();
  await page.getByRole('status').getByText('The account is deleted.').waitFor();
  await page.context().close();
});

t.test('by keyboard alone: past the navigation, into the table, through the columns', async (t) => {
  const page = await open('/console/people');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  t.equal(await page.evaluate(() => document.activeElement?.id), 'main');
  await page.getByRole('link', { name: 'E-mail address' }).focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(/sort=email/);
  t.equal(
    await page.getByRole('columnheader', { name: 'E-mail address' }).getAttribute('aria-sort'),
    'ascending',
  );
  await page.context().close();
});

t.test('the overview counts a call, and what of it goes through the relay', async (t) => {
  const { close } = await meetingOfTwo(browser, appliance, 'counted');
  const relayed = await ParticipantPage.join(browser, appliance, 'By Relay', {
    room: 'counted',
    query: '?path=relay',
  });
  await relayed.seesAndHears(2);
  const page = await open('/console');
  t.match(await page.getByRole('region', { name: 'Live meetings' }).innerText(), '3 people in 1 meeting');
  t.match(await page.getByRole('region', { name: 'Sound and picture' }).innerText(), /In order/);
  const relay = await until(
    'the relay is counted',
    async () => {
      await page.reload();
      return page.getByRole('region', { name: 'Relay use' }).innerText();
    },
    (text) => /[12] of 6 connections/.test(text),
  );
  t.match(relay, /In order/);
  await page.context().close();
  await relayed.close();
  await close();
});
