import { unzipSync } from 'fflate';
import t, { type Test } from 'tap';
import { type Database, openDatabase } from '../../app/database/open.ts';
import en from '../../app/locales/en.json' with { type: 'json' };
import type { RequestProof } from '../../app/privacy/requests/closing.ts';
import type { RequestKind, RequestRow } from '../../app/privacy/requests/request-rows.ts';
import { load, send, textOf } from '../app/form.ts';
import { RunningApp } from '../app/running-app.ts';
import { type SignedIn, signedIn } from '../app/signed-in.ts';
import { Visitor } from './visitor.ts';

/** Requests from the form to their proof, by the pages of those who make and of those who answer them. */

const GUEST = 'gaston.tungsten@guests.example';
const REASON = 'Manifestly excessive: the fifth one this month.';

interface Office {
  readonly app: RunningApp;
  readonly database: Database;
  readonly officer: SignedIn;
}

async function open(t: Test, settings: Record<string, unknown> = {}): Promise<Office> {
  const app = await RunningApp.start({
    privacy: { two_person_erasure: false, ...settings },
  });
  const database = await openDatabase(app.databaseFile);
  t.teardown(async () => {
    await database.destroy();
    await app.stop();
  });
  await signedIn(app, 'owner');
  return { app, database, officer: await signedIn(app, 'dpo', { name: 'Dora Officer' }) };
}

const lettersTo = (database: Database, recipient: string): Promise<{ subject: string; text: string }[]> =>
  database('letters').where({ recipient }).orderByRaw('rowid').select();

const newest = async (database: Database): Promise<RequestRow> => {
  const row: RequestRow | undefined = await database('requests').orderBy('number', 'desc').first();
  if (row === undefined) throw new Error('no request');
  return row;
};

/** As an officer notes a letter that came by post. */
async function note(
  { app, officer, database }: Office,
  kind: RequestKind,
  email = GUEST,
): Promise<RequestRow> {
  const received = new Date().toLocaleDateString('sv-SE');
  const form = { kind, channel: 'letter', received, name: 'Gaston Tungsten', email, language: 'en' };
  const { status, headers } = await send(app, officer, '/console/requests/new', {
    ...form,
    message: 'Tungsten, please.',
  });
  const row = await newest(database);
  if (status !== 303 || headers.location !== `/console/requests/${row.id}?done=request_made`)
    throw new Error(`the request was not noted: ${status}`);
  return row;
}

const act = async ({ app, officer }: Office, { id }: RequestRow, name: string, fields = {}) =>
  send(app, officer, `/console/requests/${id}/${name}`, fields);

t.test('a guest proves the address by a code, and the request counts from then', async (t) => {
  const { app, database, officer } = await open(t);
  const visitor = new Visitor(app);
  t.match((await visitor.get('/privacy/request')).text, en.requests.formLead.slice(0, 40));
  const asked = await visitor.post('/privacy/request', { kind: 'access', email: GUEST, message: 'Tungsten' });
  t.equal(asked.status, 303);
  const path = String(asked.headers.location);
  t.equal((await visitor.get(path)).status, 200);
  t.same(await database('requests'), [], 'nothing counts yet');

  const [letter] = await lettersTo(database, GUEST);
  const code =
    /\b(\d{3})[\s\u00a0\u202f]?(\d{3})\b/
      .exec(letter?.text ?? '')
      ?.slice(1)
      .join('') ?? '';
  t.match(code, /^\d{6}$/);
  const wrong = String((Number(code) + 1) % 1_000_000).padStart(6, '0');
  t.equal((await visitor.post(path, { code: wrong })).status, 400, 'a wrong code');
  const received = await visitor.post(path, { code });
  t.equal(received.status, 200);
  t.match(textOf(received), /request no\. 1\b/);
  t.equal((await visitor.post(path, { code })).status, 410, 'a code works once');

  const row = await newest(database);
  t.match(row, {
    number: 1,
    kind: 'access',
    channel: 'form',
    email: GUEST,
    message: 'Tungsten',
    state: 'open',
  });
  t.ok(row.identity_checked_at, 'the code is the proof');
  t.same((await lettersTo(database, GUEST)).map(({ subject }) => subject).slice(1), [
    'Your request no. 1 has been received',
  ]);
  t.equal((await lettersTo(database, officer.email)).length, 1, 'the officer is told');
});

