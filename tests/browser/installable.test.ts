import t from 'tap';
import { Appliance } from '../appliance.ts';
import { launchBrowser } from './participant-page.ts';

/** The site among the programs of a phone or computer: Chromium itself is asked what stands in the way. */

t.test('a browser can install the site, under its name and with its icons', async (t) => {
  const appliance = await Appliance.start({ sites: [{ host: '127.0.0.1', name: 'Clinique du Lac' }] });
  const browser = await launchBrowser(appliance);
  t.teardown(async () => {
    await browser.close();
    await appliance.stop();
  });
  const context = await browser.newContext({ locale: 'fr-FR' });
  const page = await context.newPage();
  await page.goto(appliance.url('/'));
  const chromium = await context.newCDPSession(page);
  const { errors, data = '' } = await chromium.send('Page.getAppManifest');
  t.same(errors, [], 'the manifest is understood');
  const manifest = JSON.parse(data);
  t.match(manifest, { name: 'Clinique du Lac', lang: 'fr', display: 'standalone', start_url: '/' });
  const { installabilityErrors } = await chromium.send('Page.getInstallabilityErrors');
  t.same(
    installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== 'in-incognito'),
    [],
    'nothing but the private window of the test stands in the way',
  );
  for (const { src, sizes } of manifest.icons as { src: string; sizes: string }[]) {
    const size = await page.evaluate(async (url) => {
      const image = new Image();
      image.src = url;
      await image.decode();
      return `${image.naturalWidth}x${image.naturalHeight}`;
    }, src);
    if (sizes !== 'any') t.equal(size, sizes, src);
  }
  t.equal(
    await page.evaluate(async () => (await navigator.serviceWorker?.getRegistrations())?.length ?? 0),
    0,
  );
});
