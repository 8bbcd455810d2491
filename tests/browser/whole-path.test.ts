import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ICAL from 'ical.js';
import type { Page } from 'playwright-core';
import t from 'tap';
import { openDatabase } from '../../app/database/open.ts';
import { Appliance } from '../appliance.ts';
import { linkello } from '../config/linkello.ts';
import { until } from '../deadline.ts';
import { type TakenLetter, TestRelay } from '../mail/relay.ts';
import { launchBrowser, ParticipantPage } from './participant-page.ts';

/**
 * The whole way that a clinic goes, by the pages' own controls and a real mail relay: from the link that makes the
 * first owner to an audit log that somebody tampered with.
 */

const folder = await mkdtemp(join(tmpdir(), 'linkello-path-'));
const relay = await TestRelay.start();
const appliance = await Appliance.start({
  sites: [{ host: '127.0.0.1', name: 'Clinic North' }],
  rooms: { anyone_can_open: false, time_zone: 'Europe/Paris' },
  mail: await relay.settings(folder),
});
const browser = await launchBrowser(appliance);
t.teardown(async () => {
  await browser.close();
  await appliance.stop();
  await relay.stop();
  await rm(folder, { recursive: true, force: true });
});

const command = (...args: string[]) => linkello(args, { env: appliance.environment });

async function visitor(): Promise<Page> {
  const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 800 } });
  return context.newPage();
}

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();
const type = (page: Page, label: string, text: string) => page.getByLabel(label, { exact: true }).fill(text);
const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { name }).first().waitFor();

/** The next letter to somebody that this has not answered before. */
const read = new Set<TakenLetter>();
async function letterTo(address: string): Promise<TakenLetter> {
  const letter = await until(`a letter to ${address}`, () =>
    relay.taken.find((each) => each.to.includes(address) && !read.has(each)),
  );
  if (letter === undefined) throw new Error('no letter');
  read.add(letter);
  return letter;
}

/** The first address of this appliance in a letter that has this in its path. */
function linkIn({ parsed }: TakenLetter, path: string): string {
  const link = (parsed.text ?? '').match(/https:\/\/\S+/g)?.find((each) => each.includes(path));
  if (link === undefined) throw new Error(`the letter has no link with ${path}`);
  return link;
}

let owner: Page;
let member: Page;

t.test('the link that the server prints makes the first owner, once', async (t) => {
  const { code, stdout } = await command('sign-in-link');
  t.equal(code, 0);
  owner = await visitor();
  await owner.goto(stdout.trim());
  await type(owner, 'Your name', 'Olivia Owner');
  await type(owner, 'Your e-mail address', 'olivia@clinic.example');
  await type(owner, 'Name of your organisation', 'Clinic North');
  await press(owner, 'Become the owner');
  await owner.waitForURL(/\/console/);

  const second = await visitor();
  await second.goto(stdout.trim());
  t.equal(await second.getByRole('button', { name: 'Become the owner' }).count(), 0, 'it works once');
  await second.context().close();
});

t.test('an organisation is made, and its people come from a spreadsheet', async (t) => {
  await owner.goto(appliance.url('/console/organisations/new'));
  await type(owner, 'Name', 'Practice South');
  await press(owner, 'Make organisation');
  await heading(owner, 'Practice South');

  await owner.goto(appliance.url('/console/people/import'));
  await type(
    owner,
    'Or paste the lines here',
    'name;email;role\nMarie Curie;marie@clinic.example;member\n;broken;',
  );
  await press(owner, 'See what would happen');
  await owner.getByText('1 line is wrong').waitFor();
  t.equal(await owner.getByRole('button', { name: /^Import/ }).count(), 0, 'nothing is imported half');

  await owner.goto(appliance.url('/console/people/import'));
  const lines = [
    'name;email;role',
    'Marie Curie;marie@clinic.example;member',
    'Élise Noël;elise@clinic.example;',
  ];
  await type(owner, 'Or paste the lines here', lines.join('\n'));
  await press(owner, 'See what would happen');
  await press(owner, 'Import 2 people');
  await owner.goto(appliance.url('/console/people?q=elise'));
  await owner.getByRole('link', { name: 'Élise Noël' }).waitFor();
  await letterTo('marie@clinic.example');
});

