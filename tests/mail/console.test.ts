import t, { type Test } from 'tap';
import { openDatabase } from '../../app/database/open.ts';
import type { Letter } from '../../app/mail/letter.ts';
import { RunningApp } from '../app/running-app.ts';
import { type SignedIn, signedIn } from '../app/signed-in.ts';
import { until } from '../deadline.ts';
import { someLetter } from './post-office.ts';
import { refusal, TestRelay } from './relay.ts';

async function start(t: Test, settings: Record<string, unknown> = {}): Promise<RunningApp> {
  const app = await RunningApp.start(settings);
  t.teardown(() => app.stop());
  return app;
}

const post = ({ app }: RunningApp, letter: Letter): Promise<string> => {
  return app.mail.sendNow(letter, async () => {}).then(({ id }) => id);
};

const to = (person: SignedIn, name = 'Zoé Ångström'): Letter['to'] => ({
  email: person.email,
  name,
  language: 'en',
  personId: person.id,
  organisationId: person.organisationId,
});

const form = (person: SignedIn) => ({
  method: 'POST' as const,
  headers: { ...person.headers, 'content-type': 'application/x-www-form-urlencoded' },
  body: '',
});

async function actions(app: RunningApp): Promise<{ action: string; details: string }[]> {
  const database = await openDatabase(app.databaseFile);
  try {
    return await database('audit')
      .where('action', 'like', 'letter%')
      .orderBy('number')
      .select('action', 'details');
  } finally {
    await database.destroy();
  }
}

t.test('without a relay: administrators read letters and pass them on, and that is seen', async (t) => {
  const app = await start(t);
  const administrator = await signedIn(app, 'administrator');
  const member = await signedIn(app, 'member', { email: 'zoe@clinic.example' });
  const id = await post(
    app,
    someLetter({
      kind: 'sign_in',
      to: to(member, 'Zoé <b>'),
      subject: 'Your link <i>',
      blocks: [
        { kind: 'paragraph', text: 'Hello <script>alert(1)</script>' },
        { kind: 'action', label: 'Sign in', url: 'https://localhost/sign-in/abc?x=1&y=2' },
      ],
      isSensitive: true,
    }),
  );
  const list = await app.ask('/console/letters', { headers: administrator.headers });
  t.equal(list.status, 200);
  t.match(list.text, 'zoe@clinic.example');
  t.match(list.text, 'Link to sign in');
  t.match(list.text, /No mail relay is set, so that no letter is sent/);
  const about = await app.ask(`/console/letters/${id}`, { headers: administrator.headers });
  t.match(about.text, 'Zoé &lt;b&gt;');
  t.match(about.text, `/console/letters/${id}/content`);
  const content = await app.ask(`/console/letters/${id}/content`, { headers: administrator.headers });
  t.equal(content.status, 200);
  t.match(content.text, 'Hello &lt;script&gt;alert(1)&lt;/script&gt;');
  t.match(content.text, '<a href="https://localhost/sign-in/abc?x&#x3D;1&amp;y&#x3D;2" rel="noreferrer">');
  t.notMatch(content.text, '<script>alert');
  t.same(await actions(app), [
    { action: 'letters.listed', details: '{}' },
    { action: 'letter.viewed', details: '{"content":false}' },
    { action: 'letter.viewed', details: '{"content":true}' },
  ]);
  const logged = JSON.stringify(app.log);
  t.notMatch(logged, /zoe@|Zoé/);
});

t.test('who sees what', async (t) => {
  const app = await start(t);
  const owner = await signedIn(app, 'owner', { email: 'chief@clinic.example' });
  const administrator = await signedIn(app, 'administrator');
  const technical = await signedIn(app, 'technical');
  const member = await signedIn(app, 'member', { email: 'zoe@clinic.example' });
  const other = await signedIn(app, 'administrator', { organisation: 'Clinic South' });
  const ofMember = await post(app, someLetter({ kind: 'sign_in', to: to(member), isSensitive: true }));
  const ofOwner = await post(
    app,
    someLetter({ kind: 'sign_in', to: to(owner, 'The Chief'), isSensitive: true }),
  );
  const ofNobody = await post(app, someLetter());
  const status = async (who: SignedIn, path: string) =>
    (await app.ask(`/console/letters/${path}`, { headers: who.headers })).status;
  const may = async (who: SignedIn, act: string) =>
    (await app.ask(`/console/letters/${act}`, form(who))).status;

  t.equal(await status(owner, `${ofMember}/content`), 200);
  t.equal(await status(owner, `${ofOwner}/content`), 200);
  t.equal(await status(owner, `${ofNobody}/content`), 200);
  t.equal(await status(administrator, `${ofMember}/content`), 200);
  t.equal(await status(administrator, ofOwner), 200, 'that there is one');
  t.equal(await status(administrator, `${ofOwner}/content`), 404, 'not the way into the account of an owner');
  t.equal(await may(administrator, `${ofOwner}/withdraw`), 404);
  t.equal(await may(administrator, `${ofOwner}/try`), 404);
  for (const path of [ofMember, `${ofMember}/content`, ofNobody, `${ofNobody}/content`]) {
    t.equal(await status(other, path), 404, 'of another organisation, or of none');
    t.equal(await status(member, path), 404);
  }
  for (const act of ['try', 'withdraw']) t.equal(await may(other, `${ofMember}/${act}`), 404);
  t.equal(await may(member, 'test'), 404);

  t.equal(await status(technical, ofMember), 200);
  t.equal(await status(technical, `${ofMember}/content`), 404);
  for (const path of ['', `/${ofMember}`, '?q=zoe']) {
    const page = await app.ask(`/console/letters${path}`, { headers: technical.headers });
    t.equal(page.status, 200);
    t.notMatch(page.text, /zoe@clinic|Zoé/, 'no recipient');
    t.notMatch(page.text, 'type="search"');
  }
  const found = await app.ask('/console/letters?q=zoe', { headers: technical.headers });
  t.match(found.text, ofOwner, 'and none is found by theirs');
  const csv = await app.ask('/console/letters.csv', { headers: technical.headers });
  t.notMatch(csv.text, /zoe@clinic|Zoé|chief/);
  t.match(csv.text, /Link to sign in/);
  const seen = await app.ask('/console/letters.csv', { headers: administrator.headers });
  t.match(seen.text, /zoe@clinic\.example/);
  t.notMatch(seen.text, ofNobody);
  const narrowed = await app.ask('/console/letters?q=zoe+clin', { headers: administrator.headers });
  t.match(narrowed.text, ofMember);
  t.notMatch(narrowed.text, ofOwner);
  t.equal(await may(administrator, `${ofMember}/withdraw`), 303);
  t.equal(await status(administrator, `${ofMember}/content`), 404, 'there is nothing left to read');
  t.equal(await may(administrator, `${ofMember}/withdraw`), 409);
});

