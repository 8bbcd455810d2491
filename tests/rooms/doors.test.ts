import t from 'tap';
import { asBrowser, RunningApp } from '../app/running-app.ts';
import { signedIn } from '../app/signed-in.ts';

/** Pages before a room, in an app without SFU: where it would let somebody in, it answers that the SFU is away. */
const LET_IN = 503;
const DAY = 24 * 3_600_000;

let ahead = 0;
const running = await RunningApp.start(
  { rooms: { anyone_can_open: false }, sign_in: { session_idle_hours: 720, session_days: 90 } },
  { clock: () => Date.now() + ahead },
);
t.teardown(() => running.stop());
const nora = await signedIn(running, 'member', { name: 'Nora' });
const sam = await signedIn(running, 'member', { name: 'Sam', organisation: 'South' });
const stranger = { headers: {} };

const get = (path: string, { headers }: { headers: Record<string, string> } = stranger) =>
  running.ask(path, { headers: { ...asBrowser, ...headers } });
const wordsOf = (text: string) => text.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
async function made(path: string, typed: Record<string, string>): Promise<string> {
  const answer = await running.ask(path, {
    method: 'POST',
    headers: { ...asBrowser, 'content-type': 'application/x-www-form-urlencoded', ...nora.headers },
    body: new URLSearchParams(typed).toString(),
  });
  if (answer.status !== 303) throw new Error(`${answer.status} ${wordsOf(answer.text)}`);
  return String(answer.headers.location).split('?')[0] ?? '';
}
const roomForm = { kind: 'permanent', access: 'anyone', has_lobby: 'yes', hours: 'always', time_zone: 'UTC' };
const room = (typed: Record<string, string>) => made('/console/rooms/new', { ...roomForm, ...typed });

async function guestLink(path: string, until: string): Promise<string> {
  const invitation = await made(`${path}/invitations/new`, {
    name: 'Guy Guest',
    language: 'en',
    when: 'any_time',
    until,
  });
  const { text } = await get(invitation, nora);
  return /id="guest-link"[^>]* value="https:\/\/[^/]+(\/i\/[\w-]+)"/.exec(text)?.[1] ?? '';
}

t.test('an open door leads on, whoever stands there', async (t) => {
  await room({ name: 'Open', slug: 'open' });
  for (const person of [stranger, nora, sam]) t.equal((await get('/r/open', person)).status, LET_IN);
});

t.test('a closed one says kindly why, before anything is asked', async (t) => {
  await room({ name: 'Staff', slug: 'staff', access: 'signed_in' });
  await room({ name: 'Guests', slug: 'guests', access: 'invited' });
  const cases = [
    ['/r/staff', stranger, 401, 'This room is for people who are signed in.'],
    ['/r/staff', sam, 403, 'This room is for people of another organisation.'],
    ['/r/guests', stranger, 403, 'Only invited people come into this room.'],
    ['/r/guests', sam, 403, 'Only invited people come into this room.'],
    ['/r/nowhere', stranger, 404, 'There is no room of this name.'],
    ['/r/nowhere', nora, 404, 'There is no room of this name.'],
    ['/i/nonsense', stranger, 403, 'This invitation does not count any more.'],
  ] as const;
  for (const [path, person, status, sentence] of cases) {
    const answer = await get(path, person);
    t.equal(answer.status, status, path);
    t.match(wordsOf(answer.text), sentence);
    t.equal(answer.headers['x-robots-tag'], 'noindex, nofollow');
    t.equal(answer.headers['cache-control'], 'no-store');
    t.notMatch(answer.text, /<video|page-data|Staff|Guests/, 'nothing of the room');
    t.equal(answer.text.match(/<h1\b/g)?.length, 1);
  }
  const link = `/sign-in?to=${encodeURIComponent('/r/staff')}`.replaceAll('=', '&#x3D;');
  t.match((await get('/r/staff')).text, `href="${link}"`, 'there is a way to sign in, and back');
  t.notMatch((await get('/r/staff', sam)).text, `href="${link}"`);
});

