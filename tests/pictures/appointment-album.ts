import { DateTime } from 'luxon';
import { HOUR_MS, MINUTE_MS } from '../../app/kernel/clock.ts';
import { weekdays } from '../../app/rooms/room-fields.ts';
import { send } from '../app/form.ts';
import type { SignedIn } from '../app/signed-in.ts';
import { launchChromium } from '../chromium.ts';
import { AppointmentWard, inParis } from '../clinic/appointment-ward.ts';
import type { Camera } from './camera.ts';

/** Patients of a day, and how many hours after its ninth each is expected. */
const patients = [
  ['Paul Petit', 0],
  ['Amélie Laurent', 0.5],
  ['Ibrahim Haddad', 1],
  ['Marguerite de La Rochefoucauld', 1.5],
  ['Kim Nguyen', 2],
  ['Léa Martin', 6],
] as const;

/** Takes pictures of the appointments of a day: as staff see them, and as a patient does. */
export async function takeAppointmentPictures(camera: Camera): Promise<void> {
  const ward = await AppointmentWard.open();
  const browser = await launchChromium();
  try {
    const tomorrow = DateTime.fromMillis(ward.now, { zone: 'Europe/Paris' }).plus({ days: 1 }).startOf('day');
    const nine = tomorrow.plus({ hours: 9 }).toMillis();
    ward.now = nine - HOUR_MS;
    const area = await ward.area({ name: 'Cardiologie' });
    const vera = await ward.staff('Dr Hélène Faure', area.id, 'manager');
    const bertrand = await ward.staff('Dr Bertrand Nkosi', area.id, 'clinician');
    const everyDay = Object.fromEntries(weekdays.map((day) => [day, 'yes']));
    for (const clinician of [vera.id, bertrand.id])
      await send(ward.app, vera, `/console/appointments/slots/new?area=${area.id}`, {
        first_day: dayAfter(tomorrow, 1),
        last_day: dayAfter(tomorrow, 5),
        ...everyDay,
        clinician,
        from: '09:00',
        to: '10:00',
        duration: '20',
      });
    const made: { readonly id: string; readonly link: string }[] = [];
    for (const [index, [name, hours]] of patients.entries())
      made.push(
        await make(ward, vera, { name, at: nine + hours * HOUR_MS, email: `patient-${index}@example.org` }),
      );
    const [slot] = await ward.database('slots').where({ clinician_id: bertrand.id }).orderBy('starts_at');
    await send(ward.app, vera, `/console/appointments/new?area=${area.id}&slot=${slot.id}`, {
      name: 'Rose Diallo',
      email: '',
      language: 'fr',
    });
    const [, , third, fourth, , last] = made;
    if (!third || !fourth || !last) throw new Error('there are too few appointments');
    await ward.press(`${last.link}/other-time`, { wish: 'Plutôt le matin, si possible.' });

    for (const [{ link }, minutes] of [
      [third, 55],
      [fourth, 96],
    ] as const) {
      ward.now = nine + minutes * MINUTE_MS;
      await ward.press(`${link}/enter`, { accept: 'yes' });
    }
    ward.now = nine + 2 * HOUR_MS + 4 * MINUTE_MS;

    for (const language of ['en', 'fr'] as const) {
      const locale = language === 'en' ? 'en-GB' : 'fr-FR';
      const open = async (subject: string, path: string, who: SignedIn | null, press?: RegExp) => {
        const context = await browser.newContext({ ignoreHTTPSErrors: true, locale });
        const url = `https://localhost:${ward.app.port}`;
        const [name = '', value = ''] = who?.headers.cookie.split('=') ?? [];
        if (who !== null) await context.addCookies([{ name, value, url, secure: true, httpOnly: true }]);
        const page = await context.newPage();
        await page.goto(`${url}${path}${path.includes('?') ? '&' : '?'}lang=${language}`);
        if (press !== undefined) {
          await page.getByRole('button', { name: press }).click();
          await page.waitForLoadState();
        }
        await camera.take(page, subject, language, { isWhole: true });
        await context.close();
      };
      await open('clinic-queue-appointments', '/clinic', vera);
      await open('console-appointments', '/console/appointments?from=coming', vera);
      await open('console-appointment', `/console/appointments/${last.id}`, vera);
      await open('console-appointment-new', '/console/appointments/new', vera);
      await open('console-slots', '/console/appointments/slots?from=coming', vera);
      await open('console-slots-new', '/console/appointments/slots/new', vera);
      await open('console-slots-delete', '/console/appointments/slots/delete', vera, /how many|combien/i);
      await open('appointment', last.link, null);
      await open('appointment-other-time', `${last.link}/other-time`, null);
    }
  } finally {
    await browser.close();
    await ward.close();
  }
}

const dayAfter = (day: DateTime, days: number) => day.plus({ days }).toISODate() ?? '';

async function make(
  ward: AppointmentWard,
  who: SignedIn,
  { name, at, email }: { readonly name: string; readonly at: number; readonly email: string },
): Promise<{ readonly id: string; readonly link: string }> {
  const answer = await send(ward.app, who, '/console/appointments/new', {
    name,
    email,
    language: 'fr',
    clinician: who.id,
    starts: inParis(at),
    duration: '20',
  });
  const id = /[0-9a-f]{24}/.exec(String(answer.headers.location))?.[0] ?? '';
  return { id, link: ward.linkIn(await ward.lastLetter(email)) };
}
