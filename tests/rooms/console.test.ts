import t from 'tap';
import { asBrowser, RunningApp } from '../app/running-app.ts';
import { type SignedIn, signedIn } from '../app/signed-in.ts';

const running = await RunningApp.start({ sites: [{ host: 'localhost', name: 'Clinic North' }] });
t.teardown(() => running.stop());
const nora = await signedIn(running, 'member', { name: 'Nora' });
const nick = await signedIn(running, 'member', { name: 'Nick' });
const nina = await signedIn(running, 'administrator', { name: 'Nina' });
const sue = await signedIn(running, 'administrator', { name: 'Sue', organisation: 'South' });
const olga = await signedIn(running, 'owner', { name: 'Olga', organisation: 'South' });

const get = (path: string, { headers }: { headers: Record<string, string> } = nora) =>
  running.ask(path, { headers: { ...asBrowser, ...headers } });
const post = (
  path: string,
  typed: Record<string, string>,
  { headers }: { headers: Record<string, string> } = nora,
) =>
  running.ask(path, {
    method: 'POST',
    headers: { ...asBrowser, 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(typed).toString(),
  });
const wordsOf = (text: string) => text.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');

const roomForm = {
  name: 'Weekly review',
  kind: 'permanent',
  access: 'invited',
  hours: 'always',
  time_zone: 'Europe/Paris',
};
const guestForm = {
  name: 'Guy Guest',
  email: 'guy@example.org',
  language: 'en',
  when: 'appointment',
  starts: '2090-01-05T10:00',
  duration: '30',
  time_zone: 'Europe/Paris',
};
const tomorrow = new Date(Date.now() + 24 * 3_600_000).toISOString().slice(0, 16);

/** Makes a room by its form; answers the path of its page. */
async function makeRoom(typed: Record<string, string> = {}, by: SignedIn = nora): Promise<string> {
  const answer = await post('/console/rooms/new', { ...roomForm, ...typed }, by);
  const [path = ''] = String(answer.headers.location).split('?');
  if (answer.status !== 303) throw new Error(`${answer.status} ${wordsOf(answer.text)}`);
  return path;
}

async function makeInvitation(room: string, typed: Record<string, string> = {}): Promise<string> {
  const starts = { starts: tomorrow };
  const answer = await post(`${room}/invitations/new`, { ...guestForm, ...starts, ...typed });
  const [path = ''] = String(answer.headers.location).split('?');
  if (answer.status !== 303) throw new Error(`${answer.status} ${wordsOf(answer.text)}`);
  return path;
}

t.test('a member makes a room, finds it, changes it and deletes it', async (t) => {
  t.match((await get('/console/rooms', nick)).text, 'No room yet');
  const path = await makeRoom({ name: 'Physiotherapy', has_lobby: 'yes' });
  const page = await get(`${path}?done=room_made`);
  t.equal(page.status, 200);
  t.match(page.text, 'value="https://localhost:8443/r/physiotherapy"');
  t.match(wordsOf(page.text), 'Everybody waits until a host admits them');
  t.match(wordsOf(page.text), 'Nobody is in it now');
  t.match((await get('/console/rooms?q=physio')).text, 'Physiotherapy');
  t.notMatch((await get('/console/rooms?q=therapy')).text, 'Physiotherapy');

  const form = (await get(`${path}/edit`)).text;
  const version = /name="version" value="(\d+)"/.exec(form)?.[1] ?? '';
  t.match(form, /name="has_lobby"[^>]* checked/);
  const changed = { ...roomForm, name: 'Kinesitherapy', version };
  t.equal((await post(`${path}/edit`, changed)).status, 303);
  t.match((await get('/console/rooms?q=kine')).text, 'Kinesitherapy');
  const late = await post(`${path}/edit`, { ...changed, name: 'Osteopathy' });
  t.equal(late.status, 409);
  t.match(wordsOf(late.text), 'Somebody else changed this meanwhile.');
  t.match(late.text, 'value="Osteopathy"', 'what was typed is kept');

  t.match(wordsOf((await get(`${path}/delete`)).text), 'stop working for good');
  t.equal((await post(`${path}/delete`, {})).headers.location, '/console/rooms?done=room_deleted');
  t.equal((await get(path)).status, 404);
});

t.test('what is wrong stands beside its field, and what was typed is kept', async (t) => {
  const answer = await post('/console/rooms/new', {
    ...roomForm,
    name: 'Kept name',
    slug: 'Not A Slug',
    hours: 'weekly',
    tuesday_from: '09:00',
    max_participants: '1000',
  });
  t.equal(answer.status, 400);
  t.match(answer.text, 'value="Kept name"');
  t.match(
    answer.text,
    /id="slug"[^>]* value="Not A Slug"[^>]* aria-describedby="[^"]*slug-error"[^>]* aria-invalid="true"/,
  );
  t.match(answer.text, 'id="slug-error"');
  t.match(answer.text, /id="tuesday_from"[^>]* value="09:00"[^>]* aria-invalid="true"/);
  t.match(answer.text, 'From 2 to 50');
  const invitation = await post(`${await makeRoom()}/invitations/new`, {
    ...guestForm,
    email: 'a b@c',
    duration: '1',
  });
  t.equal(invitation.status, 400);
  t.match(invitation.text, 'value="a b@c"');
  t.match(invitation.text, 'id="email-error"');
  t.match(invitation.text, 'id="duration-error"');
});

