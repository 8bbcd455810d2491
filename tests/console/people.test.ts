import t from 'tap';
import { openDatabase } from '../../app/database/open.ts';
import { linksOf, load, send, textOf } from '../app/form.ts';
import { RunningApp } from '../app/running-app.ts';
import { signedIn } from '../app/signed-in.ts';

const app = await RunningApp.start();
t.teardown(() => app.stop());

const owner = await signedIn(app, 'owner', { organisation: 'Head Office' });
const administrator = await signedIn(app, 'administrator', { organisation: 'Clinic North' });
const stranger = await signedIn(app, 'member', {
  organisation: 'Clinic South',
  name: 'Nadia Ünal',
  email: 'nadia@south.example',
});

const database = await openDatabase(app.databaseFile);
t.teardown(() => database.destroy());
const actions = async (id: string): Promise<string[]> =>
  database('audit').where({ object_id: id }).orderBy('number').pluck('action');
const idIn = (location: unknown) => /\/console\/people\/([0-9a-f]{24})/.exec(String(location))?.[1] ?? '';
const fields = { name: 'Émile  Zola', email: ' Emile.Zola@North.example ', language: 'fr', role: 'member' };

t.test(
  'an account is made, written to, found with and without accents, and told of in the log',
  async (t) => {
    const made = await send(app, administrator, '/console/people/new', fields);
    t.equal(made.status, 303);
    const id = idIn(made.headers.location);
    t.match(made.headers.location, `/console/people/${id}?done=person_made`);
    const page = await load(app, administrator, `/console/people/${id}?done=person_made`);
    t.match(textOf(page), /Émile Zola.*emile\.zola@north\.example.*Clinic North.*Member/);
    t.match(textOf(page), 'letter of welcome');

    const row = await database('people').where({ id }).first();
    t.match(row, {
      name: 'Émile Zola',
      sort_name: 'emile zola',
      email: 'emile.zola@north.example',
      status: 'active',
    });
    const letter = await database('letters').where({ person_id: id }).first();
    t.match(letter, {
      kind: 'account_made',
      language: 'fr',
      recipient: 'emile.zola@north.example',
      sensitive: 0,
    });
    t.match(letter.text, /https:\/\/\S+\/sign-in/);
    t.same(await actions(id), ['person.made', 'person.viewed']);

    for (const q of ['zola', 'ZOL', 'émile', 'emi zo', 'emile.zola@north']) {
      const found = await load(app, administrator, `/console/people?q=${encodeURIComponent(q)}`);
      t.match(textOf(found), 'Émile Zola', q);
    }
    const none = await load(app, administrator, '/console/people?q=ola');
    t.match(textOf(none), 'Nothing matches', 'only beginnings of words are found');
  },
);

t.test('what is wrong is told at its field, and what was typed stays', async (t) => {
  const wrong = await send(app, administrator, '/console/people/new', {
    name: '<b>\u202etop</b>',
    email: 'nobody',
    language: 'fr',
    role: 'member',
  });
  t.equal(wrong.status, 400);
  t.match(wrong.text, /id="name"[^>]*aria-describedby="name-error" aria-invalid="true"/);
  t.match(wrong.text, /value="nobody"[^>]*aria-invalid="true"/);
  t.match(wrong.text, /<option value="fr" selected>/);
  t.notMatch(wrong.text, '<b>\u202etop');
  const twice = await send(app, administrator, '/console/people/new', fields);
  t.equal(twice.status, 400);
  t.match(textOf(twice), 'Somebody with this address has an account already');
  const role = await send(app, administrator, '/console/people/new', { ...fields, role: 'owner' });
  t.equal(role.status, 400, 'a role that one cannot give');
});

t.test('an administrator is not told who has an account in another organisation', async (t) => {
  const taken = await send(app, administrator, '/console/people/new', { ...fields, email: stranger.email });
  t.equal(taken.status, 400);
  const said = textOf(taken);
  t.match(said, 'This address cannot be used here.');
  t.notMatch(said, /account already|Nadia|South/);
  const told = await send(app, owner, '/console/people/new', {
    ...fields,
    email: stranger.email,
    organisation: owner.organisationId,
  });
  t.match(textOf(told), 'Somebody with this address has an account already', 'an owner sees everybody');
});

t.test('HTML in a name is text everywhere', async (t) => {
  const name = '<img src=x onerror=alert(1)>"\'&';
  const made = await send(app, administrator, '/console/people/new', {
    ...fields,
    name,
    email: 'html@north.example',
  });
  const id = idIn(made.headers.location);
  for (const path of ['', '/edit', '/role', '/delete']) {
    const page = await load(app, administrator, `/console/people/${id}${path}`);
    t.equal(page.status, 200);
    t.notMatch(page.text, '<img src=x', path);
    t.match(textOf(page), '<img src=x onerror=alert(1)>', path);
  }
  t.notMatch((await load(app, administrator, '/console/people?q=img')).text, '<img src=x');
  const letter = await database('letters').where({ person_id: id }).first();
  t.notMatch(letter.html, '<img src=x');
});

t.test('another address ends the sessions; another name does not', async (t) => {
  const person = await signedIn(app, 'member', { organisation: 'Clinic North', name: 'Ana One' });
  const path = `/console/people/${person.id}`;
  const named = await send(app, administrator, `${path}/edit`, {
    name: 'Ana Two',
    email: person.email,
    language: 'en',
  });
  t.equal(named.status, 303);
  t.equal((await load(app, person, '/account')).status, 200);
  t.match(textOf(await load(app, administrator, '/console/people?q=two')), 'Ana Two');
  t.notMatch(textOf(await load(app, administrator, '/console/people?q=one')), 'Ana Two');
  await send(app, administrator, `${path}/edit`, {
    name: 'Ana Two',
    email: 'ana@north.example',
    language: 'en',
  });
  t.equal((await load(app, person, '/account')).status, 303, 'asked to sign in');
  t.same(await actions(person.id), ['person.changed', 'person.changed']);
});

