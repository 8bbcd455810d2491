import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import t, { type Test } from 'tap';
import { AuditLog, system } from '../../app/audit/audit-log.ts';
import { categories } from '../../app/categories.ts';
import { openDatabase } from '../../app/database/open.ts';
import type { Subject } from '../../app/inventory/category-store.ts';
import { createTranslate } from '../../app/kernel/i18n.ts';
import en from '../../app/locales/en.json' with { type: 'json' };
import { Erasure } from '../../app/privacy/erasure/erasure.ts';
import { ErasureLedger, LEDGER_FILE } from '../../app/privacy/erasure/ledger.ts';
import { dataArchive } from '../../app/privacy/my-data/archive.ts';
import { collectAll } from '../../app/privacy/my-data/collected.ts';
import { Retention } from '../../app/privacy/retention/retention.ts';
import { privacyTerms } from '../../app/privacy/terms.ts';
import { loadConfig } from '../../config/load.ts';
import { readSecret } from '../../config/secrets.ts';
import { Appliance } from '../appliance.ts';
import { Life } from '../canary/life.ts';
import { type CanaryPerson, erased, expired, traces } from '../canary/person.ts';
import { CanarySearch } from '../canary/search.ts';
import { linkello } from '../config/linkello.ts';
import { GuestNetwork } from '../engine/guest-network.ts';
import { TestRelay } from '../mail/relay.ts';
import { launchBrowser } from './participant-page.ts';

/**
 * Nothing left behind: two made-up people use everything there is, in a real browser. One is erased, the other's time
 * passes. What is looked for then is every byte of them, in every file of the appliance and in every line of its logs.
 */

t.setTimeout(240_000);

const DAY_MS = 86_400_000;

// With a network of their own, guests have an address of their own, which can be looked for as well.
const guests = process.getuid?.() === 0 ? await GuestNetwork.open() : null;
const host = guests === null ? '127.0.0.1' : '198.18.77.1';
const folder = t.testdir();
const relay = await TestRelay.start();
const appliance = await Appliance.start({
  sites: [{ host, name: 'Clinic North' }],
  https: { address: host },
  network: { announced_addresses: [host] },
  turn: {},
  mail: await relay.settings(folder),
  contact: { enabled: true, newsletter: true },
});
const served = {
  url: (path = '/') => `https://${host}:${appliance.port}${path}`,
  authority: () => appliance.authority(),
};
const browser = await launchBrowser(served, guests ? { executablePath: await guests.chromium() } : {});
const config = await loadConfig({ ...process.env, ...appliance.environment });
const database = await openDatabase(appliance.databaseFile);
t.teardown(async () => {
  await browser.close();
  await database.destroy();
  await appliance.stop();
  await relay.stop();
  await guests?.close();
});

const life = new Life(served, relay, browser);
const dataFolder = join(appliance.dataFolder, 'data');
const addressOfGuests: Record<string, string> = guests === null ? {} : { address: guests.address };

/** Where anything of somebody is, by the names of the values. */
const foundOf = async (values: Record<string, string>) =>
  (await new CanarySearch(values).folder(dataFolder)).map(({ name, where }) => `${name}: ${where}`);

async function engines(clock: () => number) {
  const key = await readSecret(config, 'audit');
  const options = {
    database,
    file: appliance.databaseFile,
    clock,
    audit: new AuditLog({ database, key, clock }),
    key,
    categories,
    ledger: new ErasureLedger({ key, file: join(dataFolder, 'app', LEDGER_FILE) }),
    onFault: (what: string, fault: unknown) => {
      throw new Error(what, { cause: fault });
    },
  };
  return {
    erasure: new Erasure(options),
    retention: new Retention({ ...options, settings: config.privacy }),
  };
}

async function subjectOf({ email }: CanaryPerson): Promise<Subject> {
  const { id } = await database('people').where({ email }).first('id');
  return { kind: 'person', id, email };
}

/** Everything that somebody can take away, as one text. */
async function exportOf(subject: Subject): Promise<string> {
  const archive = dataArchive(
    {
      t: createTranslate('en', en),
      language: 'en',
      terms: privacyTerms(config),
      at: Date.now(),
      siteName: 'Clinic North',
    },
    await collectAll(database, categories, subject),
  );
  return Object.entries(unzipSync(archive))
    .filter(([name]) => name.endsWith('.json'))
    .map(([, content]) => Buffer.from(content).toString('utf8'))
    .join('\n');
}

/** Lines of all processes with anything of these values. */
async function toldInLogs(values: Record<string, string>): Promise<string[]> {
  const search = new CanarySearch(values);
  const outputs = {
    app: appliance.app.output,
    media: appliance.media.output,
    turn: appliance.turn?.output ?? '',
  };
  const lines = Object.entries(outputs).flatMap(([name, output]) =>
    output.split('\n').map((line) => [name, line] as const),
  );
  const hits: string[] = [];
  for (const [process, line] of lines)
    for (const { name } of await search.text(process, line)) hits.push(`${name}: ${process}: ${line}`);
  return hits;
}