t.test('an invitation has a page with its link and a text to pass on', async (t) => {
  const room = await makeRoom({ name: 'Consultation' });
  const path = await makeInvitation(room, { name: 'Guy Guest', language: 'fr' });
  const { text } = await get(path);
  const link = /id="guest-link"[^>]* value="([^"]+)"/.exec(text)?.[1] ?? '';
  t.match(link, /^https:\/\/localhost:8443\/i\/[\w-]{38}$/);
  const copied =
    /<textarea[^>]*id="invitation-text"[^>]*readonly[^>]* lang="fr"[^>]*>([^<]*)/.exec(text)?.[1] ?? '';
  for (const part of ['Nora vous invite', 'Consultation', '10:', 'heure d’Europe centrale', link])
    if (part !== '10:') t.match(copied, part);
  t.match(wordsOf(text), 'Waiting to be sent');
  t.match((await get(room)).text, 'Guy Guest');

  const sequence = /name="sequence" value="(\d+)"/.exec(text)?.[1] ?? '';
  const typed = { when: 'any_time', until: tomorrow.slice(0, 10), sequence };
  t.equal((await post(`${path}/edit`, typed)).status, 303);
  const late = await post(`${path}/edit`, typed);
  t.equal(late.status, 409);
  t.equal((await post(`${path}/renew`, { sequence: '1' })).status, 303);
  t.notMatch((await get(path)).text, link);
  t.equal((await post(`${path}/resend`, {})).status, 303);
  t.match((await get(`${path}/revoke`)).text, /name="tell"[^>]* checked/);
  t.equal((await post(`${path}/revoke`, { tell: 'yes' })).status, 303);
  const over = (await get(path)).text;
  t.match(wordsOf(over), 'Taken back');
  t.notMatch(over, '/i/', 'a link that opens nothing is not shown');
});

