import type { BrowserContextOptions, Page } from 'playwright-core';
import t from 'tap';
import { signedIn } from '../app/signed-in.ts';
import { Appliance } from '../appliance.ts';
import { checkPage } from './page-checks.ts';
import { launchBrowser } from './participant-page.ts';

/** The console's own pages in a real browser: for every eye and hand. */

t.setTimeout(300_000);

const appliance = await Appliance.start();
const browser = await launchBrowser(appliance);
t.teardown(async () => {
  await browser.close();
  await appliance.stop();
});

const owner = await signedIn(appliance, 'owner', { organisation: 'Head Office', name: 'Éléonore Ångström' });
const member = await signedIn(appliance, 'member', {
  organisation: `Clinic with a name that is ${'very '.repeat(12)}long`.slice(0, 100),
  name: 'Hubert Blaine Wolfeschlegelsteinhausenbergerdorff the elder',
  email: `${'a-long-address.'.repeat(4)}x@${'department.'.repeat(6)}hospital.example`,
});

/** A browser that the owner is signed in with. */
async function open(path: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ locale: 'en-GB', ...options });
  const [name = '', value = ''] = owner.headers.cookie.split(/=(.*)/s);
  await context.addCookies([{ name, value, url: appliance.url('/'), secure: true, httpOnly: true }]);
  const page = await context.newPage();
  await page.goto(appliance.url(path));
  return page;
}

const pages = {
  overview: '/console',
  people: '/console/people',
  'a person': `/console/people/${member.id}`,
  'a form': `/console/people/new`,
  import: '/console/people/import',
  'an organisation': `/console/organisations/${member.organisationId}`,
  'its end': `/console/organisations/${member.organisationId}/end`,
  settings: '/console/settings?q=media',
};

for (const [what, path] of Object.entries(pages)) {
  const locales = what === 'overview' ? ['en-GB', 'fr-FR'] : ['en-GB'];
  for (const locale of locales) {
    t.test(`${what} in ${locale}: for every eye and hand`, async (t) => {
      const page = await open(path, { locale });
      t.equal(await page.locator('html').getAttribute('lang'), locale.slice(0, 2));
      t.equal(await page.locator('h1:visible').count(), 1, 'one heading says where one is');
      await checkPage(t, page, what);
      await page.context().close();
    });
  }
}
