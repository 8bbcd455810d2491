import { execFile } from 'node:child_process';
import t, { type Test } from 'tap';
import { AuditLog } from '../../app/audit/audit-log.ts';
import { makeFirstOwnerLink } from '../../app/identity/first-owner/first-owner.ts';
import { DAY_MS, HOUR_MS } from '../../app/kernel/clock.ts';
import { project } from '../scripts/shell.ts';
import { Clinic } from './clinic.ts';

const FORM = {
  name: 'Marie Curie',
  email: 'marie@example.org',
  organisation: 'Hôpital Saint-Louis',
  language: 'fr',
};

/** A server that nobody owns, and the path of a link that makes its owner. */
async function newServer(t: Test): Promise<{ clinic: Clinic; path: string; another: () => Promise<string> }> {
  const clinic = await Clinic.open(t);
  await clinic.database('organisations').delete();
  const { stdout } = await linkello(clinic, 'sign-in-link');
  const another = async () => new URL((await linkello(clinic, 'sign-in-link')).stdout.trim()).pathname;
  return { clinic, path: new URL(stdout.trim()).pathname, another };
}

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command line, as whoever runs the server uses it. */
function linkello({ running }: Clinic, ...args: string[]): Promise<Ended> {
  const env = {
    ...process.env,
    LINKELLO_CONFIG: `${running.folder}/linkello.yaml`,
    LINKELLO_DATA: `${running.folder}/data`,
  };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['scripts/linkello.ts', ...args],
      { cwd: project, env },
      (fault, stdout, stderr) => resolve({ code: Number(fault?.code ?? 0), stdout, stderr }),
    );
  });
}

t.test('the link makes the first owner, who is signed in and guided', async (t) => {
  const { clinic, path } = await newServer(t);
  const visitor = clinic.visitor();
  t.equal((await visitor.get(path)).status, 200);
  t.equal((await visitor.get(path)).status, 200, 'looking at it uses nothing up');
  const made = await visitor.post(path, FORM);
  t.equal(made.status, 303);
  t.equal(made.headers.location, '/console/setup');
  t.equal((await visitor.get('/console/setup')).status, 200);
  const [person] = await clinic.database('people').select();
  t.match(person, {
    name: 'Marie Curie',
    email: 'marie@example.org',
    role: 'owner',
    language: 'fr',
    status: 'active',
  });
  const [organisation] = await clinic.database('organisations').select();
  t.match(organisation, { id: person.organisation_id, name: 'Hôpital Saint-Louis', status: 'active' });
  const actions = await clinic.database('audit').orderBy('number').pluck('action');
  t.same(actions, ['sign_in.link_made', 'appliance.first_owner_made', 'session.started']);
  t.equal(await clinic.letterCount('new_sign_in'), 0);

  const late = clinic.visitor();
  t.equal((await late.get(path)).status, 404);
  t.equal((await late.post(path, { ...FORM, email: 'evil@example.org' })).status, 404);
  t.equal((await late.get('/console/setup')).status, 303, 'nobody else is guided');
  const signedIn = await clinic.signedIn('marie@example.org');
  t.equal((await signedIn.get('/console/setup')).status, 200);
});

t.test('a hundred at once use it, and one becomes the owner', async (t) => {
  const { clinic, path } = await newServer(t);
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, index) =>
      clinic.visitor().post(path, { ...FORM, email: `nr${index}@example.org`, organisation: `O ${index}` }),
    ),
  );
  t.equal(answers.filter(({ status }) => status === 303).length, 1);
  t.equal(answers.filter(({ status }) => status === 404).length, 99);
  t.equal((await clinic.database('people').select()).length, 1);
  t.equal((await clinic.database('organisations').select()).length, 1);
  t.equal((await clinic.database('sessions').select()).length, 1);
});

t.test('what was typed wrongly is told, and the link can still be used', async (t) => {
  const { clinic, path } = await newServer(t);
  const visitor = clinic.visitor();
  for (const [field, value] of [
    ['name', ''],
    ['name', 'a\u202eb'],
    ['email', 'marie'],
    ['email', 'a@example.org\nBcc: b@example.org'],
    ['organisation', ' '],
    ['organisation', 'x'.repeat(101)],
    ['language', 'tlh'],
  ] as const) {
    const answer = await visitor.post(path, { ...FORM, [field]: value });
    t.equal(answer.status, 400, `${field} ${JSON.stringify(value)}`);
    if (field !== 'language') t.match(answer.text, `id="${field}-error"`);
  }
  const shown = await visitor.post(path, { ...FORM, name: '<script>alert(1)</script>', email: 'x' });
  t.notMatch(shown.text, '<script>alert');
  t.same(await clinic.database('people').select(), []);
  t.equal((await visitor.post(path, FORM)).status, 303);
});

