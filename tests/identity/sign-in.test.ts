import t from 'tap';
import { HOUR_MS, MINUTE_MS } from '../../app/kernel/clock.ts';
import en from '../../app/locales/en.json' with { type: 'json' };
import fr from '../../app/locales/fr.json' with { type: 'json' };
import { Clinic } from './clinic.ts';

const EMAIL = 'marie@example.org';

t.test('address, letter, link: the browser that asked is let in by the link alone', async (t) => {
  const clinic = await Clinic.open(t);
  const id = await clinic.person(EMAIL);
  const visitor = clinic.visitor({
    'user-agent': 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0',
  });

  const form = await visitor.get('/sign-in?to=/r/ward-3');
  t.equal(form.status, 200);
  t.match(form.text, 'name="to" value="/r/ward-3"');
  const asked = await visitor.post('/sign-in', { email: ' Marie@EXAMPLE.org ', to: '/r/ward-3' });
  t.equal(asked.status, 303);
  t.equal(asked.headers.location, '/sign-in/code?to=%2Fr%2Fward-3');
  const waiting = await visitor.get(String(asked.headers.location));
  t.match(waiting.text, EMAIL, 'it says where the letter went');
  t.match(waiting.text, 'inputmode="numeric"');
  t.match(waiting.text, 'autocomplete="one-time-code"');

  const letter = await clinic.letter(EMAIL);
  t.match(letter.text, 'Firefox, Windows');
  t.match(letter.code, /^\d{6}$/);
  t.equal((await visitor.get('/account')).headers.location, '/sign-in?to=%2Faccount');
  const entered = await visitor.get(letter.linkPath);
  t.equal(entered.status, 303);
  t.equal(entered.headers.location, '/r/ward-3');
  t.notOk(visitor.cookies.has('__Host-sign-in'), 'the asking is over');
  const account = await visitor.get('/account');
  t.equal(account.status, 200);
  t.match(account.text, 'Firefox, Windows');
  t.match(account.text, 'Marie Curie');
  t.equal((await visitor.get('/sign-in?to=/r/x')).headers.location, '/r/x', 'no form for who is signed in');

  const rows = await clinic.database('sessions').where({ person_id: id });
  t.equal(rows.length, 1);
  const stored = JSON.stringify([rows, await clinic.database('sign_ins').select()]);
  for (const secret of [visitor.cookies.get('__Host-session'), letter.code, letter.linkPath.slice(14), EMAIL])
    t.notMatch(stored, String(secret), 'nothing that opens anything is stored as it is');
  t.notMatch(JSON.stringify(clinic.running.log), EMAIL);
  t.notMatch(JSON.stringify(clinic.running.log), letter.linkPath.slice(14));
});

t.test('a link on another browser needs one press of a button, and works once', async (t) => {
  const clinic = await Clinic.open(t);
  await clinic.person(EMAIL);
  const letter = await clinic.ask(EMAIL);
  const scanner = clinic.visitor();
  for (const method of ['GET', 'HEAD', 'GET'] as const) {
    const looked = await scanner.ask(method, letter.linkPath);
    t.equal(looked.status, 200, `${method} shows the page`);
    t.notOk(scanner.cookies.has('__Host-session'));
  }
  t.match((await scanner.get(letter.linkPath)).text, 'as Marie Curie');
  t.same(await clinic.database('sessions').select(), [], 'whoever looks at it is not signed in');

  const phone = clinic.visitor();
  await phone.get(letter.linkPath);
  t.equal((await phone.post(letter.linkPath)).status, 303);
  t.equal((await phone.get('/account')).status, 200);
  const late = clinic.visitor();
  t.equal((await late.post(letter.linkPath)).status, 410);
  t.equal((await late.get(letter.linkPath)).status, 410);
  t.equal((await late.get('/sign-in/link/AAAA')).status, 410, 'as one that never was');
  t.equal((await late.get('/account')).status, 303);
});

t.test(
  'not even the browser that asked is signed in by what only fetches ahead, or asks for the head',
  async (t) => {
    const clinic = await Clinic.open(t);
    await clinic.person(EMAIL);
    const visitor = clinic.visitor();
    const letter = await clinic.ask(EMAIL, visitor);
    await visitor.get(letter.linkPath, { 'sec-purpose': 'prefetch;prerender' });
    await visitor.ask('HEAD', letter.linkPath);
    t.notOk(visitor.cookies.has('__Host-session'));
    t.equal((await visitor.get(letter.linkPath)).status, 303);
  },
);

