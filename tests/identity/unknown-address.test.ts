import t from 'tap';
import { AuditLog } from '../../app/audit/audit-log.ts';
import { type Database, openDatabase } from '../../app/database/open.ts';
import { Sessions } from '../../app/identity/sessions.ts';
import { Arrivals } from '../../app/identity/sign-in/arrivals.ts';
import { Codes } from '../../app/identity/sign-in/codes.ts';
import { defaultSignInLimits } from '../../app/identity/sign-in/limits.ts';
import { Proofs } from '../../app/identity/sign-in/proofs.ts';
import { SignIns } from '../../app/identity/sign-in/sign-ins.ts';
import type { Visit } from '../../app/identity/sign-in/visit.ts';
import { DAY_MS, HOUR_MS } from '../../app/kernel/clock.ts';
import { createTranslate } from '../../app/kernel/i18n.ts';
import en from '../../app/locales/en.json' with { type: 'json' };
import fr from '../../app/locales/fr.json' with { type: 'json' };
import { Outbox } from '../../app/mail/outbox.ts';
import { Clinic } from './clinic.ts';
import type { Visitor } from './visitor.ts';

/** All of one length, as what is written of them is. */
const KNOWN = 'known12@example.org';
const UNKNOWN = 'unknown@example.org';
const BLOCKED = 'blocked@example.org';
const ENDED = 'ended01@example.org';

async function withEverybody(t: Parameters<typeof Clinic.open>[0]): Promise<Clinic> {
  const clinic = await Clinic.open(t);
  await clinic.person(KNOWN);
  await clinic.person(BLOCKED, { status: 'blocked' });
  const ended = await clinic.person(ENDED);
  await clinic.database('organisations').insert({
    id: 'ended',
    name: 'Clinic South',
    sort_name: 'clinic south',
    status: 'ended',
    started_at: 1,
    ended_at: 2,
    created_at: 1,
  });
  await clinic.database('people').where({ id: ended }).update({ organisation_id: 'ended' });
  return clinic;
}

const visit: Visit = {
  device: 'Firefox, Linux',
  siteName: 'Linkello',
  language: 'en',
  actor: { kind: 'guest', id: null, requestId: null },
  sessionToken: null,
  browserToken: 'b'.repeat(43),
  ownUrl: (path) => `https://localhost${path}`,
};

/** Signing in, on a connection of its own whose statements can be watched. */
function signInsOn(database: Database): SignIns {
  const clock = () => Date.now();
  const translates = { en: createTranslate('en', en), fr: createTranslate('fr', fr) };
  const audit = new AuditLog({ database, key: 'a'.repeat(40), clock });
  const sessions = new Sessions({ database, clock, idleMs: HOUR_MS, lifetimeMs: DAY_MS });
  const proofs = new Proofs('p'.repeat(40));
  const sender = { controllerName: '', supportEmail: null };
  const outbox = new Outbox({ clock, translates, sender });
  return new SignIns({
    database,
    clock,
    outbox,
    translates,
    proofs,
    linkMinutes: 15,
    codes: new Codes({ clock, audit, proofs, limits: defaultSignInLimits, tries: 5 }),
    arrivals: new Arrivals({ sessions, audit, outbox, translates, clock }),
  });
}

