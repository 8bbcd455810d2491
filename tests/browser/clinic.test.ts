import type { Page } from 'playwright-core';
import t from 'tap';
import { ClinicScene, comeIn, join, sees } from './clinic-scene.ts';

/**
 * A morning of a clinic by the pages' own controls: three clinicians, a secretary, an interpreter and six patients go
 * through every state of a visit. What networks, clocks and crashes do to it is in `clinic-faults.test.ts`.
 */

const scene = await ClinicScene.start();
t.teardown(() => scene.stop());

const administrator = await scene.person('Alice Admin', 'administrator');
// One after the other: the file takes one writer at a time.
const vera = await scene.person('Dr Vera Lind');
const omar = await scene.person('Dr Omar Sy');
const lena = await scene.person('Dr Lena Roth');
const sam = await scene.person('Sam Secretary');
const ines = await scene.person('Ines Interpreter');

const names = ['Paul Petit', 'Rose Diallo', 'Kim Moreau', 'Adam Haddad', 'Zoe Faure', 'Leo Blanc'] as const;
const slug = await scene.department(administrator, 'Cardiology', async (page) => {
  await page.getByLabel('Please read (English)').fill('This is a video visit.\nIn an emergency call 112.');
  await page.getByLabel('Please read (Français)').fill('Ceci est une visite vidéo.');
  await page.getByRole('combobox', { name: 'Date of birth' }).selectOption('Asked, may be left blank');
});
const other = await scene.department(administrator, 'Day clinic');
await scene.join(slug, [
  [omar, 'clinician'],
  [sam, 'secretary'],
  [ines, 'interpreter'],
]);
await scene.join(other, [
  [lena, 'clinician'],
  [sam, 'secretary'],
]);

const joinButton = (page: Page) => page.getByRole('button', { name: 'Join', exact: true });

const veras = await scene.staff(vera);
const omars = await scene.staff(omar);
const lenas = await scene.staff(lena);
const sams = await scene.staff(sam);
const iness = await scene.staff(ines);
const staff = [veras, omars, lenas, sams, iness];
const paul = await scene.patient(slug);
const rose = await scene.patient(slug);
const kim = await scene.patient(slug);
const adam = await scene.patient(slug);
const zoe = await scene.patient(slug);
const leo = await scene.patient(slug);
const patients = [paul, rose, kim, adam, zoe, leo];

t.test('an administrator says who works in a department', async (t) => {
  const alice = await scene.staff(administrator, '/console/areas');
  await alice.page.getByRole('link', { name: 'Cardiology' }).click();
  await alice.page.getByRole('link', { name: 'Add somebody' }).click();
  await alice.page.getByLabel('E-mail address').fill('nobody@saint-martin.example');
  await alice.button('Save').click();
  t.match(
    await alice.page.locator('#email-error').innerText(),
    /Nobody of this organisation/,
    'who has no account is refused',
  );
  await alice.page.getByLabel('E-mail address').fill(vera.email);
  await alice.page.getByLabel('Role').selectOption('Clinician');
  await alice.button('Save').click();
  await alice.page.getByRole('rowheader', { name: 'Dr Vera Lind' }).waitFor();
  t.same(alice.faults, []);
  await alice.close();
  await veras.heading('You do not belong to a department yet').waitFor();
  await veras.page.reload();
  await veras.page.getByText('Nobody is waiting').waitFor();
});

t.test('nobody comes in without having read what has to be read', async (t) => {
  await paul.page.getByLabel('Your name').fill('Paul Petit');
  await paul.button('Enter the waiting room').click();
  await paul.page.locator('#accepted-error').waitFor();
  t.equal(
    await paul.page.getByLabel('Your name').inputValue(),
    'Paul Petit',
    'what was typed is still there',
  );
  t.equal(await veras.lines('waiting').count(), 0);
});

t.test('patients come one after the other, and learn nothing of each other', async (t) => {
  for (const [index, patient] of patients.entries()) {
    const name = names[index] ?? '';
    await comeIn(patient, name);
    await veras.line(name).waitFor();
  }
  await leo.page.getByText('You are number 6 in the queue').waitFor();
  await paul.page.getByText('You are next').waitFor();
  await sams.line('Leo Blanc').waitFor();
  for (const [index, patient] of patients.entries()) {
    const html = await patient.page.content();
    for (const [others, name] of names.entries())
      if (others !== index) t.notMatch(html, name, `${names[index]} does not read of ${name}`);
  }
  t.same(
    await sams.lines('waiting').locator('.visit-name').allInnerTexts(),
    names,
    'who came first is first',
  );
  t.match(await sams.page.title(), /^\(6\) Waiting room/);
  t.equal(await lenas.lines('waiting').count(), 0, 'another department does not see them');
  t.equal(await iness.lines('waiting').count(), 0, 'nor does an interpreter');
  t.equal(await sams.page.getByRole('button', { name: /^Call/ }).count(), 0, 'a secretary calls nobody');
});

