import fc from 'fast-check';
import t from 'tap';
import { returnPath } from '../../app/identity/return-path.ts';
import { Clinic } from './clinic.ts';

const EMAIL = 'marie@example.org';
const OTHER = 'pierre@example.org';

t.test('a session that somebody put into the browser before is none afterwards', async (t) => {
  const clinic = await Clinic.open(t);
  await clinic.person(EMAIL);
  await clinic.person(OTHER, { name: 'Pierre Curie' });
  const invented = 'A'.repeat(43);
  const visitor = clinic.visitor();
  visitor.cookies.set('__Host-session', invented);
  const { linkPath } = await clinic.ask(EMAIL, visitor);
  await visitor.get(linkPath);
  t.not(visitor.cookies.get('__Host-session'), invented);

  const attacker = await clinic.signedIn(OTHER);
  const planted = attacker.cookies.get('__Host-session') ?? '';
  const victim = clinic.visitor();
  victim.cookies.set('__Host-session', planted);
  const second = await clinic.ask(EMAIL, victim);
  await victim.get(second.linkPath);
  t.not(victim.cookies.get('__Host-session'), planted, 'a fresh token');
  t.equal((await attacker.get('/account')).status, 303, 'and the session that was there has ended');
});

t.test('forms of other sites are refused', async (t) => {
  const clinic = await Clinic.open(t);
  await clinic.person(EMAIL);
  const visitor = await clinic.signedIn(EMAIL);
  const { linkPath } = await clinic.ask(EMAIL);
  const foreign: Record<string, string>[] = [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'none' },
    { 'sec-fetch-site': '' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: `https://localhost:${clinic.running.port + 1}` },
    {},
  ];
  const paths = [
    '/sign-in',
    '/sign-in/code',
    linkPath,
    '/sign-out',
    '/confirm',
    '/confirm/letter',
    '/account',
    '/account/sessions/end-all',
    '/account/sessions/0123456789abcdef01234567/end',
    '/first-owner/x',
  ];
  for (const path of paths) {
    for (const headers of foreign) {
      const body = 'email=nobody%40example.org&code=123456&name=X&language=fr';
      const answer = await visitor.ask('POST', path, {
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
        body,
      });
      t.equal(answer.status, 403, `${path} ${JSON.stringify(headers)}`);
    }
  }
  t.equal((await visitor.get('/account')).status, 200, 'and nothing happened');
  t.equal(await clinic.letterCount(), 2);
});

const evil = [
  'https://evil.example/',
  '//evil.example/',
  '///evil.example/console',
  '/\\evil.example',
  '\\\\evil.example',
  '/%2F/evil.example',
  '/%5Cevil.example',
  'javascript:alert(1)',
  'data:text/html,x',
  '/console/../../evil',
  '/console/..//evil.example',
  '/r/../..//evil.example/console',
  '/console\r\nLocation: https://evil.example',
  '/console\u0000',
  ' /console',
  '/\t/evil.example',
  'console',
  '?x=/console',
  '#/console',
  '@evil.example/console',
  'https:/console',
  'https:evil.example',
  '/consolex',
  '/sign-out',
  '/sign-in/link/abc',
  `/console/${'a'.repeat(5000)}`,
];

t.test('nothing leads to another site', async (t) => {
  const clinic = await Clinic.open(
    t,
    {},
    {
      signInLimits: {
        lettersOfAddress: 99,
        wrongCodesOfAddress: 99,
        wrongCodes: 99,
        lettersOfNetwork: 999,
        triesOfNetwork: 999,
      },
    },
  );
  await clinic.person(EMAIL);
  const host = `https://localhost:${clinic.running.port}`;
  for (const to of evil) {
    const visitor = clinic.visitor();
    const { linkPath } = await clinic.ask(EMAIL, visitor, to);
    const location = String((await visitor.get(linkPath)).headers.location);
    const target = new URL(location, `${host}/sign-in/link/x`);
    t.equal(target.origin, host, to);
    t.match(target.pathname, /^\/(?:console|r)(?:\/|$)/, to);
    const direct = String((await visitor.get(`/sign-in?to=${encodeURIComponent(to)}`)).headers.location);
    t.equal(new URL(direct, `${host}/sign-in`).origin, host, `${to}, signed in already`);
  }
  const listed = await clinic.visitor().get('/sign-in?to=/console&to=//evil.example');
  t.equal(listed.status, 200);
  t.match(listed.text, 'name="to" value="/console"');
});

t.test('whatever is asked for, the way back is a page of ours', (t) => {
  const piece = fc.oneof(
    fc.constantFrom(
      '/',
      '\\',
      '//',
      '..',
      '.',
      '%2f',
      '%5c',
      '%2e',
      ':',
      '@',
      '?',
      '#',
      '\t',
      '\n',
      '\u2028',
    ),
    fc.constantFrom('console', 'account', 'r', 'i', 'evil.example', 'https:', 'javascript:', '[::1]'),
    fc.string({ unit: 'binary', maxLength: 6 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const path = returnPath(pieces.join(''));
      const url = new URL(path, 'https://own.example/sign-in');
      return url.origin === 'https://own.example' && /^\/(?:console|account|r|i)(?:\/|$)/.test(url.pathname);
    }),
    { numRuns: 5000 },
  );
  t.pass();
  t.end();
});