t.test('with a relay: nobody reads a way in, and what it refuses is told in words', async (t) => {
  let isRefusing = true;
  const relay = await TestRelay.start({
    server: {
      onRcptTo: (_address, _session, done) =>
        isRefusing ? done(refusal(451, '4.7.1 <zoe@clinic.example> greylisted')) : done(),
    },
  });
  t.teardown(() => relay.stop());
  const app = await start(t, { mail: await relay.settings(t.testdir()) });
  const owner = await signedIn(app, 'owner');
  const member = await signedIn(app, 'member', { email: 'zoe@clinic.example' });
  const id = await post(app, someLetter({ kind: 'sign_in', to: to(member), isSensitive: true }));
  const about = await app.ask(`/console/letters/${id}`, { headers: owner.headers });
  t.match(about.text, /does not take letters for this recipient at present\. Its reply: 451 4\.7\.1\./);
  t.match(about.text, /as it lets its reader in/);
  t.notMatch(about.text, `${id}/content`);
  t.equal((await app.ask(`/console/letters/${id}/content`, { headers: owner.headers })).status, 404);
  const plain = await post(app, someLetter());
  t.equal((await app.ask(`/console/letters/${plain}/content`, { headers: owner.headers })).status, 200);

  isRefusing = false;
  const again = await app.ask(`/console/letters/${id}/try`, form(owner));
  t.equal(again.status, 303);
  t.equal(again.headers.location, `/console/letters/${id}?done=letter_sent`);
  t.match(relay.taken, [{ to: ['zoe@clinic.example'] }]);
  const done = await app.ask(`/console/letters/${id}?done=letter_sent`, {
    headers: { ...owner.headers, 'accept-language': 'fr' },
  });
  t.match(done.text, 'Le relais de messagerie a accepté le courriel.');
  t.match(done.text, 'Son contenu a été effacé');

  const test = await app.ask('/console/letters/test', form(owner));
  t.match(test.headers.location, /^\/console\/letters\/[0-9a-f]{24}\?done=letter_sent$/);
  t.equal(relay.taken.at(-1)?.parsed.subject, 'Test letter from Linkello');
  t.same(relay.taken.at(-1)?.to, [owner.email]);
  const metrics = await app.ask('/metrics');
  t.match(metrics.text, /^linkello_letters_sent 2$/m);
  t.match(metrics.text, /^linkello_letters_waiting 1$/m);
  t.match(await app.app.mail.state(), { isRelayConfigured: true, waiting: 1, givenUp: 0, relayFault: null });
});

t.test('a letter goes out at once, and the app stops cleanly in the middle of one', async (t) => {
  const reached = Promise.withResolvers<void>();
  let isHanging = false;
  const relay = await TestRelay.start({
    server: {
      onMailFrom: (_address, _session, done) => {
        if (!isHanging) return done();
        reached.resolve();
      },
    },
  });
  t.teardown(() => relay.stop());
  const app = await RunningApp.start({ mail: await relay.settings(t.testdir()) });
  const { mail } = app.app;
  const database = await openDatabase(app.databaseFile);
  t.teardown(() => database.destroy());
  const put = () => database.transaction((transaction) => mail.outbox.post(transaction, someLetter()));
  await put();
  await until(
    'the letter arrives',
    () => relay.taken.length,
    (count) => count === 1,
  );
  isHanging = true;
  const id = await put();
  await reached.promise;
  await app.app.close();
  const row = await database('letters').where({ id }).first('state', 'attempts');
  t.same(row, { state: 'waiting', attempts: 1 }, 'the next app sends it');
  await app.stop().catch(() => {});
});