t.test('another role, and being blocked, end the sessions', async (t) => {
  const person = await signedIn(app, 'member', { organisation: 'Clinic North' });
  const path = `/console/people/${person.id}`;
  t.equal((await send(app, administrator, `${path}/role`, { role: 'administrator' })).status, 303);
  t.equal((await load(app, person, '/account')).status, 303);
  const other = await signedIn(app, 'member', { organisation: 'Clinic North' });
  t.equal((await send(app, administrator, `/console/people/${other.id}/block`)).status, 303);
  t.equal((await load(app, other, '/account')).status, 303);
  t.match(textOf(await load(app, administrator, '/console/people?status=blocked')), 'Blocked');
  t.equal((await send(app, administrator, `/console/people/${other.id}/unblock`)).status, 303);
  t.same(await actions(other.id), ['person.blocked', 'person.unblocked']);
  t.same(await actions(person.id), ['person.role_changed']);
});

t.test('nobody changes their own role, blocks or deletes themselves', async (t) => {
  const path = `/console/people/${administrator.id}`;
  const page = await load(app, administrator, path);
  t.same(linksOf(page, /\/(role|delete)$/), []);
  const role = await send(app, administrator, `${path}/role`, { role: 'member' });
  t.equal(role.status, 400);
  t.match(textOf(role), 'You cannot do this to your own account.');
  t.equal((await send(app, administrator, `${path}/block`)).status, 409);
  t.equal((await send(app, administrator, `${path}/delete`)).status, 409);
});

t.test('an administrator reaches neither owners nor others, nor people above them', async (t) => {
  const boss = await signedIn(app, 'owner', { organisation: 'Clinic North' });
  const officer = await signedIn(app, 'dpo', { organisation: 'Clinic North' });
  for (const { id } of [stranger, boss, officer, { id: 'f'.repeat(24) }]) {
    for (const path of ['/edit', '/role', '/delete']) {
      t.equal((await load(app, administrator, `/console/people/${id}${path}`)).status, 404, path);
      t.equal(
        (await send(app, administrator, `/console/people/${id}${path}`, { role: 'member' })).status,
        404,
      );
    }
    t.equal((await send(app, administrator, `/console/people/${id}/block`)).status, 404);
  }
  t.equal((await load(app, administrator, `/console/people/${stranger.id}`)).status, 404);
  const given = await send(app, administrator, '/console/people/new', {
    ...fields,
    email: 'new@north.example',
    organisation: stranger.organisationId,
  });
  const row = await database('people')
    .where({ id: idIn(given.headers.location) })
    .first();
  t.equal(
    row.organisation_id,
    administrator.organisationId,
    'an organisation that was slipped in counts nothing',
  );
});

t.test('a deleted account leaves its rooms to the organisation, and no letter', async (t) => {
  const person = await signedIn(app, 'member', { organisation: 'Clinic North', email: 'gone@north.example' });
  const path = `/console/people/${person.id}/delete`;
  t.match(textOf(await load(app, administrator, path)), 'erased for good');
  t.equal((await send(app, administrator, path)).status, 303);
  t.equal((await load(app, administrator, `/console/people/${person.id}`)).status, 404);
  t.same(await database('people_words').where({ person_id: person.id }), []);
  t.same(await database('sessions').where({ person_id: person.id }), []);
  t.same(await actions(person.id), ['person.viewed', 'person.deleted']);
});

t.test('dangerous acts ask for a fresh confirmation', async (t) => {
  const stale = await signedIn(app, 'owner');
  await database('sessions')
    .where({ person_id: stale.id })
    .update({ confirmed_at: Date.now() - 60 * 60_000 });
  const path = `/console/people/${stranger.id}`;
  for (const asked of [
    `${path}/role`,
    `${path}/edit`,
    `${path}/delete`,
    '/console/people.csv',
    '/console/people/new',
  ]) {
    const answer = await load(app, stale, asked);
    t.equal(answer.status, 303, asked);
    t.match(answer.headers.location, `/confirm?to=${encodeURIComponent(asked)}`);
  }
  t.equal((await send(app, stale, `${path}/delete`)).status, 403);
  t.equal((await load(app, stale, path)).status, 200, 'looking asks for nothing');
});

t.test('the audit log names no person', async (t) => {
  const rows: { details: string }[] = await database('audit').select();
  for (const { details } of rows) t.notMatch(details, /zola|nadia|example|north/i);
});

t.test(
  'the active are those who can come in: not blocked, in an organisation that is a client',
  async (t) => {
    const gone = await signedIn(app, 'member', { organisation: 'Clinic Closed', name: 'Ada Gone' });
    const blocked = await signedIn(app, 'member', { organisation: 'Clinic North', name: 'Bo Blocked' });
    const client = await signedIn(app, 'member', { organisation: 'Clinic West', name: 'Cy Client' });
    await database('organisations')
      .where({ id: gone.organisationId })
      .update({ status: 'ended', ended_at: Date.now() });
    await database('people').where({ id: blocked.id }).update({ status: 'blocked' });
    t.ok(client.id);
    const text = textOf(await load(app, owner, '/console/people?status=active'));
    for (const name of ['Cy Client', 'Nadia Ünal']) t.match(text, name);
    for (const name of ['Ada Gone', 'Bo Blocked']) t.notMatch(text, name);
    t.match(textOf(await load(app, owner, '/console/people?status=blocked')), 'Bo Blocked');
  },
);
