import type { BrowserContext } from 'playwright-core';
import t from 'tap';
import { DAY_MS, MINUTE_MS } from '../../app/kernel/clock.ts';
import en from '../../app/locales/en.json' with { type: 'json' };
import { send, upload } from '../app/form.ts';
import { type SignedIn, signedIn } from '../app/signed-in.ts';
import { launchChromium } from '../chromium.ts';
import { AppointmentWard, inParis } from '../clinic/appointment-ward.ts';
import { checkPage } from './page-checks.ts';

/** Every page of appointments: nothing that axe finds, no horizontal scrolling on a phone, nothing too small. */

const ward = await AppointmentWard.open();
const browser = await launchChromium();
t.teardown(async () => {
  await browser.close();
  await ward.close();
});
const pleaseRead = {
  en: 'This call is not recorded. In an emergency call 112.',
  fr: 'Cet appel n’est pas enregistré. En cas d’urgence, appelez le 112.',
};
const area = await ward.area({ name: 'Cardiology', pleaseRead });
const clara = await ward.staff('Dr Clara Clinician', area.id, 'manager');
const administrator = await signedIn(ward.app, 'administrator');
const base = `https://localhost:${ward.app.port}`;
const SLOT = '0'.repeat(24);
await ward.database('slots').insert({
  id: SLOT,
  area_id: area.id,
  clinician_id: clara.id,
  starts_at: ward.now + 4 * DAY_MS,
  ends_at: ward.now + 4 * DAY_MS + 20 * MINUTE_MS,
  state: 'free',
  created_at: ward.now,
  changed_at: ward.now,
});

async function made(
  email: string,
  startsAt: number,
): Promise<{ readonly id: string; readonly link: string }> {
  const answer = await send(ward.app, clara, '/console/appointments/new', {
    name: 'Émilie Zola',
    email,
    language: 'fr',
    clinician: clara.id,
    starts: inParis(startsAt),
    duration: '20',
  });
  const id = /([0-9a-f]{24})/.exec(String(answer.headers.location))?.[1] ?? '';
  return { id, link: ward.linkIn(await ward.lastLetter(email)) };
}

async function contextOf(locale: string, who: SignedIn | null): Promise<BrowserContext> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, locale });
  const [name = '', value = ''] = who?.headers.cookie.split('=') ?? [];
  if (who !== null) await context.addCookies([{ name, value, url: base, secure: true, httpOnly: true }]);
  return context;
}

t.test('a patient’s own pages, in both languages', async (t) => {
  const coming = await made('coming@example.org', ward.now + 2 * DAY_MS);
  const open = await made('open@example.org', ward.now + 20 * MINUTE_MS);
  for (const locale of ['fr-FR', 'en-GB']) {
    const context = await contextOf(locale, null);
    const page = await context.newPage();
    for (const path of [coming.link, `${coming.link}/other-time`, `${coming.link}/cancel`, open.link]) {
      await page.goto(base + path);
      await checkPage(t, page, `${locale} ${path.replace(/\/appointment\/[^/]+/, 'appointment')}`);
    }
    await context.close();
  }
});

t.test('a patient confirms, asks for another time, and comes in', async (t) => {
  const { link, id } = await made('way@example.org', ward.now + 25 * MINUTE_MS);
  const words = en.appointments.page;
  const context = await contextOf('en-GB', null);
  const page = await context.newPage();
  await page.goto(base + link);
  await page.getByRole('button', { name: words.confirm }).click();
  await page.getByText(words.confirmed).waitFor();
  await page.getByRole('link', { name: words.other }).click();
  await page.getByRole('radio').first().check();
  await page.getByRole('button', { name: words.otherSubmit }).click();
  await page.getByRole('button', { name: words.enter }).waitFor();
  t.match(await ward.row(id), { reply: 'other_time', wished_slot_id: SLOT });
  await page.getByRole('checkbox', { name: words.accept }).check();
  await page.getByRole('button', { name: words.enter }).click();
  await page.waitForURL(`**/w/${area.slug}/wait`);
  t.match(await ward.row(id), { state: 'arrived' });
  await context.close();
});

t.test('the console’s pages', async (t) => {
  const { id, link } = await made('console@example.org', ward.now + 3 * DAY_MS);
  await ward.press(`${link}/other-time`, { wish: 'Le jeudi matin.', slot: SLOT });
  await send(ward.app, clara, '/console/appointments/feeds', { area: area.id });
  const file = Buffer.from(`name,start\nAnna Meyer,${inParis(ward.now + 9 * DAY_MS)}\n,soon\n`);
  const kept = await upload(ward.app, clara, '/console/appointments/import', {
    file,
    fields: { area: area.id },
  });
  await send(ward.app, administrator, '/console/service-tokens/new', { name: 'Hospital' });
  for (const [who, path] of [
    [clara, '/console/appointments?from=coming'],
    [clara, `/console/appointments/${id}`],
    [clara, `/console/appointments/${id}/edit`],
    [clara, `/console/appointments/${id}/cancel`],
    [clara, '/console/appointments/new'],
    [clara, '/console/appointments/import'],
    [clara, String(kept.headers.location)],
    [clara, '/console/appointments/feeds'],
    [clara, '/console/appointments/slots?from=coming'],
    [clara, `/console/appointments/slots/${SLOT}`],
    [clara, '/console/appointments/slots/new'],
    [clara, '/console/appointments/slots/delete'],
    [administrator, '/console/service-tokens'],
    [administrator, '/console/service-tokens/new'],
  ] as const) {
    const context = await contextOf('en-GB', who);
    const page = await context.newPage();
    await page.goto(base + path);
    await checkPage(t, page, path.replace(/[0-9a-f]{24}.*/, 'ID'));
    await context.close();
  }
});
