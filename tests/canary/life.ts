import type { Browser, Page } from 'playwright-core';
import en from '../../app/locales/en.json' with { type: 'json' };
import { ParticipantPage, type Served } from '../browser/participant-page.ts';
import { until } from '../deadline.ts';
import { Mailbox } from '../mail/mailbox.ts';
import type { TestRelay } from '../mail/relay.ts';
import type { CanaryPerson } from './person.ts';

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();
const type = (page: Page, label: string, text: string) => page.getByLabel(label, { exact: true }).fill(text);
const optional = (label: string) => en.contact.optional.replace('{label}', label);

/** What is done by hand at an appliance with a mail relay: everything that somebody can do there. */
export class Life {
  readonly #appliance: Served;
  readonly #mailbox: Mailbox;
  readonly #browser: Browser;
  /** What lets somebody in: parts of links, and cookies. */
  readonly secrets: string[] = [];

  constructor(appliance: Served, relay: TestRelay, browser: Browser) {
    this.#appliance = appliance;
    this.#mailbox = new Mailbox(relay);
    this.#browser = browser;
  }

  /** The first owner, by the link that the server prints. Answers their browser, signed in. */
  async becomeOwner(path: string): Promise<Page> {
    const page = await this.#newPage();
    await page.goto(this.#appliance.url(path));
    await type(page, en.firstOwner.name, 'Olivia Owner');
    await type(page, en.firstOwner.email, 'olivia@clinic.example');
    await type(page, en.firstOwner.organisation, 'Clinic North');
    await press(page, en.firstOwner.make);
    await page.waitForURL(/\/console/);
    return page;
  }

  /** The owner makes an organisation and somebody in it, who gets a letter of welcome. */
  async make(owner: Page, organisation: string, person: CanaryPerson): Promise<void> {
    await owner.goto(this.#appliance.url('/console/organisations/new'));
    await type(owner, en.organisations.name, organisation);
    await press(owner, en.organisations.make);
    await owner.getByRole('heading', { name: organisation }).first().waitFor();
    await owner.goto(this.#appliance.url('/console/people/new'));
    await type(owner, en.people.name, person.name);
    await type(owner, en.people.email, person.email);
    await owner.getByLabel(en.people.organisation, { exact: true }).selectOption({ label: organisation });
    await press(owner, en.people.make);
    await owner.getByRole('heading', { name: person.name }).first().waitFor();
    await this.#mailbox.letter(person.email);
    // A search is for a name, and is in the address of a page.
    await owner.goto(this.#appliance.url(`/console/people?q=${encodeURIComponent(person.name)}`));
    await owner.getByRole('link', { name: person.name }).waitFor();
  }

  /** The person signs in by a letter, and has a room and a guest with an appointment. Answers the guest's way in. */
  async invite(person: CanaryPerson): Promise<{ readonly page: Page; readonly path: string }> {
    const page = await this.#newPage();
    await page.goto(this.#appliance.url('/sign-in?to=/console/rooms'));
    await type(page, en.signIn.email, person.email);
    await press(page, en.signIn.sendLetter);
    await page.goto(await this.#link(person.email, '/sign-in/link/'));
    await page.waitForURL('**/console/rooms');
    const cookies = (await page.context().cookies()).map(({ value }) => value);
    // One only says which language it is.
    this.secrets.push(...cookies.filter((value) => value.length >= 16));
    await page.goto(this.#appliance.url('/account'));
    await press(page, en.account.save);
    await page.goto(this.#appliance.url('/console/rooms/new'));
    await type(page, en.rooms.name, person.room);
    await press(page, en.rooms.make);
    await page.getByRole('heading', { name: person.room }).first().waitFor();
    await page.getByRole('link', { name: en.rooms.invite }).click();
    await type(page, en.rooms.guestName, person.guestName);
    await type(page, en.rooms.guestEmail, person.guestEmail);
    const tomorrow = new Date(Date.now() + 24 * 3_600_000).toISOString().slice(0, 10);
    await type(page, en.rooms.startsAt, `${tomorrow}T10:30`);
    await press(page, en.rooms.inviteSubmit);
    return { page, path: new URL(await this.#link(person.guestEmail, '/i/')).pathname };
  }

  /** A call: the guest waits under another name, is admitted, and whoever invited them ends it. */
  async call(page: Page, path: string, person: CanaryPerson): Promise<void> {
    const guest = await ParticipantPage.open(this.#browser, this.#appliance, person.alias, { path });
    await guest.page.getByRole('textbox', { name: en.room.yourName }).fill(person.alias);
    await guest.button(en.room.join).click();
    await page.goto(this.#appliance.url('/console/rooms'));
    await page.getByRole('link', { name: person.room }).click();
    await page.getByRole('link', { name: en.rooms.enter, exact: true }).click();
    await press(page, en.room.join);
    await press(page, en.client.waiting.admitPerson.replace('{name}', person.alias));
    await guest.button(en.room.leave).waitFor();
    await guest.seesAndHears(1);
    await guest.close();
    await page.goto(this.#appliance.url('/console/rooms'));
  }

  /** By the pages for everybody: a message to the house, and its newsletter, which they confirm. */
  async writeToTheHouse(person: CanaryPerson): Promise<void> {
    const page = await this.#newPage();
    await page.goto(this.#appliance.url('/contact'));
    await type(page, en.contact.name, person.name);
    await type(page, optional(en.contact.company), person.company);
    await type(page, en.contact.email, person.email);
    await type(page, optional(en.contact.phone), person.phone);
    await type(page, en.contact.message, person.message);
    await this.#send(page, en.contact.send, '/contact/sent');
    await page.goto(this.#appliance.url('/newsletter'));
    await type(page, en.contact.email, person.email);
    await this.#send(page, en.newsletter.submit, '/newsletter/sent');
    await page.goto(await this.#link(person.email, '/newsletter/'));
    await press(page, en.newsletter.confirm.submit);
    await page.getByRole('heading', { name: en.newsletter.confirmed.title }).waitFor();
    await page.context().close();
  }

  /** Presses once the form is as old as a form has to be that a person filled in: its stamp says since when. */
  async #send(page: Page, button: string, path: string): Promise<void> {
    const stamp = await page.locator('input[name=stamp]').inputValue();
    const drawnAt = Number.parseInt(stamp, 36);
    await until('a form that was drawn long enough ago', () => Date.now() - drawnAt > 3_000);
    await press(page, button);
    await page.waitForURL(`**${path}`);
  }

  async #newPage(): Promise<Page> {
    const context = await this.#browser.newContext({
      locale: 'en-GB',
      viewport: { width: 1280, height: 800 },
      permissions: ['camera', 'microphone'],
    });
    return context.newPage();
  }

  /** A link out of the mailbox; what lets somebody in is noted. */
  async #link(address: string, path: string): Promise<string> {
    const link = await this.#mailbox.link(address, path);
    this.secrets.push(new URL(link).pathname.split('/').at(-1) ?? '');
    return link;
  }
}
