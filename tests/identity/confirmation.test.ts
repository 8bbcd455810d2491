import t from 'tap';
import { MINUTE_MS } from '../../app/kernel/clock.ts';
import en from '../../app/locales/en.json' with { type: 'json' };
import { Clinic } from './clinic.ts';
import type { Visitor } from './visitor.ts';

const EMAIL = 'marie@example.org';
const OTHER = 'pierre@example.org';
/** A page that only somebody opens who has just proved who they are. */
const DANGEROUS = '/console/people.csv';
const wrong = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0');

async function withOwners(t: Parameters<typeof Clinic.open>[0], settings = {}) {
  const clinic = await Clinic.open(t, settings);
  await clinic.person(EMAIL, { role: 'owner' });
  await clinic.person(OTHER, { role: 'owner', name: 'Pierre Curie' });
  return clinic;
}

const isLetIn = async (visitor: Visitor) => (await visitor.get(DANGEROUS)).status === 200;

t.test('a dangerous act asks for a code once half an hour is over', async (t) => {
  const clinic = await withOwners(t);
  const visitor = await clinic.signedIn(EMAIL);
  t.ok(await isLetIn(visitor), 'whoever has just signed in has just proved it');
  clinic.wait(31 * MINUTE_MS);
  const sent = await visitor.get(DANGEROUS);
  t.equal(sent.status, 303);
  t.equal(sent.headers.location, `/confirm?to=${encodeURIComponent(DANGEROUS)}`);

  const page = await visitor.get(String(sent.headers.location));
  t.match(page.text, EMAIL);
  t.notMatch(page.text, 'id="code"', 'no letter yet: a GET sends none');
  t.equal(await clinic.letterCount('confirmation'), 0);
  const asked = await visitor.post('/confirm/letter', { to: DANGEROUS });
  t.equal(asked.headers.location, sent.headers.location);
  t.match((await visitor.get(String(asked.headers.location))).text, 'autocomplete="one-time-code"');
  const { code, linkPath, text } = await clinic.letter(EMAIL, 'confirmation');
  t.equal(linkPath, '', 'no link: it is typed where it was asked for');
  t.match(text, en.confirmation.letter.notYou.slice(0, 30));

  const refused = await visitor.post('/confirm', { code: wrong(code), to: DANGEROUS });
  t.equal(refused.status, 400);
  t.match(refused.text, en.signIn.wrongCode);
  t.notOk(await isLetIn(visitor));
  const confirmed = await visitor.post('/confirm', { code, to: DANGEROUS });
  t.equal(confirmed.status, 303);
  t.equal(confirmed.headers.location, DANGEROUS);
  t.ok(await isLetIn(visitor));
  t.equal((await visitor.post('/confirm', { code, to: DANGEROUS })).status, 400, 'once');
  clinic.wait(29 * MINUTE_MS);
  t.ok(await isLetIn(visitor));
  clinic.wait(2 * MINUTE_MS);
  t.notOk(await isLetIn(visitor), 'and then again');
});

t.test('a code confirms the session that asked, and no other', async (t) => {
  const clinic = await withOwners(t);
  const visitor = await clinic.signedIn(EMAIL);
  const sameOwner = await clinic.signedIn(EMAIL);
  const otherOwner = await clinic.signedIn(OTHER);
  clinic.wait(31 * MINUTE_MS);
  await visitor.post('/confirm/letter');
  const { code } = await clinic.letter(EMAIL, 'confirmation');
  for (const each of [sameOwner, otherOwner]) {
    t.equal((await each.post('/confirm', { code })).status, 400);
    t.notOk(await isLetIn(each));
  }
  t.equal(
    (await clinic.visitor().post('/sign-in/code', { email: EMAIL, code })).status,
    400,
    'nor does it sign in',
  );
  const signIn = await clinic.ask(EMAIL);
  t.equal(
    (await visitor.post('/confirm', { code: signIn.code })).status,
    400,
    'nor a code to sign in confirm',
  );
  t.equal((await visitor.post('/confirm', { code })).status, 303);
  t.ok(await isLetIn(visitor));
});

t.test('its code is void after its tries, and too old after its minutes', async (t) => {
  const clinic = await withOwners(t, { sign_in: { code_tries: 3, confirmation_minutes: 5 } });
  const visitor = await clinic.signedIn(EMAIL);
  clinic.wait(6 * MINUTE_MS);
  await visitor.post('/confirm/letter');
  const first = await clinic.letter(EMAIL, 'confirmation');
  await Promise.all(
    Array.from({ length: 8 }, () => visitor.copy().post('/confirm', { code: wrong(first.code) })),
  );
  t.equal((await visitor.post('/confirm', { code: first.code })).status, 400);
  await visitor.post('/confirm/letter');
  const second = await clinic.letter(EMAIL, 'confirmation');
  clinic.wait(15 * MINUTE_MS);
  t.equal((await visitor.post('/confirm', { code: second.code })).status, 400);
  t.notOk(await isLetIn(visitor));
});

t.test(
  'letters to confirm are limited with those to sign in, and nothing leads to another site',
  async (t) => {
    const clinic = await withOwners(t);
    const visitor = await clinic.signedIn(EMAIL);
    const statuses: number[] = [];
    for (let turn = 0; turn < 5; turn += 1) statuses.push((await visitor.post('/confirm/letter')).status);
    t.same(statuses, [303, 303, 303, 303, 429]);
    const { code } = await clinic.letter(EMAIL, 'confirmation');
    const confirmed = await visitor.post('/confirm', { code, to: '//evil.example' });
    t.equal(confirmed.headers.location, '/console');
  },
);

t.test('nobody confirms who is not signed in', async (t) => {
  const clinic = await withOwners(t);
  const visitor = clinic.visitor();
  t.equal((await visitor.get('/confirm?to=/console')).headers.location, '/sign-in?to=%2Fconsole');
  for (const path of ['/confirm', '/confirm/letter'])
    t.equal((await visitor.post(path, { code: '123456' })).status, 401);
  t.equal(await clinic.letterCount('confirmation'), 0);
});
