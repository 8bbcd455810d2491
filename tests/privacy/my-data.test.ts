import { dirname } from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import t, { type Test } from 'tap';
import { categories } from '../../app/categories.ts';
import { HOUR_MS } from '../../app/kernel/clock.ts';
import en from '../../app/locales/en.json' with { type: 'json' };
import { linksOf, load, send, textOf } from '../app/form.ts';
import { RunningApp } from '../app/running-app.ts';
import { type SignedIn, signedIn } from '../app/signed-in.ts';
import { Archive } from './archive.ts';

/** Two people of one organisation, each with values that are found nowhere else, in a running app. */
async function scene(t: Test) {
  const time = { aheadMs: 0 };
  const app = await RunningApp.start({}, { clock: () => Date.now() + time.aheadMs });
  const archive = await Archive.open(dirname(app.databaseFile));
  archive.now = Date.now();
  t.teardown(async () => {
    await archive.database.destroy();
    await app.stop();
  });
  const me = await signedIn(app, 'member', { name: 'Odile Quartz', email: 'odile.quartz@example.org' });
  const other = await signedIn(app, 'member', { name: 'Bruno Zinc', email: 'bruno.zinc@example.org' });
  const mine = await archive.room(me.organisationId, me.id, 'Quartz surgery');
  const theirs = await archive.room(other.organisationId, other.id, 'Zinc ward');
  await archive.invitation(mine, 'Guest Cobalt', { createdBy: me.id });
  await archive.invitation(theirs, 'Odile as guest', { email: me.email, createdBy: other.id });
  await archive.invitation(theirs, 'Guest Nickel', { createdBy: other.id });
  await archive.letter(me.email, { personId: me.id });
  await archive.letter(other.email, { personId: other.id });
  await send(app, me, '/my-data/request', { kind: 'objection', message: 'About beryllium' });
  await send(app, other, '/my-data/request', { kind: 'access', message: 'About antimony' });
  return { app, time, me, other, archive };
}

/** What must be there of the one, and nothing of the other. */
const own = [
  'Odile Quartz',
  'odile.quartz@example.org',
  'Quartz surgery',
  'Odile as guest',
  'About beryllium',
];
const foreign = ['Zinc', 'zinc', 'Nickel', 'nickel', 'Cobalt', 'cobalt', 'antimony'];

async function download({ app }: RunningApp, { headers }: SignedIn, lang = 'en') {
  const answer = await app.inject({
    url: `/my-data/download?lang=${lang}`,
    headers: { host: 'localhost', ...headers },
  });
  const files = new Map(
    Object.entries(unzipSync(answer.rawPayload)).map(([name, bytes]) => [name, strFromU8(bytes)]),
  );
  return { answer, files };
}

t.test(
  'the page shows everything about its reader, with purpose, basis and end, and nobody else',
  async (t) => {
    const { app, me } = await scene(t);
    const page = await load(app, me, '/my-data');
    t.equal(page.status, 200);
    const text = textOf(page);
    for (const value of own) t.ok(text.includes(value), value);
    for (const value of foreign) t.notOk(text.includes(value), value);
    for (const { title, purpose } of [
      en.data.account,
      en.data.rooms,
      en.data.invitations,
      en.data.requests,
    ]) {
      t.ok(text.includes(title) && text.includes(purpose), title);
    }
    t.match(text, /Article 6\(1\)\(b\)/);
    t.match(text, /30 days after its end/, 'the end of retention with the value of this installation');
    t.strictSame(
      linksOf(page, /^\/(account|cookies)$/)
        .slice(0, 2)
        .sort(),
      ['/account', '/account'],
    );
    t.ok(linksOf(page, /kind=erasure/).length === 1 && linksOf(page, /kind=restriction/).length === 1);
    t.equal(linksOf(await load(app, me, '/account'), /^\/my-data$/).length, 1, 'led to from the account');
    t.ok(linksOf(await load(app, me, '/privacy'), /^\/my-data$/).length > 0, 'and from the notice');
    t.equal((await app.ask('/my-data')).status, 303, 'nobody else is let in');
  },
);

t.test('the download opens again, is complete, and holds nothing technical and nobody else', async (t) => {
  const { app, me } = await scene(t);
  const { answer, files } = await download(app, me);
  t.equal(answer.headers['content-type'], 'application/zip');
  t.equal(answer.headers['cache-control'], 'no-store');
  const everything = [...files.values()].join('\n');
  for (const value of foreign) t.notOk(everything.includes(value), value);
  const names = ['account', 'sign_ins', 'letters', 'rooms', 'invitations', 'requests'];
  const page = files.get('my-data.html') ?? '';
  t.strictSame(
    [...files.keys()].sort(),
    ['my-data.html', ...names.flatMap((name) => [`csv/${name}.csv`, `json/${name}.json`])].sort(),
  );
  const technical = categories.filter(({ isTechnical }) => isTechnical).map(({ name }) => name);
  t.ok(technical.includes('audit'), 'of which there are entries about them');
  for (const value of own) {
    t.ok(page.includes(value), `${value} to read`);
    const parts = (kind: string) => names.map((name) => files.get(`${kind}/${name}.${kind}`)).join('\n');
    t.ok(parts('json').includes(value), `${value} as JSON`);
    t.ok(parts('csv').includes(value), `${value} as CSV`);
  }
  const account = JSON.parse(files.get('json/account.json') ?? '');
  t.match(account, { category: 'account', title: 'Accounts', legalBasis: /contract/, kept: /30 days/ });
  t.match(account.records, [{ name: 'Odile Quartz', role: 'member' }]);
  t.notMatch(page, /<script|https?:|src=/, 'the page needs nothing from anywhere');
});

t.test('a French reader gets French words and semicolons', async (t) => {
  const { app, me } = await scene(t);
  const { answer, files } = await download(app, me, 'fr');
  t.match(answer.headers['content-disposition'], /mes-donnees\.zip/);
  t.match(files.get('mes-donnees.html'), /<html lang="fr">[\s\S]*Adresse électronique/);
  t.match(files.get('csv/account.csv'), /name;email;/);
});

t.test('who does it is confirmed before, and noted after', async (t) => {
  const { app, me, time, archive } = await scene(t);
  await download(app, me);
  const noted = await archive.database('audit').where({ actor_id: me.id, action: 'my_data.exported' });
  t.equal(noted.length, 1);
  t.notMatch(noted[0].details, /Quartz|example\.org/);
  time.aheadMs += HOUR_MS;
  const late = await load(app, me, '/my-data/download');
  t.equal(late.status, 303);
  t.match(late.headers.location, /^\/confirm/);
});