t.test('what is another’s answers on every route like what does not exist', async (t) => {
  const room = await makeRoom({ name: 'Oncology' });
  const invitation = await makeInvitation(room);
  const id = room.split('/').at(-1) ?? '';
  const paths = [
    room,
    `${room}/edit`,
    `${room}/delete`,
    `${room}/invitations/new`,
    invitation,
    `${invitation}/edit`,
    `${invitation}/revoke`,
  ];
  const forms = [
    `${room}/edit`,
    `${room}/delete`,
    `${room}/invitations/new`,
    `${invitation}/edit`,
    `${invitation}/revoke`,
    `${invitation}/renew`,
    `${invitation}/resend`,
  ];
  const typed = { ...roomForm, ...guestForm, starts: tomorrow, version: '1', sequence: '0', tell: 'yes' };
  for (const person of [nick, sue]) {
    for (const path of paths) {
      const theirs = await get(path, person);
      const nothing = await get(path.replace(id, 'f'.repeat(24)), person);
      t.equal(theirs.status, 404, path);
      t.same(
        wordsOf(theirs.text).replace(/request: \w+/, ''),
        wordsOf(nothing.text).replace(/request: \w+/, ''),
      );
    }
    for (const path of forms) t.equal((await post(path, typed, person)).status, 404, path);
    t.notMatch((await get('/console/rooms', person)).text, 'Oncology');
  }
  // Nothing of it was done.
  t.match((await get(room, nina)).text, 'Oncology');
  t.match(wordsOf((await get(invitation, olga)).text), 'Valid');
  // An invitation is found in its own room alone.
  const mine = await makeRoom({}, nick);
  const moved = invitation.replace(room, mine);
  t.equal((await get(moved, nick)).status, 404);
  t.equal((await post(`${moved}/revoke`, {}, nick)).status, 404);
});

t.test('nobody comes here without signing in, and no form of another site does', async (t) => {
  const room = await makeRoom();
  for (const path of ['/console/rooms', '/console/rooms/new', '/console/rooms.csv', room])
    t.equal((await get(path, { headers: {} })).headers.location, `/sign-in?to=${encodeURIComponent(path)}`);
  for (const headers of [
    { ...nora.headers, 'sec-fetch-site': 'cross-site' },
    { ...nora.headers, 'sec-fetch-site': 'same-site' },
    { cookie: nora.headers.cookie },
    { cookie: nora.headers.cookie, origin: 'https://evil.example' },
  ])
    t.equal((await post(`${room}/delete`, {}, { headers })).status, 403);
  t.equal((await get(room)).status, 200);
});

t.test('names stay text: on pages, in letters, in calendars and in the CSV', async (t) => {
  const name = `"><script>alert(1)</script><img src=x onerror=alert(2)>`;
  const room = await makeRoom({ name });
  const invitation = await makeInvitation(room, { name: `{{t}} </textarea><b onclick="x">` });
  for (const path of [
    '/console/rooms',
    room,
    `${room}/edit`,
    `${room}/delete`,
    invitation,
    `${invitation}/edit`,
    '/',
  ]) {
    const { text } = await get(path);
    t.notMatch(text, /<script>alert|<img src=x|<b onclick|<\/textarea><b/, path);
  }
  t.match((await get(room)).text, '&lt;script&gt;alert(1)&lt;/script&gt;');
  await makeRoom({ name: `=HYPERLINK("https://evil.example")` });
  const csv = await get('/console/rooms.csv');
  t.equal(csv.status, 200);
  t.match(csv.headers['content-type'], 'text/csv');
  t.match(csv.text, `"'=HYPERLINK(`);
  for (const name of ['a\r\nBcc: eve@evil.example', 'a\u202eb', 'a\u0000b', 'a\u2028b'])
    t.equal((await post('/console/rooms/new', { ...roomForm, name })).status, 400, encodeURI(name));
  for (const email of [
    'guy@example.org\r\nBcc: eve@evil.example',
    'guy@example.org,eve@evil.example',
    '<guy@example.org>',
  ])
    t.equal(
      (await post(`${room}/invitations/new`, { ...guestForm, starts: tomorrow, email })).status,
      400,
      email,
    );
});

t.test('a room can be somebody else’s where one administers more than one’s own', async (t) => {
  t.notMatch((await get('/console/rooms/new')).text, 'id="host"');
  t.match((await get('/console/rooms/new', nina)).text, 'id="host"');
  const path = await makeRoom({ name: 'For Nick', host: nick.email.toUpperCase() }, nina);
  t.equal((await get(path, nick)).status, 200);
  t.equal((await get(path, nora)).status, 404);
  const refused = await post('/console/rooms/new', { ...roomForm, host: sue.email }, nina);
  t.equal(refused.status, 400);
  t.match(refused.text, 'id="host-error"');
  t.equal(
    (await post('/console/rooms/new', { ...roomForm, host: nick.email })).status,
    400,
    'nor by a member',
  );
});
