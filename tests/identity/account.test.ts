import t from 'tap';
import en from '../../app/locales/en.json' with { type: 'json' };
import fr from '../../app/locales/fr.json' with { type: 'json' };
import { Clinic } from './clinic.ts';

const EMAIL = 'marie@example.org';
const OTHER = 'pierre@example.org';

t.test('the cookies of signing in', async (t) => {
  const clinic = await Clinic.open(t, { sign_in: { session_days: 3 } });
  await clinic.person(EMAIL);
  const visitor = clinic.visitor();
  const { linkPath } = await clinic.ask(EMAIL, visitor);
  t.same(visitor.attributes.get('__Host-sign-in'), {
    'max-age': '900',
    path: '/',
    httponly: '',
    secure: '',
    samesite: 'Lax',
  });
  await visitor.get(linkPath);
  t.same(visitor.attributes.get('__Host-session'), {
    'max-age': String(3 * 24 * 3600),
    path: '/',
    httponly: '',
    secure: '',
    samesite: 'Lax',
  });
  t.match(visitor.cookies.get('__Host-session'), /^[\w-]{43}$/, '32 bytes');
});

t.test('signing out ends the session at the server, not only in the browser', async (t) => {
  const clinic = await Clinic.open(t);
  await clinic.person(EMAIL);
  const visitor = await clinic.signedIn(EMAIL);
  const kept = visitor.copy();
  t.equal((await visitor.get('/sign-out')).status, 404, 'no link signs anybody out');
  const out = await visitor.post('/sign-out');
  t.equal(out.status, 303);
  t.notOk(visitor.cookies.has('__Host-session'));
  t.equal((await kept.get('/account')).status, 303);
  t.equal((await visitor.post('/sign-out')).status, 303, 'once more does no harm');
});

t.test('name and language can be changed, and nothing else', async (t) => {
  const clinic = await Clinic.open(t);
  const id = await clinic.person(EMAIL);
  const visitor = await clinic.signedIn(EMAIL);
  const posted = await visitor.post('/account', {
    name: '  Zoé   Müller ',
    language: 'fr',
    role: 'owner',
    email: 'owner@example.org',
    status: 'blocked',
    organisation_id: 'x',
  });
  t.equal(posted.status, 303);
  const [row] = await clinic.database('people').where({ id }).select();
  t.match(row, {
    name: 'Zoé Müller',
    sort_name: 'zoe muller',
    language: 'fr',
    role: 'member',
    email: EMAIL,
    status: 'active',
    organisation_id: clinic.organisationId,
  });
  t.same(await clinic.database('people_words').where({ person_id: id }).orderBy('word').pluck('word'), [
    'example',
    'marie',
    'muller',
    'org',
    'zoe',
  ]);
  t.match((await visitor.get(String(posted.headers.location))).text, fr.account.done.changed);
  for (const name of ['', '   ', 'a'.repeat(61), 'a\u202eb', 'a\nb', 'a\u0000']) {
    const refused = await visitor.post('/account', { name, language: 'en' });
    t.equal(refused.status, 400, JSON.stringify(name));
    t.match(refused.text, 'aria-invalid="true"');
  }
  t.equal((await visitor.post('/account', { name: 'X', language: 'tlh' })).status, 400);
  const [entry] = await clinic.database('audit').where({ action: 'person.changed' });
  t.same(JSON.parse(entry.details), { fields: ['name', 'language'] });
  t.equal(entry.actor_id, id);
});

