import { existsSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import en from '../../app/locales/en.json' with { type: 'json' };
import { launchBrowser, ParticipantPage } from '../browser/participant-page.ts';
import { Mailbox } from '../mail/mailbox.ts';
import { TestRelay } from '../mail/relay.ts';
import { clients, mailRelay, sites, urlFor, type Zone } from './addresses.ts';
import { output, within } from './network.ts';
import { inGroup, type Program } from './process-groups.ts';
import type { RequestLog } from './request-log.ts';
import { ServedAppliance } from './served-appliance.ts';

/** What is done, in this order. Each is a key of the report's texts. */
export type Step =
  | 'start'
  | 'firstOwner'
  | 'signIn'
  | 'room'
  | 'call'
  | 'relayedCall'
  | 'pages'
  | 'retention'
  | 'evidence'
  | 'commands'
  | 'stop';

export interface ScenarioOptions {
  /** Gets settings, data and what is written. */
  readonly folder: string;
  /** Laid over the scenario's own settings, section by section. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly requests: RequestLog;
  /** Told when a step begins. */
  readonly onStep: (step: Step) => void;
}

/** What became of it. */
export interface Outcome {
  /** Of the browsers, as they call themselves. */
  readonly chromium: string;
  readonly pages: number;
  readonly letters: number;
}

const SFU_PORT = 44_300;
const OWNER = { name: 'Olivia Owner', email: 'olivia@clinic.example' } as const;
const GUEST = { name: 'Paul Guest', email: 'paul@home.example' } as const;
/** Most pages that are looked at, so that links between pages cannot lead on for ever. */
const MOST_PAGES = 120;

const commandsFolder = join(import.meta.dirname, '../../scripts/commands');
const hasCommand = (name: string) => existsSync(join(commandsFolder, `${name}.ts`));

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();
const type = (page: Page, label: string, text: string) => page.getByLabel(label, { exact: true }).fill(text);

/** Everything that the appliance is there for, once. @throws Error when something of it does not work. */
export async function carryOut({ folder, settings, requests, onStep }: ScenarioOptions): Promise<Outcome> {
  const relay = await TestRelay.start({ address: mailRelay.address, port: mailRelay.port });
  const closing: (() => Promise<unknown>)[] = [() => relay.stop()];
  try {
    onStep('start');
    const own = await ownSettings(folder, relay);
    const appliance = await ServedAppliance.start(folder, merged(own, settings));
    closing.unshift(() => appliance.stop());
    const browsers: Browser[] = [];
    for (const [index, zone] of clients.entries()) {
      const browser = await browserIn(zone, index === 0 ? 'chromium1' : 'chromium2', folder, appliance);
      closing.unshift(() => browser.close());
      requests.watch(browser, new URL(urlFor(zone)).origin);
      browsers.push(browser);
    }
    const [first, second] = browsers as [Browser, Browser];
    const visit = new Visit(appliance, relay, first, second);

    onStep('firstOwner');
    await visit.becomeOwner();
    onStep('signIn');
    const owner = await visit.signIn();
    onStep('room');
    const invitation = await visit.invite(owner);
    onStep('call');
    await visit.call(owner, invitation);
    if (appliance.hasTurn) {
      onStep('relayedCall');
      await leaveOnlyTurn();
      await visit.call(owner, invitation);
    }
    onStep('pages');
    const pages = await visit.everyPage(owner);
    if (hasCommand('retention')) {
      onStep('retention');
      await appliance.command('retention');
    }
    if (hasCommand('evidence')) {
      onStep('evidence');
      await appliance.command('evidence', '--out', join(folder, 'evidence'));
    }
    onStep('commands');
    await appliance.command('check');
    await appliance.command('audit', 'verify');
    await appliance.command('backup', join(folder, 'backup.tar'));
    onStep('stop');
    for (const browser of browsers) await browser.close();
    await appliance.stop();
    return { chromium: first.version(), pages, letters: relay.taken.length };
  } finally {
    for (const close of closing) await close().catch(() => undefined);
  }
}

async function ownSettings(folder: string, relay: TestRelay): Promise<Record<string, unknown>> {
  await mkdir(folder, { recursive: true });
  return {
    sites: sites.map((host) => ({ host, name: 'Clinic North' })),
    https: { port: 443 },
    network: { announced_addresses: [...sites] },
    media: { port: SFU_PORT, workers: 1 },
    mail: await relay.settings(folder),
    controller: { name: 'Clinic North', support_email: 'help@clinic.example' },
  };
}

/** Sections of the second over those of the first, setting by setting. */
function merged(
  one: Readonly<Record<string, unknown>>,
  other: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const all: Record<string, unknown> = { ...one };
  for (const [name, value] of Object.entries(other)) {
    const isSection = (each: unknown) => typeof each === 'object' && each !== null && !Array.isArray(each);
    const below = all[name];
    all[name] = isSection(value) && isSection(below) ? { ...(below as object), ...(value as object) } : value;
  }
  return all;
}

async function browserIn(
  zone: Zone,
  program: Program,
  folder: string,
  appliance: ServedAppliance,
): Promise<Browser> {
  const file = join(folder, program);
  const command = [...within(zone), ...inGroup(program), '/usr/bin/chromium'];
  await writeFile(file, `#!/bin/sh\nexec ${command.join(' ')} "$@"\n`);
  await chmod(file, 0o755);
  return launchBrowser(appliance, { executablePath: file });
}

/** Puts the second client behind a firewall through which no way to the SFU leads. */
async function leaveOnlyTurn(): Promise<void> {
  const rules = `add table inet firewall
    add chain inet firewall out { type filter hook output priority -10; }
    add rule inet firewall out meta l4proto { tcp, udp } th dport ${SFU_PORT} drop`;
  const [file = '', ...args] = [...within(clients[1]), 'nft'];
  for (const rule of rules.split('\n')) await output(file, ...args, rule.trim());
}

/** Two people with a browser each, and their mailboxes. */
class Visit {
  readonly #appliance: ServedAppliance;
  readonly #mailbox: Mailbox;
  readonly #first: Browser;
  readonly #second: Browser;

  constructor(appliance: ServedAppliance, relay: TestRelay, first: Browser, second: Browser) {
    this.#appliance = appliance;
    this.#mailbox = new Mailbox(relay);
    this.#first = first;
    this.#second = second;
  }

  /** By the link that the start printed; then tries what depends on the network, the mail relay included. */
  async becomeOwner(): Promise<void> {
    const page = await this.#newPage();
    await page.goto(this.#appliance.ownerLink);
    await type(page, en.firstOwner.name, OWNER.name);
    await type(page, en.firstOwner.email, OWNER.email);
    await type(page, en.firstOwner.organisation, 'Clinic North');
    await press(page, en.firstOwner.make);
    await page.waitForURL('**/console/setup');
    await press(page, en.setup.media.test);
    await page.getByText(en.setup.media.worksUdp).waitFor();
    await page.getByText(en.setup.media.worksTcp).waitFor();
    await press(page, en.setup.mail.test.replace('{email}', OWNER.email));
    await this.#mailbox.letter(OWNER.email);
    await page.context().close();
  }

  /** In another browser profile, by the link of a letter. */
  async signIn(): Promise<Page> {
    const page = await this.#newPage();
    await page.goto(this.#appliance.url('/sign-in'));
    await type(page, en.signIn.email, OWNER.email);
    await press(page, en.signIn.sendLetter);
    await page.goto(await this.#mailbox.link(OWNER.email, '/sign-in/link/'));
    await page.waitForURL('**/console');
    return page;
  }

  /** Makes a room and invites the guest by a letter; answers the path of the guest's link. */
  async invite(owner: Page): Promise<string> {
    await owner.goto(this.#appliance.url('/console/rooms/new'));
    await type(owner, en.rooms.name, 'Consultation');
    await press(owner, en.rooms.make);
    await owner.getByRole('link', { name: en.rooms.invite }).click();
    await type(owner, en.rooms.guestName, GUEST.name);
    await type(owner, en.rooms.guestEmail, GUEST.email);
    const tomorrow = new Date(Date.now() + 24 * 3_600_000).toISOString().slice(0, 10);
    await type(owner, en.rooms.startsAt, `${tomorrow}T10:30`);
    await press(owner, en.rooms.inviteSubmit);
    return new URL(await this.#mailbox.link(GUEST.email, '/i/')).pathname;
  }

  /** The guest waits in the lobby and is admitted; both see and hear each other. */
  async call(owner: Page, invitation: string): Promise<void> {
    const door = {
      url: (path?: string) => urlFor(clients[1], path),
      authority: () => this.#appliance.authority(),
    };
    const guest = await ParticipantPage.open(this.#second, door, GUEST.name, { path: invitation });
    await guest.button(en.room.join).click();
    await owner.goto(this.#appliance.url('/console/rooms'));
    await owner.getByRole('link', { name: 'Consultation' }).click();
    await owner.getByRole('link', { name: en.rooms.enter, exact: true }).click();
    await press(owner, en.room.join);
    await press(owner, en.client.waiting.admitPerson.replace('{name}', GUEST.name));
    await guest.button(en.room.leave).waitFor();
    await guest.seesAndHears(1, 60_000);
    await guest.close();
    await owner.goto(this.#appliance.url('/console/meetings'));
  }

  /** Follows every link of the appliance's own pages, each page once; answers how many there were. */
  async everyPage(owner: Page): Promise<number> {
    const toLook = ['/', '/console', '/account', '/trust'];
    const known = new Set(toLook);
    let looked = 0;
    for (let path = toLook.shift(); path !== undefined && looked < MOST_PAGES; path = toLook.shift()) {
      // A file to download is no page, and says so by breaking off.
      const answer = await owner.goto(this.#appliance.url(path)).catch((fault: Error) => {
        if (/Download is starting|ERR_ABORTED/.test(fault.message)) return null;
        throw fault;
      });
      looked += 1;
      if (answer === null) continue;
      if (answer.status() >= 500) throw new Error(`${path} answered ${answer.status()}`);
      const links = await owner.locator('a[href]').evaluateAll((all) =>
        all
          .map((each) => new URL((each as HTMLAnchorElement).href))
          .map(({ origin, pathname, search }) => ({
            origin,
            pathname,
            search,
          })),
      );
      for (const { origin, pathname, search } of links) {
        if (origin !== new URL(this.#appliance.url()).origin || known.has(pathname)) continue;
        known.add(pathname);
        toLook.push(pathname + search);
      }
    }
    return looked;
  }

  async #newPage(): Promise<Page> {
    const context = await this.#first.newContext({
      locale: 'en-GB',
      viewport: { width: 1280, height: 800 },
      permissions: ['camera', 'microphone'],
    });
    return context.newPage();
  }
}
