import type { Browser, BrowserContext, Page } from 'playwright-core';
import { Appliance } from '../appliance.ts';
import { launchBrowser } from '../browser/participant-page.ts';
import { Camera, sizes } from './camera.ts';
import { takeConsolePictures } from './console-album.ts';
import { sitForPicture } from './sitter.ts';

/** Takes every picture into `folder` with real people, that is, real browsers in a real call. */

const languages = [
  { code: 'en', name: 'Your name', join: 'Join', leave: 'Leave', camera: 'Camera', screen: 'Share screen' },
  { code: 'fr', name: 'Votre nom', join: 'Rejoindre', leave: 'Quitter', camera: 'Caméra', screen: '' },
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

/** @returns how many pictures were taken. */
export async function takePictures(folder: string, onTaken: (name: string) => void): Promise<number> {
  const appliance = await Appliance.start();
  const browser = await launchBrowser(appliance);
  const camera = new Camera(folder, onTaken);

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
        const [presenter] = contexts;
        await presenter?.pages()[0]?.getByRole('button', { name: english.screen }).click();
        for (const language of languages) {
          const context = await openContext(browser, 0);
          const page = await enter(context, appliance, `consultation-${people}`, you, language);
          await picturesToCome(page, withCamera + 1);
          await camera.take(page, 'meeting-screen', language.code);
          await page.getByRole('button', { name: language.leave }).click();
          await camera.take(page, 'end', language.code);
          await context.close();
        }
      }
      await Promise.all(contexts.map((context) => context.close()));
    }
    await takeConsolePictures(appliance, browser, camera);
    return camera.count;
  } finally {
    await browser.close();
    await appliance.stop();
  }
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
