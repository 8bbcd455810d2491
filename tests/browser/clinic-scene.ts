import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { openDatabase } from '../../app/database/open.ts';
import { type SignedIn, signedIn } from '../app/signed-in.ts';
import { Appliance, type Overrides } from '../appliance.ts';
import { launchBrowser } from './participant-page.ts';

/** Somebody with a browser of their own: on a phone for patients, at a desk for those who see them. */
export class ClinicPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Faults that the page itself reported. */
  readonly faults: string[] = [];

  constructor(context: BrowserContext, page: Page) {
    this.context = context;
    this.page = page;
    page.on('pageerror', ({ message }) => this.faults.push(message));
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  heading(name: string | RegExp): Locator {
    return this.page.getByRole('heading', { name }).first();
  }

  /** The line of a patient in the view of the queue. */
  line(name: string): Locator {
    return this.page.getByRole('listitem', { name, exact: true });
  }

  /** The number of lines in a part of the queue. */
  lines(part: 'waiting' | 'going' | 'left'): Locator {
    return this.page.locator(`[data-queue="${part}"] .visit`);
  }

  /** What somebody does by the dialog of a line. */
  async act(name: string, fold: string, fill: (form: Locator) => Promise<void>): Promise<void> {
    await this.line(name)
      .getByRole('link', { name: `More: ${name}` })
      .click();
    const dialog = this.page.getByRole('dialog', { name });
    await dialog.getByText(fold, { exact: true }).first().click();
    await fill(dialog);
  }

  /** Calls a patient; the call opens in a tab of its own. */
  async call(name: string): Promise<Page> {
    const [call] = await Promise.all([
      this.context.waitForEvent('page'),
      this.button(`Call: ${name}`).click(),
    ]);
    await preJoin(call);
    return call;
  }

  close(): Promise<void> {
    return this.context.close();
  }
}

/** A dozen browsers with cameras take their time on a small machine, in milliseconds. */
const DEADLINE_MS = 60_000;

const phone = { width: 360, height: 640 };
const desk = { width: 1280, height: 800 };

/** A hospital: an appliance of the edition for clinics, and the people who work there. */
export class ClinicScene {
  readonly appliance: Appliance;
  readonly browser: Browser;

  private constructor(appliance: Appliance, browser: Browser) {
    this.appliance = appliance;
    this.browser = browser;
  }

  static async start(overrides: Overrides = {}): Promise<ClinicScene> {
    const appliance = await Appliance.start({
      sites: [{ host: '127.0.0.1', name: 'Saint Martin Hospital', edition: 'med' }],
      ...overrides,
    });
    return new ClinicScene(appliance, await launchBrowser(appliance));
  }

  async stop(): Promise<void> {
    await this.browser.close();
    await this.appliance.stop();
  }

  /** An account of the hospital. */
  person(name: string, role: 'administrator' | 'member' = 'member'): Promise<SignedIn> {
    const email = `${name.toLowerCase().replaceAll(/[^a-z]+/g, '.')}@saint-martin.example`;
    return signedIn(this.appliance, role, { organisation: 'Saint Martin Hospital', name, email });
  }

  /** A browser of somebody who works there. */
  async staff(
    person: SignedIn,
    path = '/clinic',
    options: Parameters<Browser['newContext']>[0] = {},
  ): Promise<ClinicPage> {
    const opened = await this.open({ locale: 'en-GB', viewport: desk, ...options });
    const [name = '', ...value] = person.headers.cookie.split('=');
    const cookie = { name, value: value.join('='), secure: true, httpOnly: true };
    await opened.context.addCookies([{ ...cookie, url: this.appliance.url('/') }]);
    await opened.page.goto(this.appliance.url(path));
    return opened;
  }

  /** A patient's phone, at the door of a department. */
  async patient(slug: string, options: Parameters<Browser['newContext']>[0] = {}): Promise<ClinicPage> {
    const opened = await this.open({ locale: 'en-GB', viewport: phone, hasTouch: true, ...options });
    await opened.page.goto(this.appliance.url(`/w/${slug}`));
    return opened;
  }

  /** A patient who came in and waits. */
  async waiting(
    slug: string,
    name: string,
    options: Parameters<Browser['newContext']>[0] = {},
  ): Promise<ClinicPage> {
    const patient = await this.patient(slug, options);
    await comeIn(patient, name);
    return patient;
  }

  /** Makes a department as its form is first shown, but open at all hours. */
  async department(
    administrator: SignedIn,
    name: string,
    changes: (page: Page) => Promise<void> = async () => {},
  ): Promise<string> {
    const { page, context } = await this.staff(administrator, '/console/areas/new');
    await page.getByLabel('Name', { exact: true }).first().fill(name);
    await page.getByLabel('Opening hours', { exact: true }).selectOption('Always open');
    await changes(page);
    await page.getByRole('button', { name: 'Make department' }).click();
    await page.getByRole('heading', { level: 1, name }).waitFor();
    const link = await page.getByLabel('Link of the door').inputValue();
    await context.close();
    return link.slice(link.lastIndexOf('/') + 1);
  }

  /** Says who works in a department, as a migration of another system would: there is a test of the form beside it. */
  async join(
    slug: string,
    people: readonly (readonly [SignedIn, 'manager' | 'clinician' | 'secretary' | 'interpreter'])[],
  ): Promise<void> {
    const database = await openDatabase(this.appliance.databaseFile);
    try {
      const { id } = await database('areas').where({ slug }).first('id');
      for (const [person, role] of people)
        await database('area_members').insert({
          area_id: id,
          person_id: person.id,
          role,
          gets_letters: 0,
          created_at: Date.now(),
        });
    } finally {
      await database.destroy();
    }
  }

  async open(options: Parameters<Browser['newContext']>[0]): Promise<ClinicPage> {
    const context = await this.browser.newContext({
      ...options,
      permissions: ['camera', 'microphone', 'clipboard-read', 'clipboard-write'],
    });
    context.setDefaultTimeout(DEADLINE_MS);
    return new ClinicPage(context, await context.newPage());
  }
}

/** Waits for the page before a call, until its script runs. */
async function preJoin(page: Page): Promise<void> {
  await page.locator('body[data-step="pre-join"]').waitFor();
  await page.getByRole('button', { name: 'Join', exact: true }).waitFor();
}

/** Joins a call under the name that is filled in. */
export async function join(page: Page): Promise<void> {
  await preJoin(page);
  await page.getByRole('button', { name: 'Join', exact: true }).click();
}

/** Waits until this page shows moving pictures of so many people, the reader's own included. */
export async function sees(page: Page, count: number): Promise<void> {
  await page.waitForFunction(
    (wanted) =>
      [...document.querySelectorAll<HTMLVideoElement>('participant-tile video')].filter(
        (video) => video.videoWidth > 0 && !video.paused && video.currentTime > 0,
      ).length >= wanted,
    count,
  );
}

/** Fills in the form of a door as somebody would who reads it. */
export async function comeIn({ page }: ClinicPage, name: string): Promise<void> {
  const field = page.getByLabel('Your name', { exact: true });
  if (await field.count()) await field.fill(name);
  const accepted = page.getByRole('checkbox', { name: /I have read this/ });
  if (await accepted.count()) await accepted.check();
  await page.getByRole('button', { name: 'Enter the waiting room' }).click();
  await page.getByRole('heading', { name: 'You are in the waiting room' }).waitFor();
}
