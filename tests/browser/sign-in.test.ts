import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { BrowserContextOptions, Page } from 'playwright-core';
import t from 'tap';
import { openDatabase } from '../../app/database/open.ts';
import en from '../../app/locales/en.json' with { type: 'json' };
import { Appliance } from '../appliance.ts';
import { checkPage } from './page-checks.ts';
import { launchBrowser } from './participant-page.ts';

/** From the first link on the server to the account page, in a real browser: what a person sees and presses. */

t.setTimeout(400_000);

const EMAIL = 'marie@example.org';

const appliance = await Appliance.start();
const browser = await launchBrowser(appliance);
const database = await openDatabase(appliance.databaseFile);
t.teardown(async () => {
  await browser.close();
  await database.destroy();
  await appliance.stop();
});

async function newPage(options: BrowserContextOptions = {}): Promise<Page> {
  return (await browser.newContext({ locale: 'en-GB', ...options })).newPage();
}

/** What the last letter to sign in, or to confirm, brings. */
async function letter(kind = 'sign_in'): Promise<{ path: string; code: string }> {
  const { text } = await database('letters')
    .where({ kind })
    .orderByRaw('created_at DESC, rowid DESC')
    .first();
  return {
    path: /https:\/\/[^/\s]+(\/sign-in\/link\/\S+)/.exec(text)?.[1] ?? '',
    code: /^(\d{6})$/m.exec(text)?.[1] ?? '',
  };
}

/** Holds a page to what every page must keep, in both languages. */
async function look(t: Tap, page: Page, what: string): Promise<void> {
  const english = page.url();
  const address = new URL(english);
  await checkPage(t, page, what);
  if ((await page.locator('html').getAttribute('lang')) !== 'en') return;
  address.searchParams.set('lang', 'fr');
  await page.goto(address.href);
  t.equal(await page.locator('html').getAttribute('lang'), 'fr');
  await checkPage(t, page, `${what} in French`);
  address.searchParams.set('lang', 'en');
  await page.goto(address.href);
}
type Tap = Parameters<typeof checkPage>[0];

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const heading = (page: Page, name: string) => page.getByRole('heading', { name, level: 1 });

t.test('the link of the server makes the first owner, who tries what depends on the network', async (t) => {
  const { stdout } = await promisify(execFile)(process.execPath, ['scripts/linkello.ts', 'sign-in-link'], {
    env: { ...process.env, ...appliance.environment },
  });
  const page = await newPage();
  await page.goto(appliance.url(new URL(stdout.trim()).pathname));
  await look(t, page, 'first owner');
  await page.getByLabel(en.firstOwner.name).fill('Marie Curie');
  await page.getByLabel(en.firstOwner.email).fill(EMAIL);
  await page.getByLabel(en.firstOwner.organisation).fill('Clinic <b>North</b>');
  await button(page, en.firstOwner.make).click();
  await page.waitForURL('**/console/setup');
  await look(t, page, 'setup');

  await button(page, en.setup.media.test).click();
  await page.getByText(en.setup.media.worksUdp).waitFor();
  await page.getByText(en.setup.media.worksTcp).waitFor();
  t.notOk(await page.getByText(en.setup.media.failsUdp).isVisible());
  await checkPage(t, page, 'setup, after the attempt');
  await button(page, `Send a test letter to ${EMAIL}`).click();
  t.match(await page.getByRole('status').textContent(), en.setup.mail.kept);
  await page.context().close();
});

t.test('a real port that nobody answers is told', async (t) => {
  const page = await newPage({ ignoreHTTPSErrors: true });
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['scripts/linkello.ts', 'sign-in-link', EMAIL],
    { env: { ...process.env, ...appliance.environment } },
  );
  await page.goto(appliance.url(new URL(stdout.trim()).pathname));
  await button(page, en.signIn.signIn).click();
  await page.waitForURL('**/console');
  // What a firewall does that swallows TCP: the candidate leads to a port where nothing is.
  await page.route('**/console/setup/media', async (route) => {
    const answer = await route.fetch();
    const ways = await answer.json();
    for (const candidate of ways.tcp.iceCandidates) candidate.port = 9;
    await route.fulfill({ response: answer, json: ways });
  });
  await page.goto(appliance.url('/console/setup'));
  await button(page, en.setup.media.test).click();
  await page.getByText(en.setup.media.worksUdp).waitFor();
  await page.getByText(en.setup.media.failsTcp).waitFor();
  await page.context().close();
  t.pass();
});