t.test('a code is void after its tries, and says nothing of who is known', async (t) => {
  const { app, database, officer } = await open(t);
  const pages: string[] = [];
  for (const email of ['nobody@guests.example', officer.email]) {
    const visitor = new Visitor(app);
    const asked = await visitor.post('/privacy/request', { kind: 'erasure', email, message: '' });
    const path = String(asked.headers.location);
    const token = path.split('/').at(-1) ?? '';
    pages.push((await visitor.get(path)).text.replaceAll(token, 'TOKEN'));
    let last = 0;
    for (let tries = 0; tries < 20 && last !== 410 && last !== 429; tries += 1)
      last = (await visitor.post(path, { code: '000000' })).status;
    t.ok(last === 410 || last === 429, `${last}: nobody guesses on`);
  }
  const nonce = /nonce-[\w+/=-]+/g;
  t.equal(pages[0]?.replaceAll(nonce, ''), pages[1]?.replaceAll(nonce, ''), 'the same page for both');
  t.same(await database('requests'), []);
});

t.test('identity is noted as seen; before that nothing is handed out, answered or erased', async (t) => {
  const office = await open(t);
  const { app, officer, database } = office;
  const row = await note(office, 'access');
  for (const name of ['data', 'answer']) {
    const answer =
      name === 'data'
        ? await load(app, officer, `/console/requests/${row.id}/data`)
        : await act(office, row, name, { text: 'Here it is' });
    t.ok(answer.status >= 400, `${name}: ${answer.status}`);
  }
  t.equal((await act(office, row, 'identity')).status, 303);
  t.equal((await act(office, row, 'identity')).status, 409, 'once');
  const { identity_checked_by, identity_checked_at } = await newest(database);
  t.same([identity_checked_by, typeof identity_checked_at], [officer.id, 'number']);
  const page = textOf(await load(app, officer, `/console/requests/${row.id}`));
  t.match(page, /Dora Officer/, 'who saw it');
});

t.test('the answer is made of the register: a file, and a letter when it is closed', async (t) => {
  const office = await open(t);
  const { app, officer, database } = office;
  const member = await signedIn(app, 'member', { name: 'Odile Quartz', email: 'odile.quartz@example.org' });
  const row = await note(office, 'access', member.email);
  await act(office, row, 'identity');
  const file = await app.app.inject({
    url: `/console/requests/${row.id}/data`,
    headers: { host: 'localhost', ...officer.headers },
  });
  t.equal(file.statusCode, 200);
  const files = Object.values(unzipSync(file.rawPayload)).map((bytes) => Buffer.from(bytes).toString('utf8'));
  t.ok(files.some((text) => text.includes('Odile Quartz')));
  t.notOk(
    files.some((text) => text.includes('Dora Officer')),
    'nobody else',
  );
  t.equal((await act(office, row, 'answer', { text: '' })).status, 303);
  const letter = (await lettersTo(database, member.email)).at(-1);
  t.equal(letter?.subject, `Answer to your request no. ${row.number}`);
  t.match(letter?.text, /\/my-data/);
  const audit = await database('audit').where({ object_id: row.id }).pluck('action');
  t.same(audit.sort(), ['request.answered', 'request.exported', 'request.identity_checked', 'request.made']);
});

