import t, { type Test } from 'tap';
import type { AuditEntry } from '../../app/audit/audit-log.ts';
import { dayOf } from '../../app/console/day.ts';
import { openDatabase } from '../../app/database/open.ts';
import { asBrowser, RunningApp } from '../app/running-app.ts';
import { type SignedIn, signedIn } from '../app/signed-in.ts';

const PATH = '/console/audit';

async function start(t: Test): Promise<RunningApp> {
  const app = await RunningApp.start();
  t.teardown(() => app.stop());
  return app;
}

/** A page as somebody sees it. */
async function look(app: RunningApp, { headers }: SignedIn, path = PATH): Promise<string> {
  const { status, text } = await app.ask(path, { headers: { ...asBrowser, ...headers } });
  if (status !== 200) throw new Error(`${path} answers ${status}`);
  return text;
}

/** Cells of the table, row by row, as text. */
function rowsOf(page: string): string[][] {
  const [, body = ''] = /<tbody[^>]*>(.*?)<\/tbody>/s.exec(page) ?? [];
  return [...body.matchAll(/<tr[^>]*>(.*?)<\/tr>/gs)].map(([, row = '']) =>
    [...row.matchAll(/<t[dh][^>]*>(.*?)<\/t[dh]>/gs)].map(([, cell = '']) =>
      cell
        .replaceAll(/<br>/g, '; ')
        .replaceAll(/<[^>]*>/g, '')
        .trim(),
    ),
  );
}

const by = ({ id }: SignedIn) => ({ kind: 'person', id, requestId: null }) as const;

function record(app: RunningApp, who: SignedIn, entry: AuditEntry): Promise<void> {
  return app.app.audit.record(by(who), entry);
}

t.test('who did what, by the names that things have now', async (t) => {
  const app = await start(t);
  const owner = await signedIn(app, 'owner', { name: 'Olga Owner' });
  const gone = 'ffffffffffffffffffffffff';
  await record(app, owner, {
    action: 'person.role_changed',
    object: { kind: 'person', id: owner.id },
    details: { from: 'member', to: 'dpo' },
  });
  await app.app.audit.record(
    { kind: 'person', id: gone, requestId: null },
    { action: 'person.viewed', object: { kind: 'person', id: gone } },
  );
  await app.app.audit.record({ kind: 'command', id: null, requestId: null }, { action: 'backup.made' });
  await record(app, owner, {
    action: 'meeting.ended',
    object: { kind: 'meeting', id: 'm1' },
    details: { participants: 3, unheardOf: true },
  });
  const rows = rowsOf(await look(app, owner)).map(([number, , ...rest]) => [number, ...rest]);
  t.strictSame(rows, [
    ['4', 'Olga Owner', 'Ended a meeting', 'Meeting', 'Participants: 3; unheardOf: yes'],
    ['3', 'The command line of the server', 'Made a backup', '', ''],
    ['2', 'Somebody who is gone', 'Looked at an account', 'Account, deleted', ''],
    [
      '1',
      'Olga Owner',
      'Changed somebody’s role',
      'Account: Olga Owner',
      'From: Member; To: Data protection officer',
    ],
  ]);
});

t.test('looking is itself an entry, one for each look', async (t) => {
  const app = await start(t);
  const owner = await signedIn(app, 'owner');
  await look(app, owner);
  await look(app, owner, `${PATH}?action=backup.made`);
  const rows = rowsOf(await look(app, owner));
  t.strictSame(
    rows.map(([, , , what, , details]) => [what, details]),
    [
      ['Looked at the audit log', 'Filters: action'],
      ['Looked at the audit log', ''],
    ],
  );
});

t.test('an administrator sees what belongs to the own organisation, and names no one else', async (t) => {
  const app = await start(t);
  const north = await signedIn(app, 'administrator', { organisation: 'Clinic North', name: 'Nora North' });
  const south = await signedIn(app, 'administrator', { organisation: 'Clinic South', name: 'Sam South' });
  await record(app, south, { action: 'person.made', organisationId: south.organisationId });
  await record(app, south, { action: 'person.blocked', organisationId: north.organisationId });
  await record(app, north, { action: 'people.listed', organisationId: north.organisationId });
  await record(app, south, { action: 'backup.made' });
  const page = await look(app, north);
  t.strictSame(
    rowsOf(page).map(([, , who, what]) => [who, what]),
    [
      ['Nora North', 'Looked through the accounts'],
      ['Somebody of another organisation', 'Blocked an account'],
    ],
  );
  t.notMatch(page, /Sam South|audit\/export|audit\/verification/);
  for (const hidden of ['/export?format=csv', '/verification']) {
    const { status } = await app.ask(`${PATH}${hidden}`, { headers: { ...asBrowser, ...north.headers } });
    t.equal(status, 404, hidden);
  }
  t.match(await look(app, north, `${PATH}?who=${south.email}`), /Nobody within your reach/);
});

