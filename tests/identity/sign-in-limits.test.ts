import t from 'tap';
import { DAY_MS, HOUR_MS } from '../../app/kernel/clock.ts';
import en from '../../app/locales/en.json' with { type: 'json' };
import { Clinic } from './clinic.ts';

const EMAIL = 'marie@example.org';
const OTHER = 'pierre@example.org';

/** A code that is not the right one. */
const wrong = (code: string, by = 1) => String((Number(code) + by) % 1_000_000).padStart(6, '0');

t.test(
  'wrong codes are limited by address and over all addresses, and the page says until when',
  async (t) => {
    const clinic = await Clinic.open(
      t,
      {},
      {
        signInLimits: {
          lettersOfAddress: 50,
          wrongCodesOfAddress: 6,
          wrongCodes: 10,
          lettersOfNetwork: 1000,
          triesOfNetwork: 1000,
        },
      },
    );
    for (const email of [EMAIL, OTHER]) await clinic.person(email);
    const guess = async (email: string, times: number) => {
      const statuses: number[] = [];
      for (let turn = 0; turn < times; turn += 1) {
        const visitor = clinic.visitor();
        const { code } = await clinic.ask(email, visitor);
        statuses.push((await visitor.post('/sign-in/code', { code: wrong(code) })).status);
      }
      return statuses;
    };
    t.same(await guess(EMAIL, 7), [400, 400, 400, 400, 400, 400, 429]);
    t.same(await guess(OTHER, 5), [400, 400, 400, 400, 429], 'ten altogether');
    const visitor = clinic.visitor();
    const { code, linkPath } = await clinic.ask(EMAIL, visitor);
    const refused = await visitor.post('/sign-in/code', { code });
    t.equal(refused.status, 429, 'nor is a right one taken');
    t.match(refused.text, en.errors.too_many_codes.sentence);
    const seconds = Number(refused.headers['retry-after']);
    t.ok(seconds > 0 && seconds <= DAY_MS / 1000, String(seconds));
    t.equal((await visitor.get(linkPath)).status, 303, 'the link still lets in');
    clinic.wait(DAY_MS);
    t.same(await guess(EMAIL, 1), [400], 'the next day');
  },
);

t.test(
  'letters are limited by address, known or not, and the page says when the next can be had',
  async (t) => {
    const clinic = await Clinic.open(t);
    await clinic.person(EMAIL);
    for (const email of [EMAIL, 'nobody@example.org']) {
      const answers = [];
      for (let turn = 0; turn < 6; turn += 1)
        answers.push(await clinic.visitor().post('/sign-in', { email }));
      t.same(
        answers.map(({ status }) => status),
        [303, 303, 303, 303, 303, 429],
        email,
      );
      const refused = answers.at(-1);
      t.match(refused?.text ?? '', en.errors.too_many_letters.sentence);
      const seconds = Number(refused?.headers['retry-after']);
      t.ok(seconds > HOUR_MS / 1000 - 60 && seconds <= HOUR_MS / 1000, String(seconds));
    }
    t.equal(
      (await clinic.database('letters').where({ recipient: EMAIL })).length,
      5,
      'that is how many are written',
    );
    clinic.wait(HOUR_MS);
    t.equal((await clinic.visitor().post('/sign-in', { email: EMAIL })).status, 303);
  },
);

t.test('one network address can ask and try so often, and the page says when to come back', async (t) => {
  const limits = { lettersOfAddress: 5, wrongCodesOfAddress: 99, wrongCodes: 99 };
  const signInLimits = { ...limits, lettersOfNetwork: 3, triesOfNetwork: 4 };
  const clinic = await Clinic.open(t, {}, { signInLimits });
  const asked: number[] = [];
  for (let turn = 0; turn < 5; turn += 1)
    asked.push((await clinic.visitor().post('/sign-in', { email: `nr${turn}@example.org` })).status);
  t.same(asked, [303, 303, 303, 429, 429]);
  const refused = await clinic.visitor().post('/sign-in', { email: EMAIL });
  t.match(refused.text, en.errors.too_many_sign_ins.sentence);
  t.ok(Number(refused.headers['retry-after']) > 0);
  t.equal((await clinic.visitor().get('/sign-in')).status, 200, 'the form is still shown');
  const tried: number[] = [];
  for (let turn = 0; turn < 6; turn += 1)
    tried.push((await clinic.visitor().post('/sign-in/code', { email: EMAIL, code: '123456' })).status);
  t.same(tried, [400, 400, 400, 400, 429, 429]);
  const links: number[] = [];
  for (let turn = 0; turn < 6; turn += 1) links.push((await clinic.visitor().get('/sign-in/link/x')).status);
  t.same(links, [410, 410, 410, 410, 429, 429]);
});
