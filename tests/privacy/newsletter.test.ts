import t, { type Test } from 'tap';
import { openDatabase } from '../../app/database/open.ts';
import { dataFolders } from '../../config/data-folder.ts';
import { RunningApp } from '../app/running-app.ts';
import { signedIn } from '../app/signed-in.ts';
import { until } from '../deadline.ts';
import { type TakenLetter, TestRelay } from '../mail/relay.ts';
import { Visitor } from './visitor.ts';

/** The newsletter: nobody gets it who did not ask and confirm, and whoever wants to ends it with one click. */

async function start(t: Test) {
  const relay = await TestRelay.start();
  const clock = { now: Date.now() };
  const app = await RunningApp.start(
    { contact: { newsletter: true }, mail: await relay.settings(t.testdir()) },
    { clock: () => clock.now, formsOfNetwork: 1000 },
  );
  const database = await openDatabase(app.databaseFile);
  t.teardown(async () => {
    await database.destroy();
    await app.stop();
    await relay.stop();
  });
  const to = (email: string) => relay.taken.filter((each) => each.to.includes(email));
  const ask = async (email: string, language = 'en') => {
    const visitor = new Visitor(app, { 'accept-language': language });
    const { text } = await visitor.get('/newsletter');
    clock.now += 10_000;
    const stamp = /name="stamp" value="([^"]+)"/.exec(text)?.[1] ?? '';
    return visitor.post('/newsletter', { email, stamp, website: '' });
  };
  const letterTo = async (email: string, count = 1): Promise<TakenLetter> => {
    const letters = await until(
      `letter ${count} to ${email}`,
      () => to(email),
      ({ length }) => length >= count,
    );
    const letter = letters[count - 1];
    if (letter === undefined) throw new Error('no letter');
    return letter;
  };
  const subscribe = async (email: string, language = 'en') => {
    await ask(email, language);
    const path = pathIn(await letterTo(email), 'confirm');
    await new Visitor(app, { 'accept-language': language }).post(path, {});
  };
  const rows = () => database('subscriptions').orderBy('email');
  return { app, clock, database, relay, to, ask, letterTo, subscribe, rows };
}

function pathIn({ parsed }: TakenLetter, kind: 'confirm' | 'end'): string {
  const [path = ''] = new RegExp(`/newsletter/${kind}/[\\w-]+`).exec(parsed.text ?? '') ?? [];
  return path;
}

t.test('off unless it is turned on', async (t) => {
  const app = await RunningApp.start();
  t.teardown(() => app.stop());
  t.equal((await new Visitor(app).get('/newsletter')).status, 404);
});

t.test('asked for, confirmed by a button of its owner, and noted as a consent', async (t) => {
  const { app, clock, database, ask, letterTo, rows } = await start(t);
  t.equal((await ask('Zoe@Clinic.example', 'fr')).headers.location, '/newsletter/sent');
  const letter = await letterTo('zoe@clinic.example');
  t.match(letter.parsed.subject, /^Confirmez la lettre d’information/);
  t.equal(letter.parsed.headers.get('list-unsubscribe'), undefined, 'there is nothing to end yet');
  const path = pathIn(letter, 'confirm');
  const visitor = new Visitor(app, { 'accept-language': 'fr' });
  t.match((await visitor.get(path)).text, /zoe@clinic\.example/);
  t.match(await rows(), [{ confirmed_at: null }], 'a program that opens links confirms nothing');
  t.match((await visitor.post(path, {})).text, /Vous êtes abonné/);
  t.match(await rows(), [{ email: 'zoe@clinic.example', language: 'fr', confirmed_at: clock.now }]);
  const [consent] = await database('consents')
    .join('consent_texts', 'consent_texts.version', 'consents.text_version')
    .where({ purpose: 'newsletter' });
  t.match(consent, { is_given: 1, language: 'fr', withdrawn_at: null, person_id: null });
  t.match(consent.text, /Je peux y mettre fin à tout moment/);
  t.equal((await visitor.post(path, {})).status, 410, 'the link works once');
});

t.test('the answer is the same whoever is subscribed, and no address is flooded', async (t) => {
  const { app, clock, ask, to, letterTo, subscribe, rows } = await start(t);
  await subscribe('ana@clinic.example');
  const before = await rows();
  clock.now += 16 * 60_000;
  const [known, unknown] = [await ask('ana@clinic.example'), await ask('ben@clinic.example')];
  t.same([known.status, known.headers.location], [unknown.status, unknown.headers.location]);
  t.match((await letterTo('ana@clinic.example', 2)).parsed.text, /You get it already/);
  t.match((await rows())[0], { id: before[0].id, confirmed_at: before[0].confirmed_at });
  for (let number = 0; number < 3; number += 1) await ask('ben@clinic.example');
  await ask('eva@clinic.example');
  await letterTo('eva@clinic.example');
  t.equal(to('ben@clinic.example').length, 1);
  clock.now += 3 * 86_400_000;
  const late = pathIn(await letterTo('ben@clinic.example'), 'confirm');
  t.equal((await new Visitor(app).get(late)).status, 410, 'after two days the link is over');
  t.equal((await new Visitor(app).post(late, {})).status, 410);
});

