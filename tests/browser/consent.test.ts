import type { Page } from 'playwright-core';
import t from 'tap';
import { measurement } from '../../app/privacy/consent/purposes.ts';
import { RunningApp } from '../app/running-app.ts';
import { type SignedIn, signedIn } from '../app/signed-in.ts';
import { checkPage } from './page-checks.ts';
import { launchBrowser } from './participant-page.ts';

/** Choices, contact form and newsletter in a real browser, without script of ours. */

t.setTimeout(240_000);

const app = await RunningApp.start(
  {
    contact: { enabled: true, newsletter: true },
    controller: { name: 'CHU Nord', support_email: 'aide@chu-nord.example' },
  },
  {
    purposes: [
      measurement,
      {
        name: 'surveys',
        basis: 'consent',
        heedsSignals: false,
        words: () => ({ title: 'Surveys', text: 'Now and then we ask how you liked it.' }),
      },
    ],
  },
);
const url = (path = '/') => `https://localhost:${app.port}${path}`;
const browser = await launchBrowser({ url, authority: async () => app.authorityPem });
t.teardown(async () => {
  await browser.close();
  await app.stop();
});
const owner = await signedIn(app, 'owner');

async function open(path: string, locale: string, who: SignedIn | null = null): Promise<Page> {
  const context = await browser.newContext({ locale, javaScriptEnabled: true });
  if (who !== null) {
    const [name = '', value = ''] = who.headers.cookie.split(/=(.*)/s);
    await context.addCookies([{ name, value, url: url(), secure: true, httpOnly: true }]);
  }
  const page = await context.newPage();
  await page.goto(url(path));
  return page;
}

for (const locale of ['en-GB', 'fr-FR']) {
  t.test(`pages for everybody in ${locale}: for every eye and hand`, async (t) => {
    const page = await open('/', locale);
    await checkPage(t, page, 'the question');
    for (const path of ['/cookies', '/contact', '/newsletter', '/contact/sent', '/newsletter/sent']) {
      await page.goto(url(path));
      await checkPage(t, page, path);
    }
    await page.context().close();
  });
}

t.test('both answers are of one size, side by side, and one is found as easily as the other', async (t) => {
  const page = await open('/', 'en-GB');
  const question = page.getByRole('region', { name: 'May we?' });
  const boxes = await Promise.all(
    ['Refuse', 'Accept'].map((name) => question.getByRole('button', { name, exact: true }).boundingBox()),
  );
  const [refuse, accept] = boxes;
  t.same([refuse?.width, refuse?.height, refuse?.y], [accept?.width, accept?.height, accept?.y]);
  t.same(await page.context().cookies(), [], 'nothing is stored before an answer');
  await question.getByRole('button', { name: 'Refuse' }).click();
  await question.waitFor({ state: 'detached' });
  t.equal(new URL(page.url()).pathname, '/');
  await page.goto(url('/cookies'));
  t.ok(await page.getByRole('group', { name: 'Surveys' }).getByLabel('No').isChecked());
  await page.getByRole('group', { name: 'Audience measurement' }).getByLabel('No').check();
  await page.getByRole('button', { name: 'Save my choices' }).click();
  await page.getByRole('status').getByText('Your choice is saved').waitFor();
  const names = (await page.context().cookies()).map(({ name }) => name);
  t.same(names, ['__Host-choices']);
  await page.context().close();
});

t.test('the console’s pages: for every eye and hand', async (t) => {
  const page = await open('/console/contacts', 'en-GB', owner);
  for (const path of ['/console/contacts', '/console/newsletter', '/console/newsletter/write']) {
    await page.goto(url(path));
    await checkPage(t, page, path);
  }
  await page.context().close();
});
