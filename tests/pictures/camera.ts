import { join } from 'node:path';
import type { Page } from 'playwright-core';

const schemes = ['light', 'dark'] as const;
export const sizes = {
  desktop: { width: 1280, height: 800 },
  phone: { width: 360, height: 640 },
} as const;

/** Takes pictures of pages into a folder, in both sizes and colour schemes. */
export class Camera {
  readonly #folder: string;
  readonly #onTaken: (name: string) => void;
  /** How many pictures were taken. */
  count = 0;

  constructor(folder: string, onTaken: (name: string) => void) {
    this.#folder = folder;
    this.#onTaken = onTaken;
  }

  /** @param isWhole - also what is below the fold. */
  async take(page: Page, subject: string, language: string, { isWhole = false } = {}): Promise<void> {
    for (const [size, viewport] of Object.entries(sizes)) {
      await page.setViewportSize(viewport);
      for (const colorScheme of schemes) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await nextFrames(page);
        const name = `${subject}-${size}-${language}-${colorScheme}.png`;
        await page.screenshot({ path: join(this.#folder, name), animations: 'disabled', fullPage: isWhole });
        this.#onTaken(name);
        this.count += 1;
      }
    }
  }
}

/** Waits until every video in sight was painted anew: in its new place, size and surroundings. */
async function nextFrames(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const playing = [...document.querySelectorAll('video')].filter(
      (video) => video.checkVisibility({ visibilityProperty: true }) && video.srcObject,
    );
    const painted = playing.map((video) => new Promise((done) => video.requestVideoFrameCallback(done)));
    // One that is starved of bandwidth has none, and is shown without.
    await Promise.race([Promise.all(painted), new Promise((done) => setTimeout(done, 3_000))]);
  });
}