t.test('a second tab is the same patient', async (t) => {
  const tab = await paul.context.newPage();
  await tab.goto(scene.appliance.url(`/w/${slug}`));
  await tab.getByRole('heading', { name: 'You are in the waiting room' }).waitFor();
  t.match(tab.url(), /\/wait$/);
  t.equal(await veras.lines('waiting').count(), names.length);
  await tab.close();
});

t.test('of two who call at the same instant one gets the patient, and the other is told', async (t) => {
  // Pressed by the pages themselves, without looking whether the other's press has arrived.
  const buttons = [veras, omars].map((each) => each.line('Paul Petit').locator('[data-part="take"]'));
  await Promise.all(
    buttons.map((button) => button.evaluate((pressed: HTMLButtonElement) => pressed.click())),
  );
  await paul.heading('It is your turn').waitFor();
  await sams.lines('going').first().waitFor();
  const said = await Promise.all(
    [veras, omars].map(async ({ page }) => {
      await page
        .getByText(/^Paul Petit has been called|did not open the call|took this patient a moment before you/)
        .first()
        .waitFor();
      return page.locator('[data-part="said"]').innerText();
    }),
  );
  const isLoser = (each: string | undefined) => each?.startsWith('A colleague took this patient') ?? false;
  t.equal(said.filter(isLoser).length, 1, said.join(' | '));
  const winner = isLoser(said[0]) ? omars : veras;
  await winner.page.getByRole('link', { name: 'Enter the call: Paul Petit' }).waitFor();
  await rose.page.getByText('You are next').waitFor();
  await winner.act('Paul Petit', 'Put back into the queue', (form) =>
    form.getByRole('button', { name: 'Put back into the queue' }).click(),
  );
  await paul.heading('You are in the waiting room').waitFor();
  await paul.page.getByText('You are next').waitFor();
  for (const each of [veras, omars])
    for (const page of each.context.pages()) if (page !== each.page) await page.close();
});

t.test('a patient is written to, called, and talks with a clinician', async (t) => {
  await veras.act('Paul Petit', 'Write to the patient', async (form) => {
    await form.getByLabel('Message').fill('We will be with you soon.');
    await form.getByRole('button', { name: 'Send' }).click();
  });
  await paul.page.getByText('We will be with you soon.').waitFor();
  t.equal(await rose.page.getByText('We will be with you soon.').count(), 0);

  const call = await veras.call('Paul Petit');
  await join(call);
  await paul.page.getByRole('link', { name: 'Join the consultation' }).click();
  t.equal(await paul.page.getByRole('textbox', { name: 'Your name' }).inputValue(), 'Paul Petit');
  await join(paul.page);
  await call.getByRole('button', { name: 'Admit Paul Petit' }).click();
  await Promise.all([sees(call, 2), sees(paul.page, 2)]);
  await sams.page.getByText('In a call with Dr Vera Lind').waitFor();
});

t.test('an interpreter and the family are brought into the call, and see nothing else', async (t) => {
  await veras.act('Paul Petit', 'Bring somebody in', async (form) => {
    await form.getByLabel('Interpreter', { exact: true }).selectOption('Ines Interpreter');
    await form.getByRole('button', { name: 'Bring in' }).first().click();
  });
  await iness.line('Paul Petit').waitFor();
  t.equal(await iness.page.locator('.visit').count(), 1);
  const [interpreting] = await Promise.all([
    iness.context.waitForEvent('page'),
    iness
      .line('Paul Petit')
      .getByRole('link', { name: /^Enter the call/ })
      .click(),
  ]);
  await join(interpreting);
  const call = veras.context.pages().at(-1);
  await call?.getByRole('button', { name: 'Admit Ines Interpreter' }).click();
  await Promise.all([sees(interpreting, 3), sees(paul.page, 3)]);

  let link = '';
  await veras.act('Paul Petit', 'Bring somebody in', async (form) => {
    await form.getByLabel('Name', { exact: true }).fill('Mia Petit');
    await form.getByRole('button', { name: 'Bring in' }).last().click();
    const field = form.getByLabel('Link for the guest');
    await field.waitFor();
    link = await field.inputValue();
    await form.getByRole('button', { name: 'Close' }).click();
  });
  const mia = await scene.open({ locale: 'en-GB' });
  await mia.page.goto(link);
  t.equal(await mia.page.getByRole('textbox', { name: 'Your name' }).inputValue(), 'Mia Petit');
  await join(mia.page);
  await call?.getByRole('button', { name: 'Admit Mia Petit' }).click();
  await sees(mia.page, 4);
  await sams.page.getByText('Also invited: Ines Interpreter, Mia Petit').waitFor();

  await veras.act('Paul Petit', 'End the visit', (form) =>
    form.getByRole('button', { name: 'End the visit' }).click(),
  );
  for (const page of [paul.page, interpreting, mia.page])
    await page.getByRole('heading', { name: 'The meeting is over' }).waitFor();
  await veras.line('Paul Petit').waitFor({ state: 'detached' });
  await iness.line('Paul Petit').waitFor({ state: 'detached' });
  await paul.page.goto(scene.appliance.url(`/w/${slug}/wait`));
  await paul.heading('Your visit is over').waitFor();
  await mia.page.goto(link);
  t.equal(await joinButton(mia.page).count(), 0, 'the link died with the visit');
  await mia.close();
});