t.test(
  'written in the console, read in each one’s language, ended by one click and by the page',
  async (t) => {
    const { app, database, to, letterTo, subscribe, ask, rows } = await start(t);
    for (const [email, language] of [
      ['ana@clinic.example', 'en'],
      ['zoe@clinic.example', 'fr'],
      ['eve@clinic.example', 'en'],
    ])
      await subscribe(email ?? '', language);
    await ask('never-confirmed@clinic.example');
    const marketing = await signedIn(app, 'marketing');
    const headers = { ...marketing.headers, 'content-type': 'application/x-www-form-urlencoded' };
    const write = async (fields: Record<string, string>) =>
      app.ask('/console/newsletter/write', {
        method: 'POST',
        headers,
        body: new URLSearchParams(fields).toString(),
      });
    const empty = (await app.ask('/console/newsletter/write', { headers })).text;
    const [, id = ''] = /name="id" value="(\w+)"/.exec(empty) ?? [];
    const typed = {
      id,
      subject_en: 'News of spring',
      text_en: 'Good morning.\n\nThere are <b>more</b> rooms.',
      subject_fr: 'Nouvelles du printemps',
      text_fr: 'Bonjour.\n\nIl y a plus de salles.',
    };
    t.equal((await write({ ...typed, subject_en: '' })).status, 400);
    const preview = await write({ ...typed, act: 'preview' });
    t.match(preview.text, /Send to 3 subscribers/);
    t.match(preview.text, /There are &lt;b&gt;more&lt;\/b&gt; rooms/);
    t.same(await database('newsletters'), [], 'looking is not sending');
    t.match((await write({ ...typed, act: 'send' })).headers.location, /done=newsletter_sent/);
    t.equal((await write({ ...typed, act: 'send' })).status, 409, 'once');

    const ana = await letterTo('ana@clinic.example', 2);
    const zoe = await letterTo('zoe@clinic.example', 2);
    await letterTo('eve@clinic.example', 2);
    t.equal(ana.parsed.subject, 'News of spring');
    t.equal(zoe.parsed.subject, 'Nouvelles du printemps');
    t.equal(to('never-confirmed@clinic.example').length, 1);
    t.notMatch(ana.parsed.html, /<img|src=|<b>more/, 'nothing tells whether it was opened');
    const raw = ana.raw.replaceAll(/\r\n[ \t]+/g, ' ');
    const [, url = ''] = /^List-Unsubscribe: ?<(https:[^>]+)>/im.exec(raw) ?? [];
    t.match(raw, /^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r$/im);
    t.equal(new URL(url).pathname, pathIn(ana, 'end'));

    // As a mailer: no cookie, no origin, multipart (RFC 8058, section 3.2).
    const boundary = 'bbbb';
    const once = await app.ask(new URL(url).pathname, {
      method: 'POST',
      headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
      body: `--${boundary}\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--${boundary}--\r\n`,
    });
    t.equal(once.status, 200);
    const isEnded = async (email: string) =>
      (await rows()).find((row) => row.email === email).ended_at !== null;
    t.ok(await isEnded('ana@clinic.example'));
    t.notOk(await isEnded('zoe@clinic.example'));

    const visitor = new Visitor(app, { 'accept-language': 'fr' });
    const page = await visitor.get(pathIn(zoe, 'end'));
    t.match(page.text, /zoe@clinic\.example ne recevra plus/);
    t.notOk(await isEnded('zoe@clinic.example'), 'a program that opens links ends nothing');
    t.match((await visitor.post(pathIn(zoe, 'end'), {})).text, /Vous êtes désabonné/);
    t.ok(await isEnded('zoe@clinic.example'));
    const given: { withdrawn_at: number | null }[] = await database('consents').where({
      purpose: 'newsletter',
    });
    t.equal(given.filter(({ withdrawn_at: at }) => at !== null).length, 2);

    const urlEncoded = await app.ask(new URL(url).pathname, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'cross-site' },
      body: 'List-Unsubscribe=One-Click',
    });
    t.equal(urlEncoded.status, 200, 'twice is once');
    const forged = await app.ask(`/newsletter/end/${'A'.repeat(38)}`, { method: 'POST', body: '' });
    t.equal(forged.text.length > 0 && forged.status, 200, 'nobody learns who is subscribed');
    t.notOk(await isEnded('eve@clinic.example'));
    t.notMatch(JSON.stringify(app.log), /clinic\.example|News of spring/);

    const log: { action: string }[] = await database('audit').where('action', 'like', 'newsletter%');
    t.equal(log.length, 1);
    for (const role of ['sales', 'administrator', 'member'] as const) {
      const other = await signedIn(app, role);
      t.equal((await app.ask('/console/newsletter', { headers: other.headers })).status, 404, role);
    }
  },
);

t.test('a newsletter that was cut off goes on, and nobody gets it twice', async (t) => {
  const [first, second] = ['a'.repeat(24), 'b'.repeat(24)];
  const now = Date.now();
  const app = await RunningApp.start({}, {}, async (config) => {
    const database = await openDatabase(dataFolders(config.dataFolder).database);
    const subscription = { language: 'en', text_version: '', asked_at: now - 2, confirmed_at: now - 1 };
    await database('subscriptions').insert([
      { ...subscription, id: first, email: 'first@clinic.example' },
      { ...subscription, id: second, email: 'second@clinic.example' },
    ]);
    await database('newsletters').insert({
      id: 'f'.repeat(24),
      made_at: now,
      host: 'localhost',
      subject_en: 'Half',
      text_en: 'Half of it went out.',
      subject_fr: '',
      text_fr: '',
      sent_to: first,
      letters: 1,
    });
    await database.destroy();
  });
  const database = await openDatabase(app.databaseFile);
  t.teardown(async () => {
    await database.destroy();
    await app.stop();
  });
  const [row] = await until(
    'its end',
    () => database('newsletters'),
    ([each]) => each.done_at !== null,
  );
  t.equal(row.letters, 2);
  t.match(await database('letters'), [
    { recipient: 'second@clinic.example', subject: 'Half', unsubscribe_url: /\/newsletter\/end\/[\w-]{38}$/ },
  ]);
});
