import { join } from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import t from 'tap';
import { type Attestation, sealOf } from '../../app/attestations/attestation.ts';
import { addAttestation } from '../../app/attestations/store.ts';
import { openDatabase } from '../../app/database/open.ts';
import { dataFolders } from '../../config/data-folder.ts';
import { visitsAt } from '../analytics/kept-visits.ts';
import { MatomoStandIn } from '../analytics/matomo-stand-in.ts';
import { signedIn } from '../app/signed-in.ts';
import { Appliance } from '../appliance.ts';
import { until } from '../deadline.ts';
import { checkPage } from './page-checks.ts';
import { launchBrowser } from './participant-page.ts';

/** The pages about the audience and attestations in a real browser, and the counting of what it opens. */

const matomo = await MatomoStandIn.start(['meet.example.org']);
process.env.LINKELLO_ANALYTICS_URL = matomo.origin;
const appliance = await Appliance.start({ sites: [{ host: 'meet.example.org' }] });
delete process.env.LINKELLO_ANALYTICS_URL;
await matomo.keepSecrets(dataFolders(join(appliance.dataFolder, 'data')).analyticsAccess);
const browser = await launchBrowser(appliance);
t.teardown(async () => {
  await browser.close();
  await appliance.stop();
  await matomo.down();
});

matomo.settings = [
  { name: 'PrivacyManager.ipAnonymizerEnabled', wanted: true, found: true },
  { name: 'PrivacyManager.ipAddressMaskLength', wanted: 2, found: 0 },
  { name: 'PrivacyManager.useAnonymizedIpForVisitEnrichment', wanted: true, found: true },
  { name: 'Deletelogs.delete_logs_older_than', wanted: 365, found: 365 },
];
matomo.kept.visits = visitsAt(Date.now() - 86_400_000, 1234);
const owner = await signedIn(appliance, 'owner', { organisation: 'Head Office', name: 'Éléonore Ångström' });
const database = await openDatabase(appliance.databaseFile);
const attestation: Attestation = {
  id: 'a1b2c3d4e5f6a1b2c3d4e5f6',
  organisationId: owner.organisationId,
  personId: owner.id,
  edition: 'med',
  startedAt: Date.now() - 1_900_000,
  endedAt: Date.now() - 100_000,
  togetherSeconds: 1700,
  people: 2,
  drops: 1,
  stays: [],
};
await addAttestation(database, attestation, sealOf(attestation, 'another key'));
const request = { id: 'b1b2c3d4e5f6a1b2c3d4e5f6', kind: 'erasure', number: 7 };
await database('requests').insert({
  ...request,
  channel: 'letter',
  name: 'Gaston Tungsten',
  language: 'fr',
  received_at: Date.now(),
  due_at: Date.now() + 1_728_000_000,
  identity_checked_at: Date.now(),
  state: 'open',
});
await database.destroy();

async function open(path: string, options: BrowserContextOptions): Promise<Page> {
  const context = await browser.newContext(options);
  const [name = '', value = ''] = owner.headers.cookie.split(/=(.*)/s);
  await context.addCookies([{ name, value, url: appliance.url('/'), secure: true, httpOnly: true }]);
  const page = await context.newPage();
  await page.goto(appliance.url(path));
  return page;
}

for (const [path, locale] of [
  ['/console/audience', 'en-GB'],
  ['/console/audience', 'fr-FR'],
  ['/console/audience/sign-in', 'fr-FR'],
  ['/console/attestations', 'fr-FR'],
] as const) {
  t.test(`${path} in ${locale}: for every eye and hand`, async (t) => {
    const page = await open(path, { locale });
    t.equal(await page.locator('h1:visible').count(), 1);
    await checkPage(t, page, path);
    await page.context().close();
  });
}

t.test('visits are found, ticked and erased for a request', async (t) => {
  const at = new Date(Date.now() - 86_400_000);
  matomo.kept.visits = visitsAt(at.getTime(), 3, { network: '198.51.0.0' });
  const page = await open(`/console/requests/${request.id}`, { locale: 'fr-FR', colorScheme: 'light' });
  await page.getByRole('link', { name: 'Ses visites…' }).click();
  await page.getByLabel('Jour').fill(at.toLocaleDateString('sv-SE'));
  await page.getByLabel('Adresse réseau').fill('198.51.100.7');
  await page.getByRole('button', { name: 'Chercher les visites' }).click();
  const ticks = page.getByRole('checkbox');
  await ticks.first().waitFor();
  t.equal(await ticks.count(), 3);
  await checkPage(t, page, 'visits that were found');
  await ticks.nth(1).focus();
  await page.keyboard.press('Space');
  await page.getByRole('button', { name: 'Effacer celles cochées' }).click();
  await page.getByText('Les visites sont effacées.').waitFor();
  t.same(
    matomo.kept.visits.map(({ number }) => number),
    [1, 3],
  );
  await page.context().close();
});

t.test('what a browser opens is counted, and the browser has no part in it', async (t) => {
  const context = await browser.newContext({ locale: 'fr-FR' });
  const page = await context.newPage();
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(appliance.url('/r/a-room-of-nobody'));
  const route = '/r/:name';
  await until(
    'the hit',
    () => matomo.hits.map(({ url = '' }) => new URL(url).pathname),
    (urls) => urls.includes(route),
  );
  t.ok(asked.every((url) => new URL(url).origin === new URL(appliance.url('/')).origin));
  t.notOk(asked.some((url) => /matomo|piwik|analytics/.test(url)));
  t.same(await context.cookies(), [], 'nothing is kept in the browser');
  t.same(matomo.faults, []);
  t.notMatch(matomo.heard, 'a-room-of-nobody');
  await context.close();
});