t.test('the code, on the browser that asked and on one that did not', async (t) => {
  const clinic = await Clinic.open(t);
  await clinic.person(EMAIL);
  const visitor = clinic.visitor();
  const letter = await clinic.ask(EMAIL, visitor, '/r/ward-3');
  const spaced = `${letter.code.slice(0, 3)} ${letter.code.slice(3)}`;
  const entered = await visitor.post('/sign-in/code', { code: spaced });
  t.equal(entered.status, 303);
  t.equal(entered.headers.location, '/r/ward-3');
  t.equal((await clinic.visitor().post('/sign-in/code', { code: letter.code, email: EMAIL })).status, 400);
  t.equal((await clinic.visitor().get(letter.linkPath)).status, 410, 'the link is used with its code');

  const second = await clinic.ask(EMAIL);
  const elsewhere = clinic.visitor();
  t.match((await elsewhere.get('/sign-in/code')).text, 'name="email"', 'it asks for the address too');
  t.equal(
    (await elsewhere.post('/sign-in/code', { code: second.code, email: 'MARIE@example.org' })).status,
    303,
  );
  t.equal((await elsewhere.get('/account')).status, 200);
});

t.test('several letters live at once', async (t) => {
  const clinic = await Clinic.open(t);
  await clinic.person(EMAIL);
  const visitor = clinic.visitor();
  const first = await clinic.ask(EMAIL, visitor);
  const second = await clinic.ask(EMAIL, visitor);
  t.not(first.code + first.linkPath, second.code + second.linkPath);
  t.equal((await visitor.copy().post('/sign-in/code', { code: first.code })).status, 303);
  t.equal((await visitor.copy().get(second.linkPath)).status, 303, 'both are of this browser');
});

t.test('link and code are over after their minutes, and by the setting', async (t) => {
  const clinic = await Clinic.open(t, { sign_in: { link_minutes: 10 } });
  await clinic.person(EMAIL);
  const visitor = clinic.visitor();
  const early = await clinic.ask(EMAIL, visitor);
  clinic.wait(10 * MINUTE_MS - 5_000);
  t.equal((await clinic.visitor().get(early.linkPath)).status, 200);
  clinic.wait(5_000);
  t.equal((await clinic.visitor().get(early.linkPath)).status, 410);
  t.equal((await visitor.get(early.linkPath)).status, 410);
  t.equal((await visitor.post('/sign-in/code', { code: early.code })).status, 400);
  t.equal(visitor.attributes.get('__Host-sign-in')?.['max-age'], '600');
});

t.test('letters speak the language of the person, pages that of the reader', async (t) => {
  const clinic = await Clinic.open(t);
  await clinic.person(EMAIL, { language: 'fr' });
  const visitor = clinic.visitor({ 'accept-language': 'en' });
  const letter = await clinic.ask(EMAIL, visitor);
  t.match(letter.subject, fr.signIn.letter.subject.replace('{site}', 'Linkello'));
  t.match((await visitor.get('/sign-in/code')).text, en.signIn.sentTitle);
  await visitor.get(letter.linkPath);
  t.match((await visitor.get('/account')).text, fr.account.title, 'who is signed in has their own');
});

t.test('a new sign-in is told by letter, the very first is not', async (t) => {
  const clinic = await Clinic.open(t);
  await clinic.person(EMAIL);
  await clinic.signedIn(EMAIL);
  t.equal(await clinic.letterCount('new_sign_in'), 0);
  await clinic.signedIn(EMAIL, {
    'user-agent':
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1',
  });
  t.equal(await clinic.letterCount('new_sign_in'), 1);
  t.match((await clinic.letter(EMAIL, 'new_sign_in')).text, 'Safari, iPhone');
});

t.test('sessions end when they are idle, and when their days are over', async (t) => {
  const clinic = await Clinic.open(t, { sign_in: { session_idle_hours: 5, session_days: 1 } });
  await clinic.person(EMAIL);
  const visitor = await clinic.signedIn(EMAIL);
  const isIn = async () => (await visitor.get('/account')).status === 200;
  for (let hours = 0; hours < 20; hours += 4) {
    clinic.wait(4 * HOUR_MS);
    t.ok(await isIn(), `used every four hours, after ${hours + 4}`);
  }
  clinic.wait(3 * HOUR_MS);
  t.ok(await isIn());
  clinic.wait(1 * HOUR_MS);
  t.notOk(await isIn(), 'a day after it began');

  const other = await clinic.signedIn(EMAIL);
  clinic.wait(5 * HOUR_MS);
  t.equal((await other.get('/account')).status, 303, 'idle for five hours');
});
