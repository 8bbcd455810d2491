import t from 'tap';
import { ClinicScene } from './clinic-scene.ts';
import { checkPage } from './page-checks.ts';

/** Every page of waiting rooms: nothing that axe finds, on phones and at desks, and what they do without script. */

const scene = await ClinicScene.start();
t.teardown(() => scene.stop());

const administrator = await scene.person('Alice Admin', 'administrator');
const vera = await scene.person('Dr Vera Lind');
const ines = await scene.person('Ines Interpreter');
const slug = await scene.department(administrator, 'Cardiology', async (page) => {
  await page.getByLabel('Please read (English)').fill('This is a video visit.');
  await page.getByLabel('Please read (Français)').fill('Ceci est une visite vidéo.');
  await page.getByLabel('Help for patients').fill('Call 01 23 45 67 89.');
});
const other = await scene.department(administrator, 'Day clinic');
await scene.join(slug, [
  [vera, 'manager'],
  [ines, 'interpreter'],
]);
await scene.join(other, [[vera, 'manager']]);

t.test('a patient’s way', async (t) => {
  const paul = await scene.patient(slug, { locale: 'fr-FR' });
  await paul.button('Entrer dans la salle d’attente').click();
  await paul.page.locator('#accepted-error').waitFor();
  await checkPage(t, paul.page, 'a door with a fault');
  await paul.page.getByLabel('Votre nom').fill('Paul Petit');
  await paul.page.getByRole('checkbox').check();
  await paul.button('Entrer dans la salle d’attente').click();
  await paul.heading('Vous êtes dans la salle d’attente').waitFor();
  await paul.page.getByText('Vérifier ma caméra et mon micro').click();
  await paul.button('Commencer').click();
  await paul.page.getByText('Votre caméra fonctionne.').waitFor();
  await checkPage(t, paul.page, 'the place in the queue, with a look into the camera');

  const veras = await scene.staff(vera);
  const call = await veras.call('Paul Petit');
  await paul.heading('C’est à vous').waitFor();
  t.equal(await paul.page.locator('video').isVisible(), false, 'the camera is given back');
  await checkPage(t, paul.page, 'it is their turn');
  await veras.page.setViewportSize({ width: 1280, height: 800 });
  await veras.act('Paul Petit', 'End the visit', (form) =>
    form.getByRole('button', { name: 'End the visit' }).click(),
  );
  await paul.heading('Votre visite est terminée').waitFor();
  await checkPage(t, paul.page, 'the end');
  t.same(paul.faults, []);
  await Promise.all([paul.close(), call.close(), veras.close()]);
});

t.test('those who see patients, and those who run departments', async (t) => {
  const paul = await scene.waiting(slug, 'Paul Petit');
  const veras = await scene.staff(vera);
  await veras.line('Paul Petit').waitFor();
  await veras.page.locator('.area-fold summary').first().click();
  await checkPage(t, veras.page, 'a queue');
  await veras.page.setViewportSize({ width: 1280, height: 800 });
  for (const fold of ['Write to the patient', 'Hand over']) {
    await veras.act('Paul Petit', fold, async () => checkPage(t, veras.page, fold));
    await veras.page.setViewportSize({ width: 1280, height: 800 });
    await veras.page.keyboard.press('Escape');
  }
  const call = await veras.call('Paul Petit');
  await call.close();
  await veras.act('Paul Petit', 'Bring somebody in', async () => checkPage(t, veras.page, 'bringing in'));
  await veras.page.setViewportSize({ width: 1280, height: 800 });
  await veras.page.keyboard.press('Escape');
  await veras.button('Keys').click();
  await checkPage(t, veras.page, 'the keys');
  await veras.page.keyboard.press('Escape');
  await veras.page.setViewportSize({ width: 1280, height: 800 });

  for (const [what, path] of [
    ['departments', '/console/areas'],
    ['the form of a department', '/console/areas/new'],
  ] as const) {
    const alice = await scene.staff(administrator, path);
    await checkPage(t, alice.page, what);
    await alice.close();
  }
  await veras.page.goto(scene.appliance.url('/console/areas'));
  await veras.page.getByRole('link', { name: 'Cardiology' }).click();
  await checkPage(t, veras.page, 'a department');
  await veras.page.setViewportSize({ width: 1280, height: 800 });
  await veras.page.getByRole('link', { name: 'Add somebody' }).click();
  await checkPage(t, veras.page, 'somebody who works there');
  t.same(veras.faults, []);
  await Promise.all([paul.close(), veras.close()]);
});

t.test('without script patients wait, and staff call, write and end', async (t) => {
  const script = { javaScriptEnabled: false };
  const rose = await scene.waiting(slug, 'Rose Diallo', script);
  t.equal(await rose.page.locator('meta[http-equiv="refresh"]').count(), 1, 'the page is renewed by itself');
  const veras = await scene.staff(vera, '/clinic', script);
  const line = veras.page.locator('.visit', { hasText: 'Rose Diallo' });
  await line.getByRole('link', { name: 'More' }).click();
  await veras.page.getByText('Write to the patient').first().click();
  await veras.page.getByLabel('Message', { exact: true }).first().fill('We will be with you soon.');
  await veras.button('Send').first().click();
  await rose.page.reload();
  await rose.page.getByText('We will be with you soon.').waitFor();
  await line.getByRole('button', { name: 'Call' }).click();
  await veras.page.waitForURL(/\/r\/visit-/);
  await rose.page.reload();
  await rose.heading('It is your turn').waitFor();
  await rose.page.getByRole('link', { name: 'Join the consultation' }).click();
  await rose.page.waitForURL(/\/i\//);
  await veras.page.goto(scene.appliance.url('/clinic'));
  await line.getByRole('link', { name: 'More' }).click();
  await veras.page.getByText('End the visit').first().click();
  await veras.button('End the visit').first().click();
  await veras.page.waitForURL(/\/clinic$/);
  await rose.page.goto(scene.appliance.url('/w'));
  await rose.heading('Your visit is over').waitFor();
  await Promise.all([rose.close(), veras.close()]);
});
