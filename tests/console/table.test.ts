import { parse } from 'csv-parse/sync';
import t from 'tap';
import { type Database, openDatabase } from '../../app/database/open.ts';
import { insertPeople } from '../../app/identity/people-store.ts';
import { newId } from '../../app/kernel/ids.ts';
import { linksOf, load, textOf } from '../app/form.ts';
import { RunningApp } from '../app/running-app.ts';
import { type SignedIn, signedIn } from '../app/signed-in.ts';

const app = await RunningApp.start();
t.teardown(() => app.stop());
const database: Database = await openDatabase(app.databaseFile);
t.teardown(() => database.destroy());

const owner = await signedIn(app, 'owner', {
  organisation: 'Head Office',
  name: 'Zz Last',
  email: 'zz@head.example',
});
const administrator = await signedIn(app, 'administrator', { organisation: 'Head Office', name: 'Zy Last' });
const sales = await signedIn(app, 'sales', { organisation: 'Head Office', name: 'Zx Last' });
const other = await signedIn(app, 'administrator', { organisation: 'Clinic Elsewhere', name: 'Aa First' });

/** 120 people, of whom each name is there twice: only the ids tell them apart. */
const people = Array.from({ length: 120 }, (_, index) => ({
  id: newId(),
  organisationId: owner.organisationId,
  name: `Person ${String(Math.floor(index / 2)).padStart(3, '0')}`,
  email: `p${index}@head.example`,
  language: 'en' as const,
  role: 'member' as const,
  createdAt: Date.UTC(2026, 0, 1) + index,
}));
await database.transaction((transaction) => insertPeople(transaction, people));

const idsOf = (page: { readonly text: string }) =>
  linksOf(page, /^\/console\/people\/[0-9a-f]{24}$/).map((href) => href.slice(-24));
const relOf = ({ text }: { readonly text: string }, rel: 'next' | 'prev') =>
  new RegExp(`href="([^"]*)" rel="${rel}"`)
    .exec(text)?.[1]
    ?.replaceAll('&amp;', '&')
    .replaceAll('&#x3D;', '=');

async function walk(reader: SignedIn, from: string, rel: 'next' | 'prev'): Promise<string[][]> {
  const pages: string[][] = [];
  for (let path: string | undefined = from; path !== undefined; ) {
    const page = await load(app, reader, path);
    pages.push(idsOf(page));
    path = relOf(page, rel);
  }
  return pages;
}

t.test('page by page, forwards and back, everybody once', async (t) => {
  for (const sort of ['name', '-name', 'email', '-made']) {
    const pages = await walk(administrator, `/console/people?sort=${sort}`, 'next');
    t.same(
      pages.map(({ length }) => length),
      [50, 50, 23],
      sort,
    );
    t.equal(new Set(pages.flat()).size, 123);
    let path = `/console/people?sort=${sort}`;
    for (const _ of [1, 2]) path = relOf(await load(app, administrator, path), 'next') ?? '';
    const back = await walk(administrator, path, 'prev');
    t.same(back.toReversed(), pages, 'the same pages on the way back');
  }
});

t.test('rows that come and go meanwhile move no other row', async (t) => {
  const first = await load(app, administrator, '/console/people?sort=name');
  const next = relOf(first, 'next') ?? '';
  const [second] = await walk(administrator, next, 'next');
  await database('people')
    .where({ id: idsOf(first)[10] })
    .delete();
  const [again] = await walk(administrator, next, 'next');
  t.same(again, second);
});

t.test('a cursor that somebody made up does no harm', async (t) => {
  const cursor = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const harmless = [
    'x',
    '%00',
    'e30',
    cursor({}),
    cursor([1]),
    cursor([2, 'a', 'b']),
    cursor([0, null, null]),
    cursor([0, ['a'], { b: 1 }]),
    cursor([0, 1.5, 'x']),
    'A'.repeat(5000),
  ];
  const wanted = idsOf(await load(app, administrator, '/console/people'));
  for (const at of harmless) {
    const page = await load(app, administrator, `/console/people?at=${encodeURIComponent(at)}`);
    t.equal(page.status, 200);
    t.same(idsOf(page), wanted, 'it is the first page');
  }
  const injected = cursor([0, "' OR 1=1 --", '); DROP TABLE people; --']);
  const page = await load(app, administrator, `/console/people?at=${injected}`);
  t.equal(page.status, 200);
  const before = await load(app, other, `/console/people?at=${cursor([0, '', ''])}`);
  t.same(idsOf(before), [other.id], 'nobody else comes into sight');
  const past = await load(app, administrator, `/console/people?at=${cursor([0, 'zzzz', 'z'])}`);
  t.match(textOf(past), 'There is nothing on this page any more');
});

