import type { BrowserContext } from 'playwright-core';
import t from 'tap';
import { ClinicScene, comeIn, join, sees } from './clinic-scene.ts';

/**
 * The way of a patient on an old phone: the newest browsers that phones of 2018 get are those of spring 2022 and later
 * (`target` in app/edge/client-build.ts, for what is written; here, for what is called). What came since is taken away.
 */

const scene = await ClinicScene.start();
t.teardown(() => scene.stop());
const administrator = await scene.person('Alice Admin', 'administrator');
const vera = await scene.person('Dr Vera Lind');
const slug = await scene.department(administrator, 'Cardiology');
await scene.join(slug, [[vera, 'clinician']]);

/** Takes from every page of a browser what browsers before autumn 2022 did not have. */
async function growOld(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const later: readonly (readonly [object, readonly string[]])[] = [
      [Promise, ['withResolvers', 'try']],
      [Array, ['fromAsync']],
      [Array.prototype, ['toSorted', 'toReversed', 'toSpliced', 'with']],
      [Object, ['groupBy']],
      [Map, ['groupBy']],
      [
        Set.prototype,
        ['union', 'intersection', 'difference', 'isSubsetOf', 'isSupersetOf', 'isDisjointFrom'],
      ],
      [String.prototype, ['isWellFormed', 'toWellFormed']],
      [AbortSignal, ['any', 'timeout']],
      [URL, ['canParse', 'parse']],
      [Element.prototype, ['checkVisibility']],
      [HTMLElement.prototype, ['showPopover', 'hidePopover', 'togglePopover']],
      [window, ['Iterator', 'scheduler', 'documentPictureInPicture', 'MediaStreamTrackProcessor']],
    ];
    for (const [holder, names] of later) for (const name of names) Reflect.deleteProperty(holder, name);
  });
}

t.test('a patient comes in, waits, is called and talks, with a browser of 2022', async (t) => {
  const paul = await scene.open({ locale: 'en-GB', viewport: { width: 360, height: 640 } });
  await growOld(paul.context);
  await paul.page.goto(scene.appliance.url(`/w/${slug}`));
  t.notOk(await paul.page.evaluate(() => 'withResolvers' in Promise || 'toSorted' in Array.prototype));
  await comeIn(paul, 'Paul Petit');
  await paul.page.getByText('You are next').waitFor();
  await paul.page.getByText('Check my connection').click();
  await paul.button('Test the connection').click();
  await paul.page.locator('[data-way="udp"][data-outcome="works"]').waitFor();

  const veras = await scene.staff(vera, '/clinic', { viewport: { width: 1280, height: 800 } });
  const call = await veras.call('Paul Petit');
  await join(call);
  await paul.page.getByRole('link', { name: 'Join the consultation' }).click();
  await join(paul.page);
  await call.getByRole('button', { name: 'Admit Paul Petit' }).click();
  await Promise.all([sees(paul.page, 2), sees(call, 2)]);
  t.same(paul.faults, []);
});