t.test('sign in by the link on the browser that asked, with the keyboard alone, and out again', async (t) => {
  const page = await newPage();
  await page.goto(appliance.url('/account'));
  t.match(page.url(), '/sign-in?to=%2Faccount');
  await look(t, page, 'sign in');
  await page.getByLabel(en.signIn.email).focus();
  await page.keyboard.type(EMAIL);
  await page.keyboard.press('Enter');
  await heading(page, en.signIn.sentTitle).waitFor();
  await look(t, page, 'code');
  await page.goto(appliance.url((await letter()).path));
  await page.waitForURL('**/account');
  await look(t, page, 'account');

  await page.getByLabel(en.account.name).fill('Marie Skłodowska-Curie');
  await button(page, en.account.save).click();
  t.match(await page.getByRole('status').textContent(), en.account.done.changed);
  const menu = page.locator('details.visitor');
  await menu.locator('summary').focus();
  await page.keyboard.press('Enter');
  await menu.getByRole('link', { name: en.layout.account }).waitFor();
  t.match(await menu.locator('summary').textContent(), 'Marie Skłodowska-Curie');
  await checkPage(t, page, 'account with its menu open');
  await button(page, en.layout.signOut).click();
  await page.getByRole('link', { name: en.layout.signIn, exact: true }).waitFor();
  await page.goto(appliance.url('/account'));
  t.match(page.url(), '/sign-in', 'out');
  await page.context().close();
});

t.test('sign in by the button and by the code, without script', async (t) => {
  const asking = await newPage({ javaScriptEnabled: false });
  await asking.goto(appliance.url('/sign-in'));
  await asking.getByLabel(en.signIn.email).fill(EMAIL);
  await button(asking, en.signIn.sendLetter).click();
  const { path, code } = await letter();

  const phone = await newPage();
  await phone.goto(appliance.url(path));
  await phone.getByText('as Marie Skłodowska-Curie').waitFor();
  await look(t, phone, 'link');
  await phone.goto(appliance.url('/account'));
  t.match(phone.url(), '/sign-in', 'to look at it lets nobody in');

  await asking.getByLabel(en.signIn.code).fill('000000' === code ? '000001' : '000000');
  await button(asking, en.signIn.signIn).click();
  t.match(await asking.getByRole('alert').textContent(), en.signIn.wrongCode);
  await asking.getByLabel(en.signIn.code).fill(`${code.slice(0, 3)} ${code.slice(3)}`);
  await button(asking, en.signIn.signIn).click();
  await asking.waitForURL('**/console');

  await phone.goto(appliance.url(path));
  await heading(phone, en.signIn.deadLink).waitFor();
  await look(t, phone, 'a link that was used');
  await phone.goto(appliance.url('/sign-in/code'));
  await look(t, phone, 'code on another device');
  await Promise.all([asking, phone].map((each) => each.context().close()));
});

t.test('a dangerous act asks for a fresh code, and signing out everywhere ends other browsers', async (t) => {
  const [page, other] = [await newPage(), await newPage()];
  for (const each of [page, other]) {
    await each.goto(appliance.url('/sign-in'));
    await each.getByLabel(en.signIn.email).fill(EMAIL);
    await button(each, en.signIn.sendLetter).click();
    await heading(each, en.signIn.sentTitle).waitFor();
    await each.goto(appliance.url((await letter()).path));
    await each.waitForURL('**/console');
  }
  await database('sessions').update({ confirmed_at: 0 });
  await page.goto(appliance.url('/confirm?to=/account'));
  await look(t, page, 'confirm');
  await button(page, en.confirmation.send).click();
  await page.getByLabel(en.signIn.code).waitFor();
  await look(t, page, 'confirm, letter sent');
  await page.getByLabel(en.signIn.code).fill((await letter('confirmation')).code);
  await button(page, en.confirmation.confirm).click();
  await page.waitForURL('**/account');

  await button(page, en.account.endAll).click();
  await page.waitForURL('**/sign-in');
  await other.goto(appliance.url('/account'));
  t.match(other.url(), '/sign-in', 'the other browser is out too');
  await Promise.all([page, other].map((each) => each.context().close()));
});