t.test('what is no column, filter or search is as if it were not there', async (t) => {
  const wanted = idsOf(await load(app, administrator, '/console/people'));
  for (const query of [
    'sort=email;DROP',
    'sort=status',
    'role=king',
    'sort=a&sort=b',
    'role=owner&role=member',
    'q[]=a',
  ]) {
    const page = await load(app, administrator, `/console/people?${query}`);
    t.equal(page.status, 200, query);
    t.same(idsOf(page), wanted, query);
  }
  const owners = await load(app, administrator, '/console/people?role=owner');
  t.same(idsOf(owners), [owner.id]);
  for (const q of ['"', "'", '%', '_', '\\', '{', '🙂', '<script>', 'a'.repeat(3000)]) {
    t.equal((await load(app, administrator, `/console/people?q=${encodeURIComponent(q)}`)).status, 200, q);
  }
});

t.test('columns of data that a role is no recipient of are not there', async (t) => {
  t.match(textOf(await load(app, administrator, '/console/people')), 'Last sign-in');
  const page = textOf(await load(app, sales, '/console/people'));
  t.match(page, 'E-mail address');
  t.notMatch(page, 'Last sign-in');
  t.notMatch((await load(app, sales, '/console/people.csv')).text, 'Last sign-in');
});

t.test('as CSV: everything, accents, no formula', async (t) => {
  const names = ['=1+1', '+1', '-1', '@SUM(A1)', 'Zoé "Zoo", Ünal;'];
  await database.transaction((transaction) =>
    insertPeople(
      transaction,
      names.map((name, index) => ({
        id: newId(),
        organisationId: other.organisationId,
        name,
        email: `f${index}@else.example`,
        language: 'fr',
        role: 'member',
        createdAt: Date.UTC(2026, 1, 1),
      })),
    ),
  );
  const answer = await load(app, other, '/console/people.csv?sort=-name');
  t.equal(answer.headers['content-type'], 'text/csv; charset=utf-8');
  t.match(answer.headers['content-disposition'], /^attachment; filename="people\.csv"$/);
  t.equal(answer.headers['cache-control'], 'no-store');
  t.ok(answer.text.startsWith('\ufeff'), 'a spreadsheet reads accents');
  const rows: string[][] = parse(answer.text, { bom: true });
  t.same(rows[0]?.slice(0, 2), ['Name', 'E-mail address']);
  const cells = rows.slice(1).map(([name]) => name);
  t.same(cells, ['Zoé "Zoo", Ünal;', 'Aa First', "'@SUM(A1)", "'=1+1", "'-1", "'+1"]);
  for (const cell of rows.flat()) t.notMatch(cell, /^[=+@\t\r-]/);

  const whole: string[][] = parse((await load(app, administrator, '/console/people.csv')).text, {
    bom: true,
  });
  t.equal(whole.length - 1, 122, 'not one page alone');
  const french = await load(app, other, '/console/people.csv?lang=fr');
  t.match(french.text, /^\ufeffNom;Adresse e-mail;/, 'semicolons where spreadsheets expect them');

  const logged = await database('audit').where({ action: 'people.exported', actor_id: other.id });
  t.equal(logged.length, 2);
  t.match(logged[0], { organisation_id: other.organisationId });
});

t.test('an empty list says what belongs there, and the way to it', async (t) => {
  const made = await signedIn(app, 'administrator', { organisation: 'Clinic Empty', name: 'Only One' });
  const none = await load(app, made, '/console/people?q=nobody');
  t.match(textOf(none), /Nothing matches.*Show all/);
  await database('organisations').insert({
    id: newId(),
    name: 'Clinic New',
    sort_name: 'clinic new',
    status: 'active',
    started_at: 0,
    created_at: 0,
  });
  const { id } = await database('organisations').where({ name: 'Clinic New' }).first();
  const empty = await load(app, owner, `/console/organisations/${id}`);
  t.match(textOf(empty), 'Nobody has an account here yet');
  t.same(linksOf(empty, /import\?organisation=/).length > 0, true);
});
