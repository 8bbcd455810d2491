import t from 'tap';
import { openDatabase } from '../../app/database/open.ts';
import { until } from '../deadline.ts';
import { type ClinicPage, ClinicScene, join, sees } from './clinic-scene.ts';

/** What networks, crashes and closing times do to those who wait, and to those who see them. */

const scene = await ClinicScene.start();
t.teardown(() => scene.stop());

const administrator = await scene.person('Alice Admin', 'administrator');
const vera = await scene.person('Dr Vera Lind');
const slug = await scene.department(administrator, 'Cardiology');
await scene.join(slug, [[vera, 'manager']]);
const veras = await scene.staff(vera);

const place = (patient: ClinicPage, text: string) => patient.page.getByText(text, { exact: true }).waitFor();

t.test('a patient who loses the network keeps the place, and staff see that they are away', async (t) => {
  const paul = await scene.waiting(slug, 'Paul Petit');
  const rose = await scene.waiting(slug, 'Rose Diallo');
  await veras.line('Paul Petit').waitFor();
  await paul.context.setOffline(true);
  await paul.page.getByText('The connection is lost.').waitFor();
  await veras.line('Paul Petit').getByText('Page closed').waitFor();
  t.match(await rose.page.getByText('You are number 2 in the queue').innerText(), /2/);
  await paul.context.setOffline(false);
  await paul.page.getByText('The connection is lost.').waitFor({ state: 'hidden' });
  await veras.line('Paul Petit').getByText('Page closed').waitFor({ state: 'hidden' });
  await place(paul, 'You are next');

  // Who closes the page and opens the link anew is where they were.
  await paul.page.close();
  await veras.line('Paul Petit').getByText('Page closed').waitFor();
  const again = await paul.context.newPage();
  await again.goto(scene.appliance.url(`/w/${slug}`));
  await again.getByText('You are next', { exact: true }).waitFor();
  await veras.line('Paul Petit').getByText('Page closed').waitFor({ state: 'hidden' });
  await Promise.all([paul.close(), rose.close()]);
  await clear(veras, ['Paul Petit', 'Rose Diallo']);
});

t.test('staff who lose the network are told, and see what happened meanwhile', async () => {
  await veras.context.setOffline(true);
  await veras.page.getByText('The connection to the server is lost.').waitFor();
  const kim = await scene.waiting(slug, 'Kim Moreau');
  await veras.context.setOffline(false);
  await veras.line('Kim Moreau').waitFor();
  await veras.page.getByText('The connection to the server is lost.').waitFor({ state: 'hidden' });
  await kim.close();
  await clear(veras, ['Kim Moreau']);
});

t.test('the app is killed: the queue, the call and every page come back by themselves', async (t) => {
  const adam = await scene.waiting(slug, 'Adam Haddad');
  const zoe = await scene.waiting(slug, 'Zoe Faure');
  const leo = await scene.waiting(slug, 'Leo Blanc');
  await veras.line('Leo Blanc').waitFor();
  const call = await veras.call('Adam Haddad');
  await join(call);
  await adam.page.getByRole('link', { name: 'Join the consultation' }).click();
  await join(adam.page);
  await call.getByRole('button', { name: 'Admit Adam Haddad' }).click();
  await Promise.all([sees(call, 2), sees(adam.page, 2)]);

  await scene.appliance.app.stop('SIGKILL');
  await zoe.page.getByText('The connection is lost.').waitFor();
  await veras.page.getByText('The connection to the server is lost.').waitFor();
  await scene.appliance.app.start();
  await zoe.page.getByText('The connection is lost.').waitFor({ state: 'hidden' });
  await veras.page.getByText('The connection to the server is lost.').waitFor({ state: 'hidden' });
  t.same(await veras.lines('waiting').locator('.visit-name').allInnerTexts(), ['Zoe Faure', 'Leo Blanc']);
  await place(zoe, 'You are next');
  await place(leo, 'You are number 2 in the queue');
  await veras
    .line('Adam Haddad')
    .getByText(/with you|by you/)
    .waitFor();
  const frames = () =>
    call.evaluate(() =>
      [...document.querySelectorAll<HTMLVideoElement>('participant-tile video')].map(
        (video) => video.getVideoPlaybackQuality().totalVideoFrames,
      ),
    );
  const before = await frames();
  await until('pictures move on', frames, (now) => now.every((count, index) => count > (before[index] ?? 0)));

  await clear(veras, ['Adam Haddad', 'Zoe Faure', 'Leo Blanc']);
  await adam.page.getByRole('heading', { name: 'The meeting is over' }).waitFor();
  await zoe.heading('Your visit is over').waitFor();
  await Promise.all([adam.close(), zoe.close(), leo.close(), call.close()]);
});

