import { openDatabase } from '../../app/database/open.ts';
import { type ClinicPage, ClinicScene, comeIn } from '../browser/clinic-scene.ts';
import type { Camera } from './camera.ts';
import { sitForPicture } from './sitter.ts';

/** Thirty people who wait, as a busy morning has them. */
const names = [
  'Paul Petit',
  'Amélie Laurent',
  'Hélène Faure-Delacroix',
  'Ibrahim Haddad',
  'Jean-Luc Moreau',
  'Kim Nguyen',
  'Léa Martin',
  'Rose Diallo',
  'Marguerite de La Rochefoucauld',
  'Zoé Blanc',
  'Adam Benali',
  'Chloé Garnier',
  'Mamadou Traoré',
  'Simone Roux',
  'Yasmine Cherif',
  'Lucas Girard',
  'Odette Lefèvre',
  'Noah Bernard',
  'Fatou Ndiaye',
  'Camille Robert',
  'Henri Dubois',
  'Inès Fournier',
  'Théo Lambert',
  'Aïcha Mansouri',
  'Georges Perrin',
  'Manon Chevalier',
  'Rayan Boucher',
  'Suzanne Colin',
  'Émile Renard',
  'Jade Vidal',
] as const;
const MINUTE_MS = 60_000;

/** Takes pictures of a patient's whole way, and of the view of those who see thirty. */
export async function takeClinicPictures(camera: Camera): Promise<void> {
  const scene = await ClinicScene.start();
  try {
    const administrator = await scene.person('Claire Marchand', 'administrator');
    const vera = await scene.person('Dr Hélène Faure');
    const ines = await scene.person('Inès Interprète');
    const slug = await scene.department(administrator, 'Cardiologie', async (page) => {
      await page
        .getByLabel('Please read (English)')
        .fill('You see a doctor by video. It does not replace an emergency: in an emergency call 112.');
      await page
        .getByLabel('Please read (Français)')
        .fill('Vous voyez un médecin par vidéo. En cas d’urgence, appelez le 15 ou le 112.');
      await page.getByLabel('Help for patients').fill('01 23 45 67 89');
      await page.getByRole('combobox', { name: 'Date of birth' }).selectOption('Asked, may be left blank');
      await page.getByRole('combobox', { name: 'Reason' }).selectOption('Asked, may be left blank');
    });
    const other = await scene.department(administrator, 'Hôpital de jour');
    await scene.join(slug, [
      [vera, 'manager'],
      [ines, 'interpreter'],
    ]);
    await scene.join(other, [[vera, 'clinician']]);
    for (const language of ['en', 'fr'] as const) await takeWay(scene, camera, slug, vera, language);
    await fill(scene, slug);
    for (const language of ['en', 'fr'] as const) {
      const queue = await scene.staff(vera, `/clinic?lang=${language}`);
      await queue
        .lines('waiting')
        .nth(names.length - 1)
        .waitFor();
      await camera.take(queue.page, 'clinic-queue', language, { isWhole: true });
      await queue.page.setViewportSize({ width: 1280, height: 800 });
      await queue.lines('waiting').nth(3).locator('[data-part="more"]').click();
      await camera.take(queue.page, 'clinic-visit', language);
      await queue.close();
      for (const [subject, path] of [
        ['console-areas', '/console/areas'],
        ['console-area-new', '/console/areas/new'],
      ] as const) {
        const console = await scene.staff(administrator, `${path}?lang=${language}`);
        await camera.take(console.page, subject, language, { isWhole: true });
        await console.close();
      }
      const area = await scene.staff(administrator, `/console/areas?lang=${language}`);
      await area.page.getByRole('link', { name: 'Cardiologie' }).click();
      await camera.take(area.page, 'console-area', language, { isWhole: true });
      await area.close();
    }
  } finally {
    await scene.stop();
  }
}

const words = {
  en: {
    name: 'Your name',
    read: /I have read/,
    enter: 'Enter the waiting room',
    turn: 'It is your turn',
    over: 'Your visit is over',
    waits: 'You are in the waiting room',
    join: 'Join the consultation',
  },
  fr: {
    name: 'Votre nom',
    read: /J’ai lu/,
    enter: 'Entrer dans la salle d’attente',
    turn: 'C’est à vous',
    over: 'Votre visite est terminée',
    waits: 'Vous êtes dans la salle d’attente',
    join: 'Rejoindre la consultation',
  },
} as const;

/** From the door to the end. */
async function takeWay(
  scene: ClinicScene,
  camera: Camera,
  slug: string,
  clinician: Parameters<ClinicScene['staff']>[0],
  language: keyof typeof words,
): Promise<void> {
  const { name, read, enter, turn, over, waits, join } = words[language];
  const locale = language === 'en' ? 'en-GB' : 'fr-FR';
  const patient = await scene.patient(slug, { locale });
  await patient.context.addInitScript(sitForPicture, 3);
  const take = (page: ClinicPage, subject: string) =>
    camera.take(page.page, subject, language, { isWhole: true });
  await take(patient, 'clinic-1-door');
  await patient.page.getByLabel(name).fill('Paul Petit');
  await patient.page.getByRole('checkbox', { name: read }).check();
  await patient.button(enter).click();
  await patient.heading(waits).waitFor();
  const staff = await scene.staff(clinician);
  await staff.act('Paul Petit', 'Write to the patient', async (form) => {
    await form.getByRole('button', { name: 'In 10 minutes' }).click();
    await form.getByRole('button', { name: 'Send' }).click();
  });
  await patient.page.getByRole('log').getByRole('listitem').waitFor();
  await take(patient, 'clinic-2-wait');
  const call = await staff.call('Paul Petit');
  await patient.heading(turn).waitFor();
  await take(patient, 'clinic-3-called');
  await patient.page.getByRole('link', { name: join }).click();
  await patient.page.locator('body[data-step="pre-join"]').waitFor();
  await take(patient, 'clinic-4-before-the-call');
  await staff.act('Paul Petit', 'End the visit', (form) =>
    form.getByRole('button', { name: 'End the visit' }).click(),
  );
  await patient.page.goto(scene.appliance.url(`/w/${slug}/wait`));
  await patient.heading(over).waitFor();
  await take(patient, 'clinic-5-over');
  await Promise.all([patient.close(), staff.close(), call.close()]);
}

/** Lets all of them come in; then they have come one after the other, and are at their pages. */
async function fill(scene: ClinicScene, slug: string): Promise<void> {
  for (const name of names) {
    const patient = await scene.patient(slug, { javaScriptEnabled: false });
    await comeIn(patient, name);
    await patient.close();
  }
  const database = await openDatabase(scene.appliance.databaseFile);
  try {
    const now = Date.now();
    for (const [index, name] of names.entries()) {
      const arrivedAt = now - (names.length - index) * 1.4 * MINUTE_MS;
      await database('visits')
        .where({ name, state: 'waiting' })
        .update({
          arrived_at: Math.round(arrivedAt),
          queue_at: Math.round(arrivedAt),
          lost_at: index % 11 === 5 ? now - 2 * MINUTE_MS : null,
          birth_date: `19${40 + index}-0${1 + (index % 9)}-1${index % 10}`,
          reason: index % 4 === 1 ? 'Contrôle après l’opération' : null,
          language: index % 7 === 2 ? 'fr' : 'en',
        });
    }
  } finally {
    await database.destroy();
  }
}
