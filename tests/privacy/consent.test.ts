import t, { type Test } from 'tap';
import { openDatabase } from '../../app/database/open.ts';
import { measurement, type Purpose } from '../../app/privacy/consent/purposes.ts';
import { RunningApp } from '../app/running-app.ts';
import { signedIn } from '../app/signed-in.ts';
import { Visitor } from './visitor.ts';

const DAY_MS = 86_400_000;
const CHOICES = '__Host-choices';

/** One that needs a yes; the appliance has none of its own. */
const surveys: Purpose = {
  name: 'surveys',
  basis: 'consent',
  heedsSignals: false,
  words: () => ({ title: 'Surveys', text: 'Now and then we ask how you liked it.' }),
};

class Scene {
  readonly app: RunningApp;
  readonly clock: { now: number };

  private constructor(app: RunningApp, clock: { now: number }) {
    this.app = app;
    this.clock = clock;
  }

  static async start(
    t: Test,
    purposes: readonly Purpose[] = [measurement, surveys],
    settings: Record<string, unknown> = {},
  ): Promise<Scene> {
    const clock = { now: Date.now() };
    const app = await RunningApp.start(settings, { purposes, clock: () => clock.now });
    t.teardown(() => app.stop());
    return new Scene(app, clock);
  }

  async rows(): Promise<readonly Record<string, unknown>[]> {
    const database = await openDatabase(this.app.databaseFile);
    try {
      return await database('consents').orderBy(['decided_at', 'purpose']);
    } finally {
      await database.destroy();
    }
  }

  /** What may be done for a visitor, as other features ask. */
  async allows(
    visitor: Visitor,
    headers: Record<string, string> = {},
    host?: string,
  ): Promise<{ readonly measurement: boolean; readonly surveys: boolean }> {
    const { consent } = this.app.app;
    const cookies = { [CHOICES]: visitor.cookie(CHOICES, host) };
    const reader = { headers, cookies, agreed: null };
    await consent.lookUp(reader);
    return { measurement: consent.mayMeasure(reader), surveys: consent.isAllowed(reader, 'surveys') };
  }
}

const isChecked = (page: string, id: string) => new RegExp(`id="${id}"[^>]* checked`).test(page);

t.test('where nothing needs a yes there is no question, and nothing is stored', async (t) => {
  const none = await Scene.start(t, []);
  const visitor = new Visitor(none.app);
  for (const path of ['/', '/privacy', '/cookies']) {
    const { text, headers } = await visitor.get(path);
    t.notMatch(text, /class="question"/, path);
    t.equal(headers['set-cookie'], undefined, path);
  }
  const { text } = await visitor.get('/cookies');
  t.match(text, /There is nothing to choose/);
  t.match(text, /__Host-session.*__Host-choices/s);
  await visitor.post('/cookies', { all: 'yes' });
  t.equal(visitor.cookie(CHOICES), undefined);
  t.same(await none.rows(), []);
  t.same(await none.allows(visitor), { measurement: false, surveys: false }, 'what is not there is not done');

  const counted = await Scene.start(t, [measurement]);
  t.notMatch(
    (await new Visitor(counted.app).get('/')).text,
    /class="question"/,
    'what is exempt asks nobody',
  );
});

t.test('a question with two equal answers, and nothing before a yes', async (t) => {
  const scene = await Scene.start(t);
  const visitor = new Visitor(scene.app);
  const { text, headers } = await visitor.get('/privacy?x=1');
  t.equal(headers['set-cookie'], undefined);
  t.same(await scene.allows(visitor), { measurement: true, surveys: false });
  const buttons = [...text.matchAll(/<button class="([^"]*)" type="submit" name="all" value="(\w+)"/g)];
  t.same(
    buttons.map(([, look, value]) => [value, look]),
    [
      ['no', 'button is-plain'],
      ['yes', 'button is-plain'],
    ],
  );
  t.notMatch(text, /<dialog|aria-modal|inert/);

  const refused = await visitor.post('/cookies', { to: '/privacy?x=1', all: 'no' });
  t.equal(refused.headers.location, '/privacy?x=1', 'one goes on where one was');
  t.notMatch((await visitor.get('/')).text, /class="question"/, 'a no is an answer');
  t.same(await scene.allows(visitor), { measurement: true, surveys: false });
  const rows = await scene.rows();
  t.equal(rows.length, 1, 'what was not asked is not noted');
  t.match(rows[0], {
    purpose: 'surveys',
    is_given: 0,
    language: 'en',
    person_id: null,
    hosts: '["localhost"]',
  });
});

