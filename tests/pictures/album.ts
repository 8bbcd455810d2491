import type { Browser, BrowserContext, Page } from 'playwright-core';
import { Appliance } from '../appliance.ts';
import { launchBrowser } from '../browser/participant-page.ts';
import { type Camera, sizes } from './camera.ts';
import { takeConsolePictures } from './console-album.ts';
import { sitForPicture } from './sitter.ts';

const languages = [
  {
    code: 'en',
    name: 'Your name',
    join: 'Join',
    leave: 'Leave',
    camera: 'Camera',
    screen: 'Share screen',
    chat: 'Chat',
    people: 'People',
    more: 'More',
    close: 'Close',
    message: 'Your message',
    speaker: 'Speaker',
  },
  {
    code: 'fr',
    name: 'Votre nom',
    join: 'Rejoindre',
    leave: 'Quitter',
    camera: 'Caméra',
    screen: '',
    chat: 'Discussion',
    people: 'Personnes',
    more: 'Plus',
    close: 'Fermer',
    message: 'Votre message',
    speaker: 'Intervenant',
  },
] as const;
const [english] = languages;

const you = 'Claire Marchand';
const others = [
  'Amélie Laurent',
  'Dr Bertrand Nkosi',
  'Hélène Faure-Delacroix',
  'Ibrahim Haddad',
  'Jean-Luc Moreau',
  'Kim',
  'Léa Martin',
  'Rose Diallo',
] as const;

/** Takes pictures of pages that anybody sees, of calls with real people, that is, real browsers, and of the console. */
export async function takePictures(camera: Camera): Promise<void> {
  const appliance = await Appliance.start({ turn: {} });
  const browser = await launchBrowser(appliance);

  try {
    for (const { code, name } of languages) {
      const context = await openContext(browser, 0);
      const page = await context.newPage();
      for (const [subject, path] of [
        ['home', '/'],
        ['trust', '/trust'],
        ['privacy', '/privacy'],
        ['error', '/nothing-here'],
      ] as const) {
        await page.goto(appliance.url(`${path}?lang=${code}`));
        await camera.take(page, subject, code);
      }
      await page.goto(appliance.url(`/test?lang=${code}`));
      await page.locator('[data-part="report"]').waitFor({ timeout: 60_000 });
      await camera.take(page, 'test', code);
      await page.goto(appliance.url(`/r/consultation?lang=${code}`));
      await page.getByRole('textbox', { name }).fill(you);
      await picturesToCome(page, 1);
      await camera.take(page, 'pre-join', code);
      await context.close();
    }

    for (const people of [1, 2, 4, 9]) {
      const contexts = await Promise.all(
        others.slice(0, people - 1).map((_, index) => openContext(browser, index + 1)),
      );
      for (const [index, context] of contexts.entries())
        await seat(context, appliance, `consultation-${people}`, others[index] ?? '', index);
      const withCamera = people - contexts.filter((_, index) => hasNoCamera(index)).length;
      for (const language of languages) {
        const context = await openContext(browser, 0);
        const page = await enter(context, appliance, `consultation-${people}`, you, language);
        await picturesToCome(page, withCamera);
        await camera.take(page, `meeting-${people}`, language.code);
        await context.close();
      }
      if (people === 4) {
        const [presenter, second] = contexts.map((context) => context.pages()[0]);
        await presenter?.getByRole('button', { name: english.screen, exact: true }).click();
        await second?.getByRole('button', { name: 'Raise hand', exact: true }).click();
        for (const language of languages) {
          const context = await openContext(browser, 0);
          const page = await enter(context, appliance, `consultation-${people}`, you, language);
          await picturesToCome(page, withCamera + 1);
          await camera.take(page, 'meeting-screen', language.code);
          await takePanels(page, camera, language, presenter);
          await page.getByRole('button', { name: language.leave, exact: true }).click();
          await camera.take(page, 'end', language.code);
          await context.close();
        }
      }
      await Promise.all(contexts.map((context) => context.close()));
    }
    await takeConsolePictures(appliance, browser, camera);
  } finally {
    await browser.close();
    await appliance.stop();
  }
}

/** What opens beside the people, over them, or instead. */
async function takePanels(
  page: Page,
  camera: Camera,
  { code, chat, people, more, close, message, speaker }: (typeof languages)[number],
  other: Page | undefined,
): Promise<void> {
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
  await page.setViewportSize(sizes.desktop);
  await press(chat);
  if (code === 'en') {
    await other?.getByRole('button', { name: chat, exact: true }).click();
    for (const text of ['Good morning!', 'The plan is here: https://intranet.example.org/plan?week=12']) {
      await other?.getByRole('textbox', { name: message }).fill(text);
      await other?.keyboard.press('Enter');
    }
  }
  await page.getByRole('textbox', { name: message }).fill(code === 'en' ? 'Thank you.' : 'Merci !');
  await page.keyboard.press('Enter');
  await page
    .getByRole('log')
    .getByText(code === 'en' ? 'Thank you.' : 'Merci !')
    .waitFor();
  await camera.take(page, 'meeting-chat', code);
  await page.setViewportSize(sizes.desktop);
  await press(people);
  await camera.take(page, 'meeting-people', code);
  await press(close);
  await press(more);
  await camera.take(page, 'meeting-more', code);
  await page.getByRole('radio', { name: speaker }).check({ force: true });
  await press(close);
  await camera.take(page, 'meeting-stage', code);
}

async function openContext(browser: Browser, variety: number): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: sizes.desktop });
  await context.addInitScript(sitForPicture, variety);
  return context;
}

/** Somebody without a camera in every larger round, as in life. */
const hasNoCamera = (index: number) => index % 4 === 2;

async function seat(
  context: BrowserContext,
  appliance: Appliance,
  room: string,
  name: string,
  index: number,
): Promise<void> {
  const page = await enter(context, appliance, room, name, english);
  if (index !== 1) await page.getByRole('button', { name: 'Microphone', exact: true }).click();
  if (hasNoCamera(index)) await page.getByRole('button', { name: english.camera, exact: true }).click();
}

async function enter(
  context: BrowserContext,
  appliance: Appliance,
  room: string,
  name: string,
  language: (typeof languages)[number],
): Promise<Page> {
  const page = await context.newPage();
  await page.goto(appliance.url(`/r/${room}?lang=${language.code}`));
  await page.getByRole('textbox', { name: language.name }).fill(name);
  await page.getByRole('button', { name: language.join, exact: true }).click();
  await page.getByRole('button', { name: language.leave, exact: true }).waitFor();
  return page;
}

/** Waits until this many videos really show something. */
async function picturesToCome(page: Page, count: number): Promise<void> {
  await page.waitForFunction(
    (wanted) =>
      [...document.querySelectorAll('video')].filter(
        (video) => video.checkVisibility({ visibilityProperty: true }) && video.videoWidth > 0,
      ).length >= wanted,
    count,
    { timeout: 60_000 },
  );
}