t.test('filters: what, who by address or id, of what, and days', async (t) => {
  let now = Date.now();
  const app = await RunningApp.start({}, { clock: () => now });
  t.teardown(() => app.stop());
  const [owner, other] = [await signedIn(app, 'owner'), await signedIn(app, 'dpo')];
  const lastMoment = (daysAgo: number) => {
    const today = new Date();
    return new Date(today.getFullYear(), today.getMonth(), today.getDate() - daysAgo, 23, 59, 59).getTime();
  };
  const [first, second] = [dayOf(lastMoment(4)), dayOf(lastMoment(3))];
  const actions = ['room.made', 'room.changed', 'room.deleted'] as const;
  for (const [index, action] of actions.entries()) {
    now = lastMoment(4 - index);
    await record(app, index === 1 ? other : owner, { action, object: { kind: 'room', id: `r${index % 2}` } });
  }
  now = Date.now();
  const found = async (query: string) =>
    rowsOf(await look(app, owner, `${PATH}?${query}`)).flatMap(([, , , what = '']) =>
      /room/.test(what) ? what : [],
    );
  const [made, changed, deleted] = ['Made a room', 'Changed a room', 'Deleted a room'];
  t.strictSame(await found(''), [deleted, changed, made]);
  t.strictSame(await found('action=room.changed'), [changed]);
  t.strictSame(await found(`who=${other.email.toUpperCase()}`), [changed]);
  t.strictSame(await found(`who=${owner.id}`), [deleted, made]);
  t.strictSame(await found('object=r0'), [deleted, made]);
  t.strictSame(await found('object=r0&action=room.made'), [made]);
  t.strictSame(await found(`from=${second}`), [deleted, changed]);
  t.strictSame(await found(`from=${second}&to=${second}`), [changed]);
  t.strictSame(await found(`to=${first}`), [made]);
  t.strictSame(
    await found('action=nonsense&from=2026-02-31&older=x&who='),
    [deleted, changed, made],
    'nonsense is ignored',
  );
});

t.test('page after page, to the end and back', async (t) => {
  const app = await start(t);
  const dpo = await signedIn(app, 'dpo');
  for (let count = 0; count < 120; count += 1) await record(app, dpo, { action: 'room.made' });
  const link = (page: string, name: string) =>
    new RegExp(`<a class="button is-plain is-small" href="([^"]*)"[^>]*>${name}`)
      .exec(page)?.[1]
      ?.replaceAll('&amp;', '&')
      .replaceAll('&#x3D;', '=');
  const numbers = (page: string) => rowsOf(page).map(([number]) => Number(number));
  const first = await look(app, dpo, `${PATH}?action=room.made`);
  t.strictSame(
    numbers(first),
    Array.from({ length: 50 }, (_, index) => 120 - index),
  );
  t.equal(link(first, 'Previous page'), undefined);
  const second = await look(app, dpo, link(first, 'Next page'));
  const third = await look(app, dpo, link(second, 'Next page'));
  t.strictSame(
    numbers(third),
    Array.from({ length: 20 }, (_, index) => 20 - index),
  );
  t.equal(link(third, 'Next page'), undefined);
  t.strictSame(numbers(await look(app, dpo, link(third, 'Previous page'))), numbers(second));
  t.strictSame(numbers(await look(app, dpo, link(third, 'First page'))), numbers(first));
});

t.test('exports hold what was chosen, in each format, and are entries', async (t) => {
  const app = await start(t);
  const dpo = await signedIn(app, 'dpo');
  await record(app, dpo, { action: 'room.made', object: { kind: 'room', id: '=1+1' } });
  await record(app, dpo, { action: 'room.deleted' });
  const take = (format: string) =>
    app.ask(`${PATH}/export?action=room.made&format=${format}`, {
      headers: { ...asBrowser, ...dpo.headers },
    });
  const lines = await take('jsonl');
  t.match(lines.headers, {
    'content-disposition': /attachment; filename="audit-[\d-]{10}\.jsonl"/,
    'cache-control': 'no-store',
  });
  t.match(JSON.parse(lines.text), { number: 1, action: 'room.made' });
  t.match((await take('syslog')).text, /^\d+ <109>1 .* room\.made \[audit@32473 number="1"/);
  t.match(
    (await take('csv')).text,
    /^\ufeffnumber,at,action,.*\r\n1,[^,]*,room\.made,person,[^,]*,,room,'=1\+1,/,
  );
  t.equal((await take('xml')).status, 404);
  t.equal((await look(app, dpo)).match(/Exported the audit log<\/th>/g)?.length, 3);
});

t.test('an export asks for a fresh confirmation', async (t) => {
  let now = Date.now();
  const app = await RunningApp.start({}, { clock: () => now });
  t.teardown(() => app.stop());
  const dpo = await signedIn(app, 'dpo');
  now += 2 * 3600 * 1000;
  const { status, headers } = await app.ask(`${PATH}/export?format=csv`, {
    headers: { ...asBrowser, ...dpo.headers },
  });
  t.equal(status, 303);
  t.match(headers.location, /^\/confirm\?to=%2Fconsole%2Faudit%2Fexport/);
});

t.test('verify now: right, against a note, and after a row was altered', async (t) => {
  const app = await start(t);
  const owner = await signedIn(app, 'owner');
  const page = `${PATH}/verification`;
  const post = (note: string) =>
    app.ask(page, {
      method: 'POST',
      headers: { ...asBrowser, ...owner.headers, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ note }).toString(),
    });
  for (let count = 0; count < 5; count += 1) await record(app, owner, { action: 'room.made' });
  t.notMatch(await look(app, owner, page), /Last verified/);
  t.match(await post(''), { status: 303, headers: { location: page } });
  const whole = await look(app, owner, page);
  t.match(whole, /whole: 5 entries/);
  const [note = ''] = /5:[0-9a-f]{64}/.exec(whole) ?? [];
  t.match(await post(note), { status: 303 });
  t.match(await look(app, owner, page), /Held against the note/);
  t.match(await post('5:12'), { status: 400, text: /This is no note/ });

  const database = await openDatabase(app.databaseFile);
  await database.raw('DROP TRIGGER audit_is_not_changed');
  await database('audit').where({ number: 2 }).update({ actor_id: 'somebody-else' });
  await database.destroy();
  await post('');
  t.match(await look(app, owner, page), /1 fault in \d+ entries.*Number 2 was changed/s);
  const [, , , what, , details] = rowsOf(await look(app, owner))[0] ?? [];
  t.strictSame([what, details], ['Verified the audit log', 'Whole: no; Entries: 7']);
});
