import axe, { type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import type { Test } from 'tap';

const sizes = {
  desktop: { width: 1280, height: 800 },
  phone: { width: 360, height: 640 },
} as const;

/** Smallest side of something to press on a phone, in CSS pixels (WCAG 2.2, success criterion 2.5.5). */
const TARGET = 44;

/**
 * Holds a page, as it is now, to what every page must keep in both colour schemes and on a phone: no violation that
 * axe finds, no horizontal scrolling, targets large enough for a finger.
 */
export async function checkPage(t: Test, page: Page, what: string): Promise<void> {
  for (const [size, viewport] of Object.entries(sizes)) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      t.same(await violations(page), [], `${what}, ${size}, ${colorScheme}: axe finds nothing`);
    }
    t.equal(await widthBeyond(page), 0, `${what}, ${size}: nothing stands out at the side`);
    if (size === 'phone') t.same(await smallTargets(page), [], `${what}: a finger hits everything`);
  }
}

/**
 * What axe finds. It is put into a document once, and asked there: its own package for Playwright brings it anew for
 * every answer, and opens a page for it, which takes ten times as long.
 */
async function violations(page: Page): Promise<string[]> {
  if (page.frames().length > 1) throw new Error('axe would not look into frames');
  if (await page.evaluate(() => !('axe' in window))) await page.evaluate(axe.source);
  const { violations } = await page.evaluate(async (): Promise<AxeResults> => {
    // What the change of size or colours set going, colours half way among it.
    const moving = document
      .getAnimations()
      .filter(({ effect }) => Number.isFinite(effect?.getComputedTiming().endTime));
    await Promise.allSettled(moving.map(({ finished }) => finished));
    if (document.visibilityState === 'visible') {
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    }
    return (window as unknown as { axe: typeof axe }).axe.run({ resultTypes: ['violations'] });
  });
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html}`));
}

const widthBeyond = (page: Page) =>
  page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - window.innerWidth));

/** Links within a sentence are let off, as the criterion does. */
const smallTargets = (page: Page) =>
  page.evaluate(
    (target) =>
      [...document.querySelectorAll<HTMLElement>('a, button, input, select, summary')]
        .filter((element) => element.checkVisibility() && !element.closest('p > a:not([class]), .skip'))
        .map((element) => {
          // The label of a tick is pressed as well as its box.
          const isTick = element instanceof HTMLInputElement && ['checkbox', 'radio'].includes(element.type);
          const pressed = (isTick && element.labels?.[0]) || element;
          return { name: element.outerHTML.slice(0, 120), box: pressed.getBoundingClientRect() };
        })
        .filter(({ box }) => box.width < target || box.height < target)
        .map(({ name, box }) => `${name} is ${box.width} × ${box.height}`),
    TARGET,
  );