t.test('a yes, and taking it back', async (t) => {
  const scene = await Scene.start(t);
  const visitor = new Visitor(scene.app, { 'accept-language': 'fr' });
  await visitor.post('/cookies', { surveys: 'yes', measurement: 'no' });
  t.same(await scene.allows(visitor), { measurement: false, surveys: true });
  const { text } = await visitor.get('/cookies');
  t.ok(isChecked(text, 'surveys-yes') && isChecked(text, 'measurement-no'), 'the page shows what was chosen');
  const cookie = visitor.cookie(CHOICES) ?? '';
  const [given] = (await scene.rows()).filter(({ is_given: isGiven }) => isGiven === 1);
  t.match(given, { purpose: 'surveys', language: 'fr', withdrawn_at: null, decided_at: scene.clock.now });
  const [, id = ''] = cookie.split('.');
  t.notMatch(JSON.stringify(await scene.rows()), id, 'the ledger has a hash of it alone');

  scene.clock.now += 1000;
  await visitor.post('/cookies', { all: 'no' });
  t.same(await scene.allows(visitor), { measurement: false, surveys: false });
  const rows = await scene.rows();
  t.match(
    rows.filter(({ purpose }) => purpose === 'surveys'),
    [
      { is_given: 1, withdrawn_at: scene.clock.now },
      { is_given: 0, withdrawn_at: null },
    ],
  );
  visitor.setCookie(CHOICES, cookie);
  t.equal((await scene.allows(visitor)).surveys, false, 'an old cookie does not bring it back');
});

t.test('which text it was can be shown, and another text is another question', async (t) => {
  const scene = await Scene.start(t);
  const visitor = new Visitor(scene.app);
  await visitor.post('/cookies', { all: 'yes' });
  const database = await openDatabase(scene.app.databaseFile);
  t.teardown(() => database.destroy());
  const [text]: string[] = await database('consents')
    .join('consent_texts', 'consent_texts.version', 'consents.text_version')
    .where({ purpose: 'surveys' })
    .pluck('text');
  t.match(text, /Now and then we ask how you liked it/);

  const reworded = { ...surveys, words: () => ({ title: 'Surveys', text: 'Every day.' }) };
  const later = await Scene.start(t, [measurement, reworded]);
  const same = new Visitor(later.app);
  same.setCookie(CHOICES, visitor.cookie(CHOICES) ?? '');
  t.match((await same.get('/')).text, /class="question"/);
});

t.test('a browser that says no', async (t) => {
  const scene = await Scene.start(t);
  for (const signal of [{ dnt: '1' }, { 'sec-gpc': '1' }]) {
    const visitor = new Visitor(scene.app, signal);
    const { text } = await visitor.get('/cookies');
    t.match(text, /Your browser says that it does not want to be tracked/);
    t.notMatch(text, /id="measurement-yes"/);
    t.match(text, /id="surveys-yes"/);
    await visitor.post('/cookies', { all: 'yes' });
    t.same(await scene.allows(visitor, signal), { measurement: false, surveys: true });
  }
  const other = new Visitor(scene.app);
  t.equal((await scene.allows(other, { dnt: '0' })).measurement, true);
});

t.test('what a browser holds is only believed as far as it can be', async (t) => {
  const scene = await Scene.start(t);
  const visitor = new Visitor(scene.app);
  await visitor.post('/cookies', { all: 'yes' });
  const real = visitor.cookie(CHOICES) ?? '';
  for (const forged of [
    '',
    'x',
    real.replace(/^1\.[\w-]{43}/, `1.${'A'.repeat(43)}`),
    real.slice(0, -3),
    `1.${'A'.repeat(43)}.zzzzzzzzzz.surveys~1~${'0'.repeat(12)}`,
  ]) {
    visitor.setCookie(CHOICES, forged);
    const { status } = await visitor.get('/');
    t.equal(status, 200, forged);
    t.equal((await scene.allows(visitor)).surveys, false, forged);
  }
  visitor.setCookie(CHOICES, real);
  t.equal((await scene.allows(visitor)).surveys, true);
  scene.clock.now += 183 * DAY_MS;
  t.equal((await scene.allows(visitor)).surveys, false, 'after six months one is asked again');
  const foreign = await scene.app.ask('/cookies', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'cross-site' },
    body: 'all=yes',
  });
  t.equal(foreign.status, 403, 'no other site answers for somebody');
  const away = await visitor.post('/cookies', { to: '//elsewhere.example/x', all: 'no' });
  t.equal(away.headers.location, '/');
});

t.test('it is in the data of whoever was signed in', async (t) => {
  const scene = await Scene.start(t);
  const ana = await signedIn(scene.app, 'member', { email: 'ana@clinic.example' });
  const visitor = new Visitor(scene.app);
  const [name = '', value = ''] = ana.headers.cookie.split(/=(.*)/s);
  visitor.setCookie(name, value);
  await visitor.post('/cookies', { surveys: 'yes', measurement: 'no' });
  const { consent } = scene.app.app;
  t.equal((await consent.ledger.ofPerson(ana.id)).length, 2);
  const database = await openDatabase(scene.app.databaseFile);
  t.teardown(() => database.destroy());
  await database.transaction((transaction) => consent.ledger.withdraw(transaction, { personId: ana.id }));
  t.equal((await scene.allows(visitor)).surveys, false, 'taken back from the account');
});