t.test('a member signs in by the link of a letter, and elsewhere by its code', async (t) => {
  member = await visitor();
  await member.goto(appliance.url('/console/rooms'));
  await type(member, 'E-mail address', 'Marie@Clinic.example');
  await press(member, 'Send me the letter');
  await heading(member, 'Look into your mailbox');
  const letter = await letterTo('marie@clinic.example');
  const link = linkIn(letter, '/sign-in/link/');

  const scanner = await visitor();
  await scanner.goto(link);
  await scanner.goto(link);
  t.match(scanner.url(), /\/sign-in\/link\//, 'opening it elsewhere signs nobody in');
  await scanner.context().close();
  await member.goto(link);
  await heading(member, 'My rooms');

  const phone = await visitor();
  await phone.goto(appliance.url('/sign-in'));
  await type(phone, 'E-mail address', 'marie@clinic.example');
  await press(phone, 'Send me the letter');
  const code = /\b\d{3}\s?\d{3}\b/.exec((await letterWithCode()).parsed.text ?? '')?.[0] ?? '';
  await type(phone, 'Code of the letter', code);
  await press(phone, 'Sign in');
  await phone.waitForURL(/\/console/);
  await phone.context().close();
});

/** Letters about the new sign-in come in between. */
async function letterWithCode(): Promise<TakenLetter> {
  for (;;) {
    const letter = await letterTo('marie@clinic.example');
    if (letter.parsed.subject?.startsWith('Sign in')) return letter;
  }
}

t.test(
  'she makes a room with a lobby and invites a guest, who gets a letter with an appointment',
  async (t) => {
    await member.goto(appliance.url('/console/rooms/new'));
    await type(member, 'Name', 'Consultation');
    const lobby = member.getByRole('checkbox', { name: /Everybody waits until a host admits them/ });
    if (!(await lobby.isChecked())) await lobby.check();
    await press(member, 'Make room');
    await heading(member, 'Consultation');
    await member.getByRole('link', { name: 'Invite somebody' }).click();
    await type(member, 'Name', 'Paul Guest');
    await type(member, 'E-mail address', 'paul@home.example');
    const tomorrow = new Date(Date.now() + 24 * 3_600_000).toISOString().slice(0, 10);
    await type(member, 'Begins', `${tomorrow}T10:30`);
    await press(member, 'Invite');
    await heading(member, /Paul Guest/);

    const { parsed } = await letterTo('paul@home.example');
    const calendar = parsed.attachments.find(({ contentType }) => contentType === 'text/calendar');
    const event = new ICAL.Event(
      new ICAL.Component(ICAL.parse(String(calendar?.content))).getFirstSubcomponent('vevent') ?? undefined,
    );
    t.equal(event.startDate.toString(), `${tomorrow}T10:30:00`);
    t.equal(event.startDate.zone.tzid, 'Europe/Paris');
    t.equal(event.duration.toSeconds(), 30 * 60);
    t.match(event.description, '/i/');
  },
);

t.test('the guest waits, is admitted, and the meeting shows live in the console', async (t) => {
  const { parsed } = [...read].findLast(({ to }) => to.includes('paul@home.example')) as TakenLetter;
  const path = new URL(linkIn({ parsed } as TakenLetter, '/i/')).pathname;
  const guest = await ParticipantPage.open(browser, appliance, 'Paul Guest', { path });
  t.equal(await guest.page.getByRole('textbox', { name: 'Your name' }).inputValue(), 'Paul Guest');
  await guest.button('Join').click();
  await heading(guest.page, 'You are in the waiting room');

  await member.goto(appliance.url('/console/rooms'));
  await member.getByRole('link', { name: 'Consultation' }).click();
  await member.getByRole('link', { name: 'Enter' }).click();
  t.equal(await member.getByRole('textbox', { name: 'Your name' }).inputValue(), 'Marie Curie');
  await press(member, 'Join');
  await press(member, 'Admit Paul Guest');
  await guest.button('Leave').waitFor();
  await guest.seesAndHears(1);

  await owner.goto(appliance.url('/console/meetings'));
  await owner.getByRole('link', { name: 'Consultation' }).click();
  await owner.getByRole('rowheader', { name: 'Paul Guest' }).waitFor();
  await owner.getByRole('rowheader', { name: 'Marie Curie' }).waitFor();
  await press(owner, 'End the meeting');
  await heading(guest.page, 'The meeting is over');
  t.same(guest.faults, []);
  await guest.close();
});

t.test('the audit log has it all, and tells which row somebody changed', async (t) => {
  const database = await openDatabase(appliance.databaseFile);
  t.teardown(() => database.destroy());
  const told = new Set(await database('audit').pluck('action'));
  for (const action of [
    'appliance.first_owner_made',
    'organisation.made',
    'people.imported',
    'session.started',
    'room.made',
    'invitation.made',
    'lobby.admitted',
    'meeting.viewed',
    'meeting.ended',
  ]) {
    t.ok(told.has(action), action);
  }
  t.notMatch(JSON.stringify(await database('audit').select()), /Paul|Marie|clinic\.example|Consultation/i);
  t.match(await command('audit', 'verify'), { code: 0 });
  await owner.goto(appliance.url('/console/audit'));
  await heading(owner, 'Audit log');

  const { number } = await database('audit').where({ action: 'lobby.admitted' }).first('number');
  await database.raw('DROP TRIGGER audit_is_not_changed');
  await database('audit').where({ number }).update({ actor_id: null, actor_kind: 'system' });
  const { code, stdout } = await command('audit', 'verify');
  t.equal(code, 1);
  t.match(stdout, new RegExp(`\\b${number}\\b`), 'verify names the row');
});
