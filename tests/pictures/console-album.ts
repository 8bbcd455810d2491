import type { Browser, Page } from 'playwright-core';
import { roomOf } from '../app/room-row.ts';
import { type SignedIn, signedIn } from '../app/signed-in.ts';
import type { Appliance } from '../appliance.ts';
import { ParticipantPage } from '../browser/participant-page.ts';
import { type Camera, sizes } from './camera.ts';

/** Pages that anybody opens. */
const open = [
  ['sign-in', '/sign-in'],
  ['sign-in-code', '/sign-in/code'],
  ['privacy', '/privacy'],
  ['cookies', '/cookies'],
  ['privacy-request', '/privacy/request'],
  ['contact', '/contact'],
] as const;

/** Pages of an owner. */
const own = [
  ['account', '/account'],
  ['my-data', '/my-data'],
  ['console-overview', '/console'],
  ['console-people', '/console/people'],
  ['console-person-new', '/console/people/new'],
  ['console-import', '/console/people/import'],
  ['console-organisations', '/console/organisations'],
  ['console-rooms', '/console/rooms'],
  ['console-room-new', '/console/rooms/new'],
  ['console-meetings', '/console/meetings'],
  ['console-statistics', '/console/statistics'],
  ['console-attestations', '/console/attestations'],
  ['console-audience', '/console/audience'],
  ['console-letters', '/console/letters'],
  ['console-settings', '/console/settings'],
  ['console-audit', '/console/audit'],
  ['console-health', '/console/health'],
  ['console-requests', '/console/requests'],
  ['console-request-new', '/console/requests/new'],
  ['console-retention', '/console/retention'],
  ['console-holds', '/console/holds'],
  ['console-processing', '/console/processing'],
] as const;

const people = [
  ['Amélie Laurent', 'administrator'],
  ['Bertrand Nkosi', 'member'],
  ['Hélène Faure-Delacroix', 'member'],
  ['Ibrahim Haddad', 'technical'],
  ['Jean-Luc Moreau', 'dpo'],
  ['Léa Martin', 'member'],
] as const;

/** Takes pictures of sign-in and console of an appliance with a few people, rooms and a meeting in it. */
export async function takeConsolePictures(
  appliance: Appliance,
  browser: Browser,
  camera: Camera,
): Promise<void> {
  const organisation = 'Hôpital Saint-Martin';
  const owner = await signedIn(appliance, 'owner', {
    organisation,
    name: 'Claire Marchand',
    email: 'claire.marchand@saint-martin.example',
  });
  for (const [name, role] of people) {
    const [first = '', last = ''] = name.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase().split(' ');
    await signedIn(appliance, role, { organisation, name, email: `${first}.${last}@saint-martin.example` });
  }
  await signedIn(appliance, 'administrator', { organisation: 'Clinique du Parc', name: 'Rose Diallo' });
  for (const slug of ['cardiologie', 'reunion-de-service', 'consultation-du-soir'])
    await roomOf(appliance.databaseFile, owner, { slug, hasLobby: true });

  const host = await ParticipantPage.join(browser, appliance, 'Claire Marchand', {
    room: 'cardiologie',
    signedIn: owner,
  });
  const guest = await ParticipantPage.open(browser, appliance, 'Monsieur Petit', { room: 'cardiologie' });
  await guest.page.getByRole('textbox', { name: 'Your name' }).fill('Monsieur Petit');
  await guest.button('Join').click();
  await host.button('Admit Monsieur Petit').waitFor();

  for (const language of ['en', 'fr']) {
    const stranger = await openPage(browser, appliance, null);
    for (const [subject, path] of open) await takePage(stranger, appliance, camera, subject, path, language);
    await stranger.context().close();

    const page = await openPage(browser, appliance, owner);
    for (const [subject, path] of own) await takePage(page, appliance, camera, subject, path, language);
    for (const [subject, list] of [
      ['console-person', '/console/people'],
      ['console-room', '/console/rooms'],
      ['console-meeting', '/console/meetings'],
    ] as const) {
      await page.goto(appliance.url(`${list}?lang=${language}`));
      await page.locator('tbody th a').first().click();
      await camera.take(page, subject, language, { isWhole: true });
    }
    await page.context().close();
  }
  await camera.take(host.page, 'lobby-host', 'en');
  await camera.take(guest.page, 'lobby-guest', 'en');
  await Promise.all([host.close(), guest.close()]);
}

async function openPage(browser: Browser, appliance: Appliance, person: SignedIn | null): Promise<Page> {
  const context = await browser.newContext({ viewport: sizes.desktop });
  if (person) {
    const [name = '', value = ''] = person.headers.cookie.split('=');
    await context.addCookies([{ name, value, url: appliance.url('/'), secure: true, httpOnly: true }]);
  }
  return context.newPage();
}

async function takePage(
  page: Page,
  appliance: Appliance,
  camera: Camera,
  subject: string,
  path: string,
  language: string,
): Promise<void> {
  await page.goto(appliance.url(`${path}?lang=${language}`));
  await camera.take(page, subject, language, { isWhole: true });
}