t.test('it is over after a day, with every newer link, and once there is an owner', async (t) => {
  const { clinic, path, another } = await newServer(t);
  const second = await another();
  t.equal((await clinic.visitor().get(path)).status, 404, 'replaced');
  t.equal((await clinic.visitor().get(second)).status, 200);
  clinic.wait(DAY_MS);
  t.equal((await clinic.visitor().get(second)).status, 404, 'too old');
  t.equal((await clinic.visitor().post(second, FORM)).status, 404);

  const audit = new AuditLog({ database: clinic.database, key: 'k'.repeat(40), clock: Date.now });
  const clock = () => Date.now() + DAY_MS + HOUR_MS;
  const token = await makeFirstOwnerLink({ database: clinic.database, audit, clock });
  t.equal((await clinic.visitor().get(`/first-owner/${token}`)).status, 200);
  await clinic.database('organisations').insert({
    id: clinic.organisationId,
    name: 'Clinic North',
    sort_name: 'clinic north',
    status: 'active',
    started_at: 1,
    created_at: 1,
  });
  await clinic.person('owner@example.org', { role: 'owner' });
  t.equal((await clinic.visitor().get(`/first-owner/${token}`)).status, 404, 'there is an owner');
  t.equal((await clinic.visitor().post(`/first-owner/${token}`, FORM)).status, 404);
  t.equal(await makeFirstOwnerLink({ database: clinic.database, audit, clock }), null);
});

t.test('the log says that nobody owns the server, and never the link', async (t) => {
  const { clinic, path } = await newServer(t);
  await clinic.visitor().get(path);
  const log = JSON.stringify(clinic.running.log);
  t.match(log, 'this prints the link that makes the first owner: ./scripts/linkello sign-in-link');
  t.notMatch(log, path.replace('/first-owner/', ''));
});

t.test('the command line lets in whom no letter reaches', async (t) => {
  const clinic = await Clinic.open(t);
  const id = await clinic.person('marie@example.org', { role: 'owner' });
  await clinic.person('blocked@example.org', { status: 'blocked' });

  const made = await linkello(clinic, 'sign-in-link', 'MARIE@example.org');
  t.equal(made.code, 0, made.stderr);
  t.match(made.stdout, /^https:\/\/[^/\s]+\/sign-in\/link\/[\w-]{43}\n$/, 'the link alone');
  t.match(made.stderr, '15 minutes');
  const path = new URL(made.stdout.trim()).pathname;
  const visitor = clinic.visitor();
  t.equal((await visitor.get(path)).status, 200, 'a GET shows the button');
  t.equal((await visitor.post(path)).status, 303);
  t.equal((await visitor.get('/account')).status, 200);
  t.equal((await clinic.visitor().post(path)).status, 410, 'once');
  const [entry] = await clinic.database('audit').where({ action: 'sign_in.link_made' });
  t.match(entry, { actor_kind: 'command', object_kind: 'person', object_id: id });

  for (const [args, code, said] of [
    [['blocked@example.org'], 1, 'is blocked'],
    [['nobody@example.org'], 1, 'No account has this address'],
    [[], 1, 'has an owner'],
    [['marie'], 2, 'Usage'],
    [['marie@example.org', 'x'], 2, 'Usage'],
    [['--force'], 2, 'Usage'],
  ] as const) {
    const ended = await linkello(clinic, 'sign-in-link', ...args);
    t.equal(ended.code, code, args.join(' '));
    t.match(ended.stderr, said);
    t.equal(ended.stdout, '');
  }
});

t.test('without a database the command line says so and makes none', async (t) => {
  const clinic = await Clinic.open(t);
  const elsewhere = { running: { folder: `${clinic.running.folder}/nothing` } } as Clinic;
  const ended = await linkello(elsewhere, 'sign-in-link');
  t.not(ended.code, 0);
  t.equal(ended.stdout, '');
});