t.test('at closing time the door closes; those who wait are still seen', async () => {
  const mia = await scene.waiting(slug, 'Mia Noir');
  await closeNow(veras, 'Stays in the queue and is seen');
  await mia.page.getByText('The door is closed now. You are still in the queue.').waitFor();
  const late = await scene.patient(slug);
  await late.heading('This waiting room is closed now').waitFor();
  await late.page
    .getByText(/It opens again|opens/i)
    .first()
    .waitFor();
  await late.close();
  await veras.line('Mia Noir').waitFor();
  const call = await veras.call('Mia Noir');
  await mia.heading('It is your turn').waitFor();
  await call.close();
  await clear(veras, ['Mia Noir']);
  await mia.heading('Your visit is over').waitFor();
  await mia.close();
  await openAgain(veras);
});

t.test('or at closing time they are told kindly that they cannot be seen', async () => {
  const noa = await scene.waiting(slug, 'Noa Vert');
  await closeNow(veras, 'Is told that they cannot be seen today');
  await noa.page.getByText('We are sorry that we could not see you today.').waitFor({ timeout: 60_000 });
  await veras.line('Noa Vert').waitFor({ state: 'detached' });
  await noa.close();
});

t.test('a page that may not show what it shows any more does not go on showing it', async (t) => {
  await openAgain(veras);
  const eva = await scene.waiting(slug, 'Eva Gris');
  const omar = await scene.person('Dr Omar Sy');
  await scene.join(slug, [[omar, 'clinician']]);
  const [ward, home] = [await scene.staff(omar), await scene.staff(omar)];
  for (const each of [ward, home]) await each.line('Eva Gris').waitFor();
  // The one at home sleeps while its session ends: it is not told.
  await home.context.setOffline(true);
  await home.page.getByText('The connection to the server is lost.').waitFor();
  const database = await openDatabase(scene.appliance.databaseFile);
  await database('sessions').where({ person_id: omar.id }).delete();
  await ward.button('Send me the letter').waitFor();
  t.equal(await home.line('Eva Gris').count(), 1, 'without a network it is as it was');
  await home.context.setOffline(false);
  await home.button('Send me the letter').waitFor();
  t.same([await ward.line('Eva Gris').count(), await home.line('Eva Gris').count()], [0, 0]);

  await database('visits').where({ name: 'Eva Gris' }).delete();
  const { number } = (await database('retention_head').first('number')) ?? { number: 0 };
  await database('retention_head')
    .insert({ only: 1, number: number + 1, hash: '0', seal: '0' })
    .onConflict('only')
    .merge();
  await database.destroy();
  await veras.line('Eva Gris').waitFor({ state: 'detached' });
  await eva.button('Enter the waiting room').waitFor();
  t.same([...ward.faults, ...home.faults, ...eva.faults], []);
  await Promise.all([ward.close(), home.close(), eva.close()]);
});

t.test('no page of staff had a fault', async (t) => t.same(veras.faults, []));

/** Ends these visits. */
async function clear(staff: ClinicPage, names: readonly string[]): Promise<void> {
  for (const name of names) {
    await staff.act(name, 'End the visit', (form) =>
      form.getByRole('button', { name: 'End the visit' }).click(),
    );
    await staff.line(name).waitFor({ state: 'detached' });
  }
}

/** Its hours are changed by its manager to those of another day: now it is closed. */
async function closeNow(staff: ClinicPage, afterClosing: string): Promise<void> {
  const page = await editing(staff);
  await page.getByLabel('Opening hours', { exact: true }).selectOption('Hours for each day of the week');
  const days = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;
  const open = days[(new Date().getUTCDay() + 2) % days.length];
  for (const day of days) {
    const group = page.getByRole('group', { name: day, exact: true });
    await group.getByLabel('From').fill(day === open ? '08:00' : '');
    await group.getByLabel('To').fill(day === open ? '18:00' : '');
  }
  await page.getByLabel('Who still waits at closing time').selectOption(afterClosing);
  await save(page);
}

async function openAgain(staff: ClinicPage): Promise<void> {
  const page = await editing(staff);
  await page.getByLabel('Opening hours', { exact: true }).selectOption('Always open');
  await save(page);
}

async function editing(staff: ClinicPage) {
  const page = await staff.context.newPage();
  await page.goto(scene.appliance.url('/console/areas'));
  await page.getByRole('link', { name: 'Cardiology' }).click();
  await page.getByRole('link', { name: 'Edit' }).click();
  return page;
}

async function save(page: Awaited<ReturnType<typeof editing>>): Promise<void> {
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('The department is changed.').waitFor();
  await page.close();
}
