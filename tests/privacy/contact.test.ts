import { join } from 'node:path';
import t, { type Test } from 'tap';
import { openDatabase } from '../../app/database/open.ts';
import { RunningApp } from '../app/running-app.ts';
import { signedIn } from '../app/signed-in.ts';
import { until } from '../deadline.ts';
import { TestRelay } from '../mail/relay.ts';
import { Visitor } from './visitor.ts';

/** The contact form: what it takes, what it does not, and what becomes of it. */

const TYPED = {
  name: 'Zoé Ångström',
  company: 'Clinique du Nord',
  email: 'Zoe@Clinic.example',
  phone: '+33 (0)1 23 45 67 89',
  message: 'Good morning.\r\nHow much is it for 40 people?',
};

async function start(t: Test, settings: Record<string, unknown> = {}, formsOfNetwork = 1000) {
  const clock = { now: Date.now() };
  const app = await RunningApp.start(
    { contact: { enabled: true }, ...settings },
    { clock: () => clock.now, formsOfNetwork },
  );
  const database = await openDatabase(app.databaseFile);
  t.teardown(async () => {
    await database.destroy();
    await app.stop();
  });
  /** The form as it was drawn, some seconds ago. */
  const stamp = async (visitor: Visitor, seconds = 10) => {
    const { text } = await visitor.get('/contact');
    clock.now += seconds * 1000;
    return /name="stamp" value="([^"]+)"/.exec(text)?.[1] ?? '';
  };
  return { app, clock, database, stamp };
}

t.test('off unless it is turned on', async (t) => {
  const app = await RunningApp.start();
  t.teardown(() => app.stop());
  const visitor = new Visitor(app);
  t.equal((await visitor.get('/contact')).status, 404);
  t.notMatch((await visitor.get('/')).text, /href="\/contact"/);
});

t.test('a message is kept, and told of by letter without its writer in the subject', async (t) => {
  const relay = await TestRelay.start();
  t.teardown(() => relay.stop());
  const folder = t.testdir();
  const { app, database, stamp } = await start(t, {
    mail: await relay.settings(folder),
    controller: { support_email: 'help@hospital.example' },
    sites: [{ host: 'localhost', name: 'Hospital', language: 'fr' }],
  });
  t.ok(join(folder, 'x'));
  const visitor = new Visitor(app, { 'accept-language': 'en' });
  t.match((await visitor.get('/')).text, /href="\/contact"/);
  const sent = await visitor.post('/contact', { ...TYPED, stamp: await stamp(visitor), website: '' });
  t.equal(sent.headers.location, '/contact/sent');
  t.match((await visitor.get('/contact/sent')).text, /Your message is sent/);
  t.match(await database('contacts'), [
    {
      name: TYPED.name,
      company: TYPED.company,
      email: 'zoe@clinic.example',
      phone: TYPED.phone,
      message: 'Good morning.\nHow much is it for 40 people?',
      language: 'en',
      host: 'localhost',
      handled_at: null,
    },
  ]);
  const [letter] = await until(
    'the letter',
    () => relay.taken,
    ({ length }) => length > 0,
  );
  t.same(letter?.to, ['help@hospital.example']);
  t.equal(letter?.parsed.subject, 'Nouveau message du formulaire de contact de Hospital');
  t.match(letter?.parsed.text, /Zoé Ångström[\s\S]*zoe@clinic\.example[\s\S]*40 people/);
  t.notMatch(JSON.stringify(app.log), /zoe@|Ångström|Clinique|40 people/i);
});

t.test('without an address for help it goes to the owners; a flood fills no mailbox', async (t) => {
  const { app, database, stamp } = await start(t);
  await signedIn(app, 'owner', { email: 'olga@hospital.example' });
  await signedIn(app, 'member');
  const visitor = new Visitor(app);
  for (let number = 0; number < 22; number += 1)
    await visitor.post('/contact', { ...TYPED, stamp: await stamp(visitor) });
  t.same(await database('contacts').count({ count: '*' }), [{ count: 22 }]);
  const letters: string[] = await database('letters').where({ kind: 'contact_message' }).pluck('recipient');
  t.same([...new Set(letters)], ['olga@hospital.example']);
  t.equal(letters.length, 20);
});

t.test(
  'what is wrong stands beside its field, in the reader’s language, and nothing typed is lost',
  async (t) => {
    const { app, database, stamp } = await start(t);
    const wrong: readonly (readonly [keyof typeof TYPED, string])[] = [
      ['name', ' '],
      ['name', 'x'.repeat(101)],
      ['name', 'Ana\u202egnp'],
      ['name', 'Visit https://win.example'],
      ['company', 'c'.repeat(121)],
      ['email', 'zoe'],
      ['email', 'zoe@clinic.example\nBcc: all@x.example'],
      ['phone', 'call me'],
      ['message', '…'],
      ['message', 'y'.repeat(4001)],
      ['message', 'www.a.example www.b.example http://c.example'],
    ];
    const visitor = new Visitor(app, { 'accept-language': 'fr' });
    for (const [field, value] of wrong) {
      const { status, text } = await visitor.post('/contact', {
        ...TYPED,
        [field]: value,
        stamp: await stamp(visitor),
      });
      t.equal(status, 400, `${field}: ${value.slice(0, 30)}`);
      t.match(
        text,
        new RegExp(`id="${field}"[^>]*aria-describedby="${field}-error"[^>]*aria-invalid="true"`),
      );
      t.match(text, /Il reste quelque chose à corriger/);
      t.match(text, field === 'name' ? /Clinique du Nord/ : /Zoé Ångström/, 'the rest is still there');
    }
    t.same(await database('contacts'), []);
  },
);