t.test('a patient is handed over with a note, to a colleague and to another department', async (t) => {
  await omars.act('Rose Diallo', 'Hand over', async (form) => {
    await form.getByLabel('To a colleague').selectOption('Dr Vera Lind');
    await form.getByLabel('Note for the colleague').fill('Needs a second look.');
    await form.getByRole('button', { name: 'Hand over' }).click();
  });
  await veras.line('Rose Diallo').getByText('For you').waitFor();
  await veras.line('Rose Diallo').getByText('Dr Omar Sy: Needs a second look.').waitFor();
  await rose.page.getByText('Somebody else of the team will see you next.').waitFor();
  t.notMatch(await rose.page.content(), /second look/, 'the patient does not see the note');

  await sams.act('Kim Moreau', 'Hand over', async (form) => {
    await form.getByLabel('To a department').selectOption('Day clinic');
    await form.getByRole('button', { name: 'Hand over' }).click();
  });
  await lenas.line('Kim Moreau').waitFor();
  await veras.line('Kim Moreau').waitFor({ state: 'detached' });
  await kim.page.getByText('You are next').waitFor();
  await kim.page.reload();
  await kim.heading('You are in the waiting room').waitFor();
  const call = await lenas.call('Kim Moreau');
  await kim.page.getByRole('link', { name: 'Join the consultation' }).click();
  await joinButton(kim.page).waitFor();
  await call.close();
});

t.test('a patient who leaves may come back, to the end of the queue', async () => {
  await adam.page.getByText('I cannot wait any longer').click();
  await adam.button('Leave the waiting room').click();
  await adam.heading('You have left the waiting room').waitFor();
  await sams.lines('left').getByText('Adam Haddad').waitFor();
  await zoe.page.getByText('You are number 2 in the queue').waitFor();
  await adam.button('Come back to the waiting room').click();
  await adam.heading('You are in the waiting room').waitFor();
  await adam.page.getByText('You are number 4 in the queue').waitFor();
});

t.test('a door is paused, and everybody who waits is sent to another department', async (t) => {
  const fold = (area: string) =>
    sams.page.locator('[data-door]').filter({ has: sams.page.locator('summary', { hasText: area }) });
  await fold('Cardiology').locator('summary').click();
  await sams.button('Pause the door').click();
  await fold('Cardiology').getByText('Paused').waitFor();
  const late = await scene.patient(slug);
  await late.heading('This waiting room is paused').waitFor();
  t.equal(await late.button('Enter the waiting room').count(), 0);

  await sams.page
    .getByLabel('Send everybody who waits to another department')
    .first()
    .selectOption('Day clinic');
  await sams.button('Send all').first().click();
  for (const name of ['Rose Diallo', 'Zoe Faure', 'Leo Blanc', 'Adam Haddad']) {
    await lenas.line(name).waitFor();
    await veras.line(name).waitFor({ state: 'detached' });
  }
  await rose.page.getByText('You are next').waitFor();
  await sams.button('Open the door again').click();
  await fold('Cardiology').getByText('Paused').waitFor({ state: 'hidden' });
  await late.page.getByRole('link', { name: 'Try again' }).click();
  await late.button('Enter the waiting room').waitFor();
  await late.close();
});

t.test('the queue is worked by the keyboard alone', async (t) => {
  const line = lenas.lines('waiting').first();
  await line.focus();
  t.equal(await line.getAttribute('aria-label'), 'Rose Diallo');
  await lenas.page.keyboard.press('ArrowDown');
  t.equal(await lenas.page.evaluate(() => document.activeElement?.getAttribute('aria-label')), 'Zoe Faure');
  await lenas.page.keyboard.press('m');
  await lenas.page.keyboard.type('A moment, please.');
  await lenas.page.keyboard.press('Tab');
  await lenas.page.keyboard.press('Enter');
  await zoe.page.getByText('A moment, please.').waitFor();
  await lenas.page.getByRole('dialog').waitFor({ state: 'hidden' });
  t.equal(
    await lenas.page.evaluate(() => document.activeElement?.getAttribute('aria-label')),
    'Zoe Faure',
    'the keyboard is back on the line',
  );
  const [call] = await Promise.all([lenas.context.waitForEvent('page'), lenas.page.keyboard.press('c')]);
  await joinButton(call).waitFor();
  await zoe.heading('It is your turn').waitFor();
  await call.close();
});

t.test('no page had a fault', async (t) => {
  for (const each of [...staff, ...patients]) t.same(each.faults, []);
});