t.test('the same statements run for an address that nobody has, and as much is written', async (t) => {
  const clinic = await withEverybody(t);
  const database = await openDatabase(clinic.running.databaseFile);
  t.teardown(() => database.destroy());
  const statements: string[] = [];
  database.on('query', ({ sql }: { sql: string }) => statements.push(sql.replace(/trx\d+/, 'trx')));
  const signIns = signInsOn(database);
  const run = async (work: () => Promise<unknown>) => {
    statements.length = 0;
    await work();
    return [...statements];
  };

  const seen = new Map<string, { asking: string[]; guessing: string[] }>();
  for (const email of [KNOWN, UNKNOWN, BLOCKED, ENDED]) {
    const asking = await run(() =>
      signIns.ask(visit, { email, returnPath: '/console', browserToken: 'b'.repeat(43) }),
    );
    const guessing = await run(() => signIns.byCode({ email, code: '000000' }, visit));
    seen.set(email, { asking, guessing });
  }
  const model = seen.get(KNOWN);
  t.ok((model?.asking.length ?? 0) >= 4 && (model?.guessing.length ?? 0) >= 4, 'they were watched');
  for (const email of [UNKNOWN, BLOCKED, ENDED]) t.same(seen.get(email), model, email);

  const letters = await database('letters').where({ kind: 'sign_in' }).orderByRaw('rowid').select();
  t.same(
    letters.map(({ state }) => state),
    ['waiting', 'void', 'void', 'void'],
    'and nobody gets a letter but who may sign in',
  );
  const lengths = letters.map(({ text, html, subject, recipient }) =>
    [text, html, subject, recipient].map((each) => each.length),
  );
  for (const each of lengths) t.same(each, lengths[0]);
  const rows = await database('sign_ins').select();
  t.same(new Set(rows.map((row) => JSON.stringify(Object.values(row).map((value) => typeof value)))).size, 2);
  t.same(
    rows.filter(({ person_id }) => person_id !== null).length,
    1,
    'only the known one names a person, and all else is alike',
  );
});

t.test('the answers are the same to the byte', async (t) => {
  const clinic = await withEverybody(t);
  const answersTo = async (email: string) => {
    const visitor: Visitor = clinic.visitor();
    const answers = [
      await visitor.post('/sign-in', { email, to: '/r/x' }),
      await visitor.get('/sign-in/code?to=%2Fr%2Fx'),
      await visitor.post('/sign-in/code', { code: '000000' }),
      ...(await Promise.all(
        Array.from({ length: 6 }, () => visitor.copy().post('/sign-in/code', { code: '000001' })),
      )),
      await clinic.visitor().post('/sign-in/code', { email, code: '000000' }),
    ];
    return answers.map(({ status, headers, text }) => {
      const { date: _, 'set-cookie': cookies = [], ...others } = headers;
      const cookie = [cookies].flat().map((each) => each.replace(/=[\w-]{43}\.[\w-]+;/, '=TOKEN.ADDRESS;'));
      return { status, headers: others, cookie, text: text.replaceAll(email, 'ADDRESS') };
    });
  };
  const model = await answersTo(KNOWN);
  t.same(
    model.map(({ status }) => status),
    [303, 200, 400, 400, 400, 400, 400, 400, 400, 400],
  );
  for (const email of [UNKNOWN, BLOCKED, ENDED]) t.same(await answersTo(email), model, email);
});

t.test('who is blocked, or whose organisation ends, is not let in by what was sent before', async (t) => {
  const clinic = await Clinic.open(t);
  const id = await clinic.person(KNOWN);
  const visitor = clinic.visitor();
  const { linkPath, code } = await clinic.ask(KNOWN, visitor);
  const signedIn = await clinic.signedIn(KNOWN);
  const open = async () => [
    (await signedIn.get('/account')).status,
    (await clinic.visitor().get(linkPath)).status,
    (await visitor.get(linkPath)).status,
    (await clinic.visitor().post(linkPath)).status,
  ];
  await clinic.database('people').where({ id }).update({ status: 'blocked' });
  t.same(await open(), [303, 410, 410, 410], 'blocked');
  await clinic.database('people').where({ id }).update({ status: 'active' });
  await clinic
    .database('organisations')
    .where({ id: clinic.organisationId })
    .update({ status: 'ended', ended_at: 1 });
  t.same(await open(), [303, 410, 410, 410], 'organisation ended');
  t.equal((await visitor.post('/sign-in/code', { code })).status, 400);
  await clinic.database('people').where({ id }).update({ role: 'owner' });
  t.equal((await signedIn.get('/account')).status, 200, 'an owner is never locked out');
});

t.test('what was sent to an earlier address lets nobody in', async (t) => {
  const clinic = await Clinic.open(t);
  const id = await clinic.person(KNOWN);
  const visitor = clinic.visitor();
  const { linkPath } = await clinic.ask(KNOWN, visitor);
  await clinic.database('people').where({ id }).update({ email: 'other@example.org' });
  t.equal((await visitor.get(linkPath)).status, 410);
});