t.test(
  'programs: too quick, a field that people do not see, no form at all, one form for many',
  async (t) => {
    const { app, clock, database, stamp } = await start(t);
    const count = async () => (await database('contacts')).length;
    const visitor = new Visitor(app);

    const quick = await stamp(visitor, 1);
    const first = await visitor.post('/contact', { ...TYPED, stamp: quick });
    t.match(first.text, /That was very quick/);
    t.equal(await count(), 0);
    clock.now += 5000;
    const [, again = ''] = /name="stamp" value="([^"]+)"/.exec(first.text) ?? [];
    await visitor.post('/contact', { ...TYPED, stamp: again });
    t.equal(await count(), 1, 'a person who presses once more is heard');

    const trapped = await visitor.post('/contact', {
      ...TYPED,
      stamp: await stamp(visitor),
      website: 'http://x',
    });
    t.equal(trapped.headers.location, '/contact/sent', 'a program is told nothing');
    t.equal(await count(), 1);

    const real = await stamp(visitor);
    const forged = ['', 'x', `${clock.now.toString(36)}.${'A'.repeat(16)}.${'A'.repeat(43)}`, `${real}x`];
    for (const each of forged) {
      const { status, text } = await visitor.post('/contact', { ...TYPED, stamp: each });
      t.equal(status, 400, each);
      t.match(text, /press Send once more/, each);
    }
    t.equal(await count(), 1);
    await visitor.post('/contact', { ...TYPED, stamp: real });
    await visitor.post('/contact', { ...TYPED, stamp: real });
    t.equal(await count(), 2, 'a form is taken once');

    const old = await stamp(visitor, 90_000);
    t.equal((await visitor.post('/contact', { ...TYPED, stamp: old })).status, 400);
  },
);

t.test('one network sends so much and no more', async (t) => {
  const { app, stamp } = await start(t, {}, 2);
  const visitor = new Visitor(app);
  for (const expected of [303, 303, 429]) {
    const { status } = await visitor.post('/contact', { ...TYPED, stamp: await stamp(visitor) });
    t.equal(status, expected);
  }
});

t.test('the console: found, read, handled, exported, deleted, each of it noted', async (t) => {
  const { app, database, stamp } = await start(t);
  const visitor = new Visitor(app);
  await visitor.post('/contact', { ...TYPED, stamp: await stamp(visitor) });
  await visitor.post('/contact', { ...TYPED, name: '=1+1', stamp: await stamp(visitor) });
  const sales = await signedIn(app, 'sales');
  const form = { ...sales.headers, 'content-type': 'application/x-www-form-urlencoded' };
  const get = async (path: string, { headers } = sales) => app.ask(path, { headers });
  const post = async (path: string, headers = form) => app.ask(path, { method: 'POST', headers, body: '' });

  t.match((await get('/console/contacts?q=angs')).text, /Zoé Ångström/);
  t.notMatch((await get('/console/contacts?q=nobody')).text, /Zoé Ångström/);
  const id: string = (await database('contacts').where({ name: TYPED.name }).first('id')).id;
  t.match((await get(`/console/contacts/${id}`)).text, /How much is it for 40 people/);
  const csv = (await get('/console/contacts.csv')).text;
  t.match(csv, /Zoé Ångström,Clinique du Nord,zoe@clinic\.example/);
  t.match(csv, /'=1\+1/);
  t.match((await post(`/console/contacts/${id}/handled`)).headers.location, /done=contact_handled/);
  t.equal((await post(`/console/contacts/${id}/handled`)).status, 409);
  t.notMatch((await get('/console/contacts?state=open')).text, /Zoé Ångström/);
  await post(`/console/contacts/${id}/open`);

  const dpo = await signedIn(app, 'dpo');
  t.equal((await get(`/console/contacts/${id}`, dpo)).status, 200);
  t.notMatch((await get(`/console/contacts/${id}`, dpo)).text, /Delete message/);
  const dpoForm = { ...dpo.headers, 'content-type': 'application/x-www-form-urlencoded' };
  t.equal((await post(`/console/contacts/${id}/delete`, dpoForm)).status, 404);
  for (const role of ['administrator', 'member', 'technical'] as const)
    t.equal((await get('/console/contacts', await signedIn(app, role))).status, 404, role);

  t.match((await post(`/console/contacts/${id}/delete`)).headers.location, /done=contact_deleted/);
  t.equal((await get(`/console/contacts/${id}`)).status, 404);
  t.same(await database('contacts_words').where({ contact_id: id }), []);
  const log: { action: string; details: string }[] = await database('audit').where(
    'action',
    'like',
    'contact%',
  );
  t.same([...new Set(log.map(({ action }) => action))].sort(), [
    'contact.deleted',
    'contact.handled',
    'contact.reopened',
    'contact.viewed',
    'contacts.exported',
    'contacts.listed',
  ]);
  t.notMatch(JSON.stringify(log), /zoe|ångström|angs/i);
});
