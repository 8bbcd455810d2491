import type { Browser, BrowserContext, Page } from 'playwright-core';
import t from 'tap';
import { type SignedIn, signedIn } from '../app/signed-in.ts';
import { Appliance } from '../appliance.ts';
import { checkPage } from './page-checks.ts';
import { launchBrowser } from './participant-page.ts';

const appliance = await Appliance.start({
  sites: [{ host: '127.0.0.1', name: 'Clinic North' }],
  rooms: { anyone_can_open: false, time_zone: 'Europe/Paris' },
});
t.teardown(() => appliance.stop());
const browser: Browser = await launchBrowser(appliance);
t.teardown(() => browser.close());
const nora = await signedIn(appliance, 'administrator', { name: 'Nora Nord' });

async function open(
  person: SignedIn | null,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<{ context: BrowserContext; page: Page; faults: string[] }> {
  const context = await browser.newContext({ permissions: ['clipboard-write'], ...options });
  if (person) {
    const [name = '', ...value] = person.headers.cookie.split('=');
    const cookie = { name, value: value.join('='), url: appliance.url('/'), secure: true, httpOnly: true };
    await context.addCookies([cookie]);
  }
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', ({ message }) => faults.push(message));
  return { context, page, faults };
}

/** Where the invitation that the first test makes is, and what its link opens. */
let invitation = '';
let link = '';

t.test(
  'a host makes a room and an invitation with the keyboard alone, and copies it by one button',
  async (t) => {
    const { context, page, faults } = await open(nora);
    t.teardown(() => context.close());
    await page.goto(appliance.url('/console/rooms'));
    await page.getByRole('link', { name: 'New room' }).first().press('Enter');
    await page.getByLabel('Name', { exact: true }).fill('Consultation');
    await page.getByLabel('Open to').selectOption('Invited people only');
    t.notOk(
      await page.getByRole('group', { name: 'Monday' }).isVisible(),
      'hours wait until they are asked for',
    );
    await page.getByLabel('Opening hours', { exact: true }).selectOption('Hours for each day of the week');
    for (const day of ['Saturday', 'Sunday']) {
      await page.getByRole('group', { name: day }).getByLabel('From').fill('00:00');
      await page.getByRole('group', { name: day }).getByLabel('To').fill('00:00');
    }
    await page.getByRole('group', { name: 'Monday' }).getByLabel('To').fill('');
    await page.getByRole('button', { name: 'Make room' }).press('Enter');
    t.equal(await page.locator('#monday_from-error').innerText(), 'Give both times, or none.');
    await checkPage(t, page, 'a form with a fault');
    await page.getByLabel('Opening hours', { exact: true }).selectOption('Always open');
    await page.getByRole('button', { name: 'Make room' }).press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Consultation' }).waitFor();

    await page.getByRole('link', { name: 'Invite somebody' }).press('Enter');
    await page.getByLabel('Name').fill('Émilie Zola');
    await page.getByLabel('When', { exact: true }).selectOption('At any time, until a day');
    t.notOk(await page.getByLabel('Begins').isVisible());
    await page.getByRole('button', { name: 'Invite' }).press('Enter');
    await page.getByRole('button', { name: 'Copy invitation' }).press('Enter');
    await page.getByText('Copied.').waitFor();
    await checkPage(t, page, 'an invitation');
    invitation = page.url();
    link = new URL(await page.getByLabel('Personal link').inputValue()).pathname;
    await page.getByRole('link', { name: 'Consultation' }).first().click();
    await checkPage(t, page, 'a room');
    await page.goto(`${invitation}/edit`);
    await checkPage(t, page, 'the form of its time');
    await page.goto(`${invitation}/revoke`);
    await checkPage(t, page, 'the page before it is taken back');
    t.same(faults, []);
  },
);

t.test('without script the text is there to be selected, and every choice shows', async (t) => {
  const { context, page } = await open(nora, { javaScriptEnabled: false });
  t.teardown(() => context.close());
  await page.goto(invitation);
  t.notOk(await page.getByRole('button', { name: 'Copy invitation' }).isVisible());
  t.match(await page.getByLabel('Invitation as text').inputValue(), link);
  await page.goto(appliance.url('/console/rooms/new'));
  await page.getByLabel('Name', { exact: true }).fill('Without script');
  await page.getByRole('button', { name: 'Make room' }).click();
  t.match(await page.getByLabel('Link of the room').inputValue(), /\/r\/without-script$/);
});

t.test(
  'a guest follows the link and finds their name filled in; others are refused before they are asked',
  async (t) => {
    const { context, page, faults } = await open(null, { permissions: ['camera', 'microphone'] });
    t.teardown(() => context.close());
    await page.goto(appliance.url(link));
    t.equal(await page.getByLabel('Your name').inputValue(), 'Émilie Zola');
    t.match(await page.locator('#page-data').textContent(), `"invitation":"${link.slice('/i/'.length)}"`);
    t.equal(
      await page.locator('meeting-room').getAttribute('data-address'),
      '/r/consultation',
      'what is copied in the meeting is not the personal link',
    );
    await page.goto(appliance.url('/r/consultation'));
    await page.getByRole('heading', { name: 'Only invited people come into this room.' }).waitFor();
    await checkPage(t, page, 'a refusal');
    t.equal(await page.locator('video').count(), 0);
    await page.goto(appliance.url('/'));
    await checkPage(t, page, 'home where rooms are made by accounts');
    t.same(faults, []);
  },
);

t.test('home shows who is signed in their own rooms', async (t) => {
  const { context, page } = await open(nora, { locale: 'fr-FR' });
  t.teardown(() => context.close());
  await page.goto(appliance.url('/'));
  await checkPage(t, page, 'home with own rooms');
  await page
    .getByRole('navigation', { name: 'Vos salles' })
    .getByRole('link', { name: 'Consultation' })
    .click();
  t.equal(new URL(page.url()).pathname, '/r/consultation');
});