t.test('sessions are listed, one can be ended, and nobody else’s', async (t) => {
  const clinic = await Clinic.open(t);
  await clinic.person(EMAIL);
  await clinic.person(OTHER, { name: 'Pierre Curie' });
  const visitor = await clinic.signedIn(EMAIL);
  const second = await clinic.signedIn(EMAIL, {
    'user-agent':
      'Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36',
  });
  const stranger = await clinic.signedIn(OTHER);
  const page = await visitor.get('/account');
  t.match(page.text, 'Chrome, Android');
  t.equal(page.text.match(/\/account\/sessions\/[0-9a-f]{24}\/end"/g)?.length, 2, 'their own two');
  t.equal(page.text.match(/class="mark">this browser/g)?.length, 1);

  const idOf = async (device: string) =>
    (await clinic.database('sessions').where({ device }).orderByRaw('rowid DESC').first()).id as string;
  const phone = await idOf('Chrome, Android');
  t.equal((await stranger.post(`/account/sessions/${phone}/end`)).status, 404, 'as if there were none');
  t.equal((await second.get('/account')).status, 200);
  t.equal((await visitor.post(`/account/sessions/${phone}/end`)).status, 303);
  t.equal((await second.get('/account')).status, 303);
  t.equal((await visitor.post(`/account/sessions/${phone}/end`)).status, 404);
  t.equal((await stranger.get('/account')).status, 200);
});

t.test('signing out everywhere ends all browsers, and what was sent and not used', async (t) => {
  const clinic = await Clinic.open(t);
  await clinic.person(EMAIL);
  await clinic.person(OTHER, { name: 'Pierre Curie' });
  const [here, there] = [await clinic.signedIn(EMAIL), await clinic.signedIn(EMAIL)];
  const stranger = await clinic.signedIn(OTHER);
  const open = await clinic.ask(EMAIL);
  t.equal((await here.post('/account/sessions/end-all')).status, 303);
  for (const each of [here, there]) t.equal((await each.get('/account')).status, 303);
  t.equal((await clinic.visitor().post(open.linkPath)).status, 410);
  t.equal((await stranger.get('/account')).status, 200, 'others go on');
});

t.test('what people are called is text on every page and one line in every letter', async (t) => {
  const clinic = await Clinic.open(t);
  const name = `<img src=x onerror=alert(1)>"'&{{t}}`;
  await clinic.person(EMAIL, { name });
  const visitor = await clinic.signedIn(EMAIL);
  const letter = await clinic.ask(EMAIL);
  const pages = [
    await visitor.get('/account'),
    await visitor.get('/'),
    await clinic.visitor().get(letter.linkPath),
    await visitor.post('/account', { name: `${name}${'x'.repeat(60)}`, language: 'en' }),
    await clinic.visitor().post('/sign-in', { email: name, to: name }),
    await clinic.visitor().get(`/sign-in?to=${encodeURIComponent(`/r/${name}`)}`),
    await clinic.visitor().post('/sign-in/code', { email: name, code: name }),
    await visitor.get(`/confirm?to=${encodeURIComponent(`/r/${name}`)}`),
  ];
  for (const { text } of pages) {
    t.notMatch(text, '<img src=x');
    t.notMatch(text, 'onerror=alert(1)>"');
  }
  t.match(pages[0]?.text, '&lt;img src&#x3D;x');

  await clinic.database('people').update({ name: 'Marie\r\nBcc: all@evil.example' });
  await clinic.ask(EMAIL);
  const [row] = await clinic.database('letters').orderByRaw('rowid DESC').limit(1);
  t.notMatch(row.recipient_name, /[\r\n]/);
  t.notMatch(row.subject, /[\r\n]/);
});

t.test('what is no address is refused before anything is written', async (t) => {
  const clinic = await Clinic.open(t);
  const typed = [
    '',
    'marie',
    'marie@',
    '@example.org',
    'marie@example.org\r\nBcc: all@evil.example',
    'marie@example.org, all@evil.example',
    'Marie <marie@example.org>',
    'marie@example.org>',
    '"a b"@example.org',
    'marie@[127.0.0.1]',
    'marie @example.org',
    `${'a'.repeat(65)}@example.org`,
    `a@${'b.'.repeat(200)}org`,
    'a\u0000@example.org',
    'marie@exam\u202eple.org',
  ];
  for (const email of typed) {
    const answer = await clinic.visitor().post('/sign-in', { email });
    t.equal(answer.status, 400, JSON.stringify(email));
    t.match(answer.text, en.signIn.noAddress);
  }
  const several = await clinic.visitor().ask('POST', '/sign-in', {
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' },
    body: 'email=marie%40example.org&email=all%40evil.example',
  });
  t.equal(several.status, 400, 'nor two at once');
  for (const body of ['null', '[]', '"x"', '{"email":{"a":1}}', '{}']) {
    const headers = { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' };
    for (const path of ['/sign-in', '/sign-in/code'])
      t.equal((await clinic.visitor().ask('POST', path, { headers, body })).status, 400, `${path} ${body}`);
  }
  t.same(await clinic.database('sign_ins').select(), []);
  t.same(await clinic.database('letters').select(), []);
});

t.test('links in letters lead to hosts of ours, whatever the Host header says', async (t) => {
  const clinic = await Clinic.open(t, { sites: [{ host: 'meet.example.org' }, { host: 'two.example.org' }] });
  await clinic.person(EMAIL);
  const linkedHost = async (host: string) => {
    const answer = await clinic.visitor({ host }).post('/sign-in', { email: EMAIL });
    if (answer.status !== 303) return answer.status;
    return /https:\/\/([^/\s]+)\/sign-in\/link/.exec((await clinic.letter(EMAIL)).text)?.[1];
  };
  t.equal(await linkedHost('two.example.org'), 'two.example.org:8443');
  t.equal(await linkedHost('TWO.example.org.:1234'), 'two.example.org:8443', 'nor is the port believed');
  t.equal(await linkedHost('203.0.113.66'), 'meet.example.org:8443', 'an address that is not ours');
  t.equal(await linkedHost('[2001:db8::66]:8443'), 'meet.example.org:8443');
  t.equal(await linkedHost('evil.example'), 421);
});
