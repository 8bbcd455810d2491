import t, { type Test } from 'tap';
import { categories } from '../../app/categories.ts';
import { type Database, openDatabase } from '../../app/database/open.ts';
import type { CategoryStore, RetentionTerms } from '../../app/inventory/category-store.ts';
import { Register } from '../../app/inventory/register.ts';
import { newId } from '../../app/kernel/ids.ts';
import { insertContact } from '../../app/privacy/contact/store.ts';

/** What is kept of contacts, subscribers and choices: collected, erased, and gone when its time is over. */

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2030, 0, 1);
const register = new Register(categories);

const terms: RetentionTerms = {
  now: NOW,
  serviceDays: 30,
  relationshipDays: 1095,
  invitationDays: 30,
  attestationDays: 365,
  letterDays: 30,
  heldIds: new Set(),
};

function storeOf(name: string): CategoryStore {
  const { store } = register.named(name);
  if (!store) throw new Error(`${name} stores nothing`);
  return store;
}

async function open(t: Test): Promise<Database> {
  const database = await openDatabase(`${t.testdir()}/data.sqlite`);
  t.teardown(() => database.destroy());
  return database;
}

async function contact(database: Database, email: string, daysAgo: number): Promise<string> {
  const id = newId();
  await database.transaction((transaction) =>
    insertContact(transaction, {
      id,
      company: 'Clinic',
      name: 'Ana',
      sort_name: 'ana',
      email,
      phone: '',
      message: 'Hello',
      language: 'en',
      host: 'localhost',
      created_at: NOW - daysAgo * DAY_MS,
      handled_at: null,
    }),
  );
  return id;
}

async function subscription(
  database: Database,
  email: string,
  daysAgo: { readonly asked: number; readonly confirmed?: number; readonly ended?: number },
): Promise<string> {
  const id = newId();
  const at = (days: number | undefined) => (days === undefined ? null : NOW - days * DAY_MS);
  await database('subscriptions').insert({
    id,
    email,
    language: 'en',
    text_version: 'x',
    asked_at: at(daysAgo.asked),
    confirmed_at: at(daysAgo.confirmed),
    ended_at: at(daysAgo.ended),
  });
  return id;
}

async function consent(database: Database, row: Record<string, unknown>, daysAgo: number): Promise<void> {
  await database('consents').insert({
    id: newId(),
    purpose: 'surveys',
    text_version: 'x',
    language: 'en',
    hosts: '["localhost"]',
    is_given: 1,
    decided_at: NOW - daysAgo * DAY_MS,
    ...row,
  });
}

async function expireAll(database: Database, store: CategoryStore, now: RetentionTerms): Promise<void> {
  const { due } = await store.count(database, now);
  let gone = 0;
  for (;;) {
    const count = await database.transaction((transaction) => store.expire(transaction, now, 1));
    if (count === 0) break;
    gone += count;
  }
  t.equal(gone, due, 'as many as were announced');
}

t.test('contacts: three years, by their address, the words that find them included', async (t) => {
  const database = await open(t);
  const store = storeOf('contacts');
  await contact(database, 'old@x.example', 1095);
  await contact(database, 'ana@x.example', 1093);
  await contact(database, 'ana@x.example', 1);
  t.same(await store.count(database, terms), { total: 3, due: 1 });
  await expireAll(database, store, terms);
  t.same(await database('contacts').pluck('email'), ['ana@x.example', 'ana@x.example']);
  const subject = { kind: 'address', email: 'ana@x.example' } as const;
  t.match(await store.collect(database, subject), [{ message: 'Hello', company: 'Clinic' }, {}]);
  t.equal(await database.transaction((transaction) => store.erase(transaction, subject)), 2);
  t.same(await database('contacts_words'), []);
});

t.test('subscribers: each of the three ends', async (t) => {
  const database = await open(t);
  const store = storeOf('subscriptions');
  const kept = [
    await subscription(database, 'reader@x.example', { asked: 1000, confirmed: 1000 }),
    await subscription(database, 'leaver@x.example', { asked: 100, confirmed: 100, ended: 20 }),
    await subscription(database, 'asker@x.example', { asked: 1 }),
  ];
  await subscription(database, 'long-ago@x.example', { asked: 1200, confirmed: 1095 });
  await subscription(database, 'left@x.example', { asked: 100, confirmed: 100, ended: 30 });
  await subscription(database, 'silent@x.example', { asked: 2 });
  await expireAll(database, store, terms);
  t.same((await database('subscriptions').pluck('id')).sort(), kept.sort());
});

t.test(
  'choices: six months and the time of service data; those about the newsletter go with it',
  async (t) => {
    const database = await open(t);
    const store = storeOf('consents');
    const reader = await subscription(database, 'reader@x.example', { asked: 900, confirmed: 900 });
    await consent(database, { subscription_id: reader, purpose: 'newsletter' }, 900);
    await consent(database, { browser_hash: 'a' }, 212);
    await consent(database, { browser_hash: 'b' }, 210);
    await expireAll(database, store, terms);
    t.same((await database('consents').pluck('purpose')).sort(), ['newsletter', 'surveys']);
    const subject = { kind: 'address', email: 'reader@x.example' } as const;
    t.match(await store.collect(database, subject), [{ purpose: 'newsletter', given: true }]);
    await database.transaction((transaction) => storeOf('subscriptions').erase(transaction, subject));
    t.same(await database('consents').pluck('browser_hash'), ['b']);
  },
);

t.test('whoever is held keeps what is theirs', async (t) => {
  const database = await open(t);
  const [organisationId, personId] = [newId(), newId()];
  await database('organisations').insert({
    id: organisationId,
    name: 'Clinic',
    sort_name: 'clinic',
    status: 'active',
    started_at: 1,
    created_at: 1,
  });
  await database('people').insert({
    id: personId,
    organisation_id: organisationId,
    email: 'ana@x.example',
    name: 'Ana',
    sort_name: 'ana',
    language: 'en',
    role: 'member',
    status: 'active',
    created_at: 1,
  });
  await contact(database, 'ana@x.example', 2000);
  await subscription(database, 'ana@x.example', { asked: 2000, confirmed: 2000 });
  await consent(database, { person_id: personId }, 2000);
  const held = { ...terms, heldIds: new Set([personId]) };
  for (const name of ['contacts', 'subscriptions', 'consents']) {
    t.same(await storeOf(name).count(database, held), { total: 1, due: 0 }, name);
    t.equal(await database.transaction((trx) => storeOf(name).expire(trx, held, 10)), 0, name);
    t.same(await storeOf(name).count(database, terms), { total: 1, due: 1 }, name);
  }
});