t.test('out of hours it says when it opens again', async (t) => {
  // An hour of the day that is not now, on every day.
  const hour = (new Date().getUTCHours() + 12) % 24;
  const two = (value: number) => String(value).padStart(2, '0');
  const days = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'].flatMap(
    (day) => [
      [`${day}_from`, `${two(hour)}:00`],
      [`${day}_to`, `${two(hour)}:30`],
    ],
  );
  await room({ name: 'Hours', slug: 'hours', hours: 'weekly', ...Object.fromEntries(days) });
  const closed = await get('/r/hours');
  t.equal(closed.status, 403);
  t.match(wordsOf(closed.text), 'This room is closed now.');
  t.match(wordsOf(closed.text), new RegExp(`It opens again on .* at ${two(hour)}:00 \\(UTC\\)`));
  t.match((await get('/r/hours?lang=fr')).text, /Elle rouvre le .* à /);
  t.equal((await get('/r/hours', nora)).status, LET_IN, 'its host can come in to prepare');
});

t.test('a one-off room closes for good', async (t) => {
  const expires = new Date(Date.now() + DAY).toISOString().slice(0, 16);
  await room({ name: 'Once', slug: 'once', kind: 'one_off', expires });
  t.equal((await get('/r/once')).status, LET_IN);
  ahead = DAY;
  const answer = await get('/r/once', nora);
  t.equal(answer.status, 403);
  t.match(wordsOf(answer.text), 'This room is no longer in use.');
  ahead = 0;
});

t.test('a personal link opens the room for as long as it lasts, and is in no log', async (t) => {
  const path = await room({ name: 'Consultation', slug: 'consultation', access: 'invited' });
  const link = await guestLink(path, new Date(Date.now() + 2 * DAY).toISOString().slice(0, 10));
  t.match(link, /^\/i\/[\w-]{38}$/);
  t.equal((await get('/r/consultation')).status, 403);
  t.equal((await get(link)).status, LET_IN);
  const token = link.slice('/i/'.length);
  for (const forged of [
    `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`,
    token.toLowerCase(),
    `${token}x`,
    token.slice(1),
    `${token}%00`,
    '..%2f..%2fetc',
    'x'.repeat(5000),
  ])
    t.equal((await get(`/i/${forged}`)).status, 403, forged.slice(0, 50));
  ahead = 4 * DAY;
  const over = await get(link);
  t.equal(over.status, 403);
  t.match(wordsOf(over.text), 'This invitation does not count any more.');
  ahead = 0;
  const log = JSON.stringify(running.log);
  t.notMatch(log, token);
  t.notMatch(log, 'consultation');
  t.match(log, '"/i/:token"');
});

t.test('addresses that are written another way lead to the room’s own', async (t) => {
  await room({ name: 'Tricks', slug: 'the-tricks' });
  for (const path of [
    '/r/The-Tricks',
    '/r/the_tricks',
    '/r/the%20tricks',
    '/r/%2e%2e%2fthe-tricks',
    '/r/ｔhe-tricks',
    '/r/thе-tricks',
  ])
    t.equal((await get(encodeURI(path).replaceAll('%25', '%'))).headers.location, '/r/the-tricks', path);
  for (const path of ['/r/..', '/r/../..', '/r/%2e%2e', '/r/%00', `/r/${'x'.repeat(300)}`, '/r/;x=y'])
    t.ok([302, 400, 404].includes((await get(path)).status), path);
});

t.test('home asks for a room that is there, and shows who is signed in their own', async (t) => {
  const page = await get('/');
  t.match(wordsOf(page.text), 'Enter the name of the room that you were told');
  t.notMatch(page.text, 'Your rooms');
  const answer = await get('/r?name=Nowhere%20at%20all');
  t.equal(answer.status, 404);
  t.match(answer.text, 'value="Nowhere at all"');
  t.match(wordsOf(answer.text), 'There is no room of this name.');
  t.equal((await get('/r?name=OPEN')).headers.location, '/r/open');
  const own = await get('/', nora);
  t.match(own.text, 'href="/r/the-tricks"');
  t.notMatch((await get('/', sam)).text, 'href="/r/the-tricks"');
  t.match(wordsOf((await get('/', sam)).text), 'You have no room yet.');
});