t.test('closed, it names nobody: the proof of closing is all there is', async (t) => {
  const office = await open(t);
  const { app, officer, database } = office;
  const row = await note(office, 'objection');
  await act(office, row, 'identity');
  t.equal((await act(office, row, 'refuse', { text: '' })).status, 400, 'not without a reason');
  t.equal((await act(office, row, 'refuse', { text: REASON })).status, 303);
  const letter = (await lettersTo(database, GUEST)).at(-1);
  t.ok(letter?.text.includes(REASON), 'the reason is sent');

  const closed = await newest(database);
  t.match(closed, { email: null, name: null, message: null, identity_checked_by: null, state: 'refused' });
  const proof: RequestProof = JSON.parse(closed.proof ?? '');
  t.match(proof, { number: row.number, kind: 'objection', channel: 'letter', outcome: 'refused' });
  t.notMatch(JSON.stringify(closed), /tungsten|excessive/i);
  const path = `/console/requests/${row.id}`;
  t.match(textOf(await load(app, officer, path)), new RegExp(en.requests.whole));
  await database('requests')
    .where({ id: row.id })
    .update({ proof: JSON.stringify({ ...proof, outcome: 'answered' }) });
  t.match(textOf(await load(app, officer, path)), new RegExp(en.requests.broken), 'a changed one is told');
  for (const name of ['identity', 'extend', 'refuse', 'answer'])
    t.equal((await load(app, officer, `${path}/${name}`)).status, 409, `${name}: nothing more can be done`);
});

t.test('an extension puts off the end and sends the reason', async (t) => {
  const office = await open(t);
  const row = await note(office, 'rectification');
  t.equal((await act(office, row, 'extend', { text: 'Many archives.' })).status, 303);
  const extended = await newest(office.database);
  t.ok(extended.due_at > row.due_at + 50 * 86_400_000);
  t.match((await lettersTo(office.database, GUEST)).at(-1)?.text, /Many archives\./);
});

t.test('an erasure: what goes is shown before, what went is certified', async (t) => {
  const office = await open(t);
  const { app, officer, database } = office;
  const member = await signedIn(app, 'member', { name: 'Odile Quartz', email: 'odile.quartz@example.org' });
  const row = await note(office, 'erasure', member.email);
  t.equal((await act(office, row, 'erasure')).status, 409, 'not before the identity was seen');
  await act(office, row, 'identity');
  const preview = textOf(await load(app, officer, `/console/requests/${row.id}/erasure`));
  t.match(preview, new RegExp(`${en.data.account.title}\\s+1`));
  t.equal((await act(office, row, 'erasure')).status, 303);
  t.same(await database('people').where({ id: member.id }), []);
  const closed = await newest(database);
  const proof: RequestProof = JSON.parse(closed.proof ?? '');
  t.match(proof, { outcome: 'erased', counts: { account: 1 } });
  t.ok(proof.certificate, 'with a certificate');
  t.equal((await load(app, officer, `/console/retention/certificates/${proof.certificate}`)).status, 200);
  t.equal((await load(app, member, '/my-data')).status, 303, 'their session is gone');
});

t.test('where two people decide, whoever asked does not approve', async (t) => {
  const office = await open(t, { two_person_erasure: true });
  const { app, officer, database } = office;
  const member = await signedIn(app, 'member', { name: 'Odile Quartz', email: 'odile.quartz@example.org' });
  const row = await note(office, 'erasure', member.email);
  await act(office, row, 'identity');
  t.match(
    textOf(await load(app, officer, `/console/requests/${row.id}/erasure`)),
    new RegExp(en.requests.erasure.ask),
  );
  t.equal((await act(office, row, 'erasure')).status, 303, 'asked for');
  t.equal((await newest(database)).erasure_asked_by, officer.id);
  t.equal((await act(office, row, 'erasure')).status, 409, 'not by the same person');
  t.equal((await database('people').where({ id: member.id })).length, 1);
  const second = await signedIn(app, 'dpo', { name: 'Second Officer' });
  t.equal((await send(app, second, `/console/requests/${row.id}/erasure`)).status, 303);
  t.same(await database('people').where({ id: member.id }), []);
});