/** Everything that somebody can do. */
async function live(
  t: Test,
  owner: Awaited<ReturnType<Life['becomeOwner']>>,
  person: CanaryPerson,
  organisation: string,
) {
  await life.make(owner, organisation, person);
  const { page, path } = await life.invite(person);
  await life.call(page, path, person);
  await life.writeToTheHouse(person);
  await page.context().close();
  t.pass('all of it worked');
}

let owner: Awaited<ReturnType<Life['becomeOwner']>>;

t.test('two people use everything there is', async (t) => {
  const { stdout } = await linkello(['sign-in-link'], { env: appliance.environment });
  owner = await life.becomeOwner(new URL(stdout.trim()).pathname);
  await live(t, owner, erased, 'Practice South');
  await live(t, owner, expired, 'Practice West');

  // Else it would prove nothing that they are not found later.
  for (const person of [erased, expired]) {
    const { alias, ...stored } = traces(person);
    const found = new Set((await foundOf(stored)).map((each) => each.slice(0, each.indexOf(':'))));
    const missing = Object.keys(stored).filter((name) => !found.has(name) && !name.startsWith('alias'));
    t.same(
      missing.filter((name) => name !== 'phone, digits'),
      [],
      'everything is there',
    );
    t.ok(alias);
  }
});

t.test('no log line tells of anybody, whoever wrote it', async (t) => {
  const lines = appliance.app.output.split('\n').filter((line) => line.includes('"msg":"request"'));
  t.ok(lines.length > 50, 'there are lines');
  const slugs = await database('rooms').pluck('slug');
  const values = {
    ...traces(erased),
    ...traces(expired),
    ...addressOfGuests,
    owner: 'olivia@clinic.example',
    ...Object.fromEntries([...life.secrets, ...slugs].map((value, index) => [`secret ${index}`, value])),
  };
  t.ok(life.secrets.length >= 8);
  t.same(await toldInLogs(values), []);
});

t.test('whoever goes takes everything with them', async (t) => {
  const own = await exportOf(await subjectOf(erased));
  for (const field of ['name', 'email', 'phone', 'company', 'message', 'room'] as const)
    t.ok(own.includes(erased[field]), field);
  t.notOk(own.includes(erased.guestName) || own.includes(erased.guestEmail), 'and nothing of others');
  const guest = await exportOf({ kind: 'address', email: erased.guestEmail });
  for (const field of ['guestName', 'guestEmail'] as const) t.ok(guest.includes(erased[field]), field);
  t.notOk(guest.includes(erased.email), 'and nothing of others');
});

t.test('after an erasure not a byte of them is left, in no file', async (t) => {
  const { erasure } = await engines(Date.now);
  await erasure.eraseSubject(await subjectOf(erased), system);
  await erasure.eraseSubject({ kind: 'address', email: erased.guestEmail }, system);
  const files = await readdir(dataFolder, { recursive: true });
  t.ok(
    files.some((name) => name.endsWith('linkello.sqlite-wal')),
    'the journal is there to be searched',
  );
  t.same(await foundOf({ ...traces(erased), ...addressOfGuests }), []);
  t.ok((await foundOf({ name: expired.name })).length > 0, 'while the other one is still there');
});

t.test('after its time nothing is left either, without anybody asking for it', async (t) => {
  await owner.goto(served.url('/console/organisations'));
  await owner.getByRole('link', { name: 'Practice West' }).click();
  await owner.getByRole('link', { name: en.organisations.end }).click();
  await owner.getByRole('button', { name: en.organisations.endNow, exact: true }).click();
  await owner.getByText(en.console.done.organisation_ended).waitFor();

  const soon = await engines(() => Date.now() + 10 * DAY_MS);
  await soon.retention.run(system);
  t.ok((await foundOf({ name: expired.name })).length > 0, 'not before its time');

  const afterService = await engines(() => Date.now() + (config.privacy.service_days + 1) * DAY_MS);
  t.same((await afterService.retention.run(system)).failed, []);
  const { room, guestName, guestEmail } = expired;
  t.same(await foundOf({ room, guestName, guestEmail }), [], 'what belongs to the service');

  const afterAll = await engines(() => Date.now() + (config.privacy.relationship_days + 1) * DAY_MS);
  t.same((await afterAll.retention.run(system)).failed, []);
  t.same(await foundOf({ ...traces(expired), ...traces(erased), ...addressOfGuests }), []);
  t.equal(await database('people').where({ email: 'olivia@clinic.example' }).first('id').then(Boolean), true);
});

t.test('and still no log line tells of anybody', async (t) => {
  t.same(await toldInLogs({ ...traces(erased), ...traces(expired), ...addressOfGuests }), []);
});
