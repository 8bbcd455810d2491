import t from 'tap';
import en from '../../app/locales/en.json' with { type: 'json' };
import { Clinic } from './clinic.ts';

const EMAIL = 'marie@example.org';
const OTHER = 'pierre@example.org';

/** A code that is not the right one. */
const wrong = (code: string, by = 1) => String((Number(code) + by) % 1_000_000).padStart(6, '0');

t.test('a hundred at once use one link, and one is let in', async (t) => {
  const clinic = await Clinic.open(t);
  await clinic.person(EMAIL);
  const { linkPath } = await clinic.ask(EMAIL);
  const visitors = Array.from({ length: 100 }, () => clinic.visitor());
  const statuses = await Promise.all(visitors.map(async (each) => (await each.post(linkPath)).status));
  t.equal(statuses.filter((status) => status === 303).length, 1);
  t.equal(statuses.filter((status) => status === 410).length, 99);
  t.equal((await clinic.database('sessions').select()).length, 1);
});

t.test('a hundred at once use one code, and one is let in', async (t) => {
  const clinic = await Clinic.open(t);
  await clinic.person(EMAIL);
  const visitor = clinic.visitor();
  const { code } = await clinic.ask(EMAIL, visitor);
  const answers = await Promise.all(
    Array.from({ length: 100 }, () => visitor.copy().post('/sign-in/code', { code })),
  );
  t.equal(answers.filter(({ status }) => status === 303).length, 1);
  t.equal((await clinic.database('sessions').select()).length, 1);
});

t.test('a code is void after its tries, however many come at once; its link is not', async (t) => {
  const clinic = await Clinic.open(t, { sign_in: { code_tries: 3 } });
  await clinic.person(EMAIL);
  const visitor = clinic.visitor();
  const { code, linkPath } = await clinic.ask(EMAIL, visitor);
  const guesses = Array.from({ length: 12 }, (_, index) =>
    visitor.copy().post('/sign-in/code', { code: wrong(code, index + 1) }),
  );
  for (const { status } of await Promise.all(guesses)) t.equal(status, 400);
  const [row] = await clinic.database('sign_ins').select();
  t.equal(row.wrong_codes, 3, 'no more than three were compared');
  const right = await visitor.copy().post('/sign-in/code', { code });
  t.equal(right.status, 400);
  t.match(right.text, en.signIn.wrongCode, 'nothing tells that it would have been the right one');
  t.equal((await visitor.get(linkPath)).status, 303);
});

t.test('who asks for several letters can guess at each no more often than at one', async (t) => {
  const clinic = await Clinic.open(t, { sign_in: { code_tries: 3 } });
  await clinic.person(EMAIL);
  const letters = [await clinic.ask(EMAIL), await clinic.ask(EMAIL), await clinic.ask(EMAIL)];
  const attacker = clinic.visitor();
  const [first] = letters;
  for (let guess = 1; guess <= 3; guess += 1) {
    await attacker.post('/sign-in/code', { email: EMAIL, code: wrong(first?.code ?? '', guess) });
  }
  const rows = await clinic.database('sign_ins').select('wrong_codes_elsewhere');
  t.same(
    rows.map(({ wrong_codes_elsewhere }) => wrong_codes_elsewhere),
    [3, 3, 3],
  );
  for (const { code } of letters)
    t.equal((await attacker.post('/sign-in/code', { email: EMAIL, code })).status, 400);
});

t.test('who guesses elsewhere does not use up the tries of the browser that asked', async (t) => {
  const clinic = await Clinic.open(t, { sign_in: { code_tries: 3 } });
  await clinic.person(EMAIL);
  const visitor = clinic.visitor();
  const own = await clinic.ask(EMAIL, visitor);
  const attacker = clinic.visitor();
  const foreign = await clinic.ask(EMAIL, attacker);
  for (let guess = 1; guess <= 5; guess += 1) {
    await attacker.post('/sign-in/code', { code: wrong(foreign.code, guess) });
    await clinic.visitor().post('/sign-in/code', { email: EMAIL, code: wrong(own.code, guess) });
  }
  t.equal((await attacker.post('/sign-in/code', { code: own.code })).status, 400, 'nor is a code of another');
  t.equal((await visitor.post('/sign-in/code', { code: own.code })).status, 303);
});

t.test('a code opens no other account', async (t) => {
  const clinic = await Clinic.open(t);
  await clinic.person(EMAIL);
  await clinic.person(OTHER, { name: 'Pierre Curie' });
  const { code } = await clinic.ask(EMAIL);
  await clinic.ask(OTHER);
  t.equal((await clinic.visitor().post('/sign-in/code', { email: OTHER, code })).status, 400);
});
