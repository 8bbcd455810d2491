import t from 'tap';
import { openDatabase } from '../../app/database/open.ts';
import { load, send, textOf, upload } from '../app/form.ts';
import { RunningApp } from '../app/running-app.ts';
import { signedIn } from '../app/signed-in.ts';

t.setTimeout(180_000);

const app = await RunningApp.start();
t.teardown(() => app.stop());
const database = await openDatabase(app.databaseFile);
t.teardown(() => database.destroy());
const owner = await signedIn(app, 'owner', { organisation: 'Head Office' });
const administrator = await signedIn(app, 'administrator', {
  organisation: 'Clinic North',
  email: 'admin@north.example',
});
await signedIn(app, 'member', { organisation: 'Clinic South', email: 'nadia@south.example' });

const PATH = '/console/people/import';
const peopleOf = (organisationId = administrator.organisationId) =>
  database('people').where({ organisation_id: organisationId }).orderBy('email');
const paste = async (pasted: string, who = administrator) => upload(app, who, PATH, { fields: { pasted } });
const preview = async (pasted: string | Buffer, who = administrator) => {
  const file = typeof pasted === 'string' ? Buffer.from(pasted) : pasted;
  const answer = await upload(app, who, PATH, { file, fields: { organisation: who.organisationId } });
  t.equal(answer.status, 303, `${textOf(answer)}`);
  const path = String(answer.headers.location);
  return { path: path.replace(/\?.*/, ''), page: await load(app, who, path) };
};

t.test('columns in any order, named in English or French, however the file was written', async (t) => {
  const wanted = [
    { name: 'Zoé Ünal', email: 'zoe@north.example', language: 'fr', role: 'administrator' },
    { name: 'O’Neil, Pat', email: 'pat@north.example', language: 'en', role: 'member' },
  ];
  const files: Record<string, string | Buffer> = {
    commas:
      'name,email,language,role\nZoé Ünal,zoe@north.example,fr,administrator\n"O’Neil, Pat",pat@north.example,,\n',
    semicolons:
      'Rôle;Courriel;Langue;Nom\r\nAdministrateur;ZOE@north.example;Français;Zoé Ünal\r\n;pat@north.example;anglais;"O’Neil, Pat"\r\n',
    tabs: 'E-mail\tFull name\tLanguage\tRole\nzoe@north.example\tZoé Ünal\tFrench\tadmin\npat@north.example\tO’Neil, Pat\ten\tmember',
    'a byte order mark':
      '\ufeffname;email;role;language\nZoé Ünal;zoe@north.example;Administrator;fr\nO’Neil, Pat;pat@north.example;Member;en\n',
    'names in two columns':
      'Nom;Prénom;Adresse e-mail;Rôle;Langue\nÜnal;Zoé;zoe@north.example;administrateur;fr\nPat;O’Neil,;pat@north.example;;\n',
    'a line for spreadsheets':
      'sep=;\r\nname;email;role;language\r\nZoé Ünal;zoe@north.example;administrator;fr\r\nO’Neil, Pat;pat@north.example;;\r\n',
    'UTF-16': Buffer.from(
      '\ufeffname\temail\tlanguage\trole\nZoé Ünal\tzoe@north.example\tfr\tadministrator\nO’Neil, Pat\tpat@north.example\t\t',
      'utf16le',
    ),
    'Windows-1252': Buffer.from(
      'name;email;language;role\nZo\xe9 \xdcnal;zoe@north.example;fran\xe7ais;administrator\nO\x92Neil, Pat;pat@north.example;;\n',
      'latin1',
    ),
  };
  for (const [how, file] of Object.entries(files)) {
    const { path, page } = await preview(file);
    t.match(textOf(page), '2 new accounts', how);
    t.equal(/read as Windows-1252/.test(textOf(page)), how === 'Windows-1252', how);
    const done = await send(app, administrator, path);
    t.match(done.headers.location, 'done=people_imported_quietly', how);
    const rows = await peopleOf().whereNot({ id: administrator.id });
    t.match(rows, wanted.toReversed(), how);
    await database('people').whereIn('email', ['zoe@north.example', 'pat@north.example']).delete();
  }
});

t.test('errors are told by line, and nothing is imported', async (t) => {
  const { path, page } = await preview(
    [
      'name;email;language;role;phone',
      'Good One;good@north.example;fr;member;1',
      ';nameless@north.example;;;',
      'No Address;nowhere;;;',
      'Wrong Language;wl@north.example;de;;',
      'Wrong Role;wr@north.example;;owner;',
      'Good Twin;GOOD@north.example;;;',
      'Of Others;nadia@south.example;;;',
      'Admin;admin@north.example;;;',
      '<b>Html</b>;html@north.example;;;',
    ].join('\n'),
  );
  const said = textOf(page);
  t.match(said, /2 new accounts.*1 person has an account already.*6 lines are wrong/);
  for (const [line, what] of [
    [3, 'The name is missing'],
    [4, 'The e-mail address is missing or wrong'],
    [5, 'The language must be'],
    [6, 'There is no such role'],
    [7, 'in an earlier line'],
    [8, 'This address cannot be used here'],
  ] as const) {
    t.match(said, new RegExp(` ${line} [^<]*?${what}`), `line ${line}`);
  }
  t.notMatch(said, /Nadia|South/);
  t.match(said, 'These columns are not used: phone');
  t.notMatch(page.text, '<b>Html');
  t.notMatch(page.text, 'name="letters"', 'there is nothing to confirm');
  const forced = await send(app, administrator, path);
  t.equal(forced.status, 409);
  t.equal((await peopleOf()).length, 1);
  t.equal(
    (await database('audit').where({ action: 'people.imported' }).where('details', 'like', '%"made":2%'))
      .length > 0,
    true,
  );
});

t.test('what cannot be read at all is told at once', async (t) => {
  const cases: [string, RegExp][] = [
    ['', /no line of a person/],
    ['name;email\n', /no line of a person/],
    ['a;b\nc;d\n', /must name the columns/],
    ['name\nAnn\n', /must name the columns/],
    ['name;email\nAnn;ann@x.example\n"Ben;ben@x.example\n', /Line \d+ cannot be read/],
    [`name;email\n${'A;a@x.example\n'.repeat(20_001)}`, /at most 20,000 lines/],
  ];
  for (const [text, fault] of cases) {
    const answer = await paste(text);
    t.equal(answer.status, 400);
    t.match(textOf(answer), fault);
  }
  const large = await upload(app, administrator, PATH, { file: Buffer.alloc(5_000_000, 'a') });
  t.equal(large.status, 400);
  t.match(textOf(large), 'The file is too large.');
  const noForm = await send(app, administrator, PATH, { pasted: 'name;email\nA;a@x.example' });
  t.equal(noForm.status, 400);
});

t.test('confirmed a hundred times at once, it is done once', async (t) => {
  const { path } = await preview('name;email\nOnce Only;once@north.example\n');
  const answers = await Promise.all(
    Array.from({ length: 100 }, () => send(app, administrator, path, { letters: 'yes' })),
  );
  const done = answers.filter(({ headers }) => /done=people_imported$/.test(String(headers.location)));
  const over = answers.filter(({ headers }) => /done=import_was_done/.test(String(headers.location)));
  t.equal(done.length, 1);
  t.equal(over.length, 99);
  const { id } = await database('people').where({ email: 'once@north.example' }).first();
  t.equal((await database('letters').where({ person_id: id })).length, 1);
  t.equal((await load(app, administrator, path)).status, 409);
});

t.test('an address that was taken meanwhile stops the whole import', async (t) => {
  const { path } = await preview('name;email\nFirst;first@north.example\nTaken;taken@north.example\n');
  await signedIn(app, 'member', { organisation: 'Clinic South', email: 'taken@north.example' });
  const answer = await send(app, administrator, path);
  t.equal(answer.status, 409);
  t.match(textOf(answer), '1 line is wrong');
  t.equal(await database('people').where({ email: 'first@north.example' }).first(), undefined);
});

t.test('an upload belongs to whoever sent it, for an hour', async (t) => {
  const { path } = await preview('name;email\nMine;mine@north.example\n');
  const colleague = await signedIn(app, 'administrator', { organisation: 'Clinic North' });
  t.equal((await load(app, colleague, path)).status, 409);
  t.match((await send(app, colleague, path)).headers.location, 'import_was_done');
  await database('imports').update({ created_at: Date.now() - 61 * 60_000 });
  t.equal((await load(app, administrator, path)).status, 409);
  await preview('name;email\nOther;other@north.example\n');
  t.equal((await database('imports')).length, 1, 'the old one is gone');
});

t.test('20,000 lines', async (t) => {
  const lines = Array.from(
    { length: 20_000 },
    (_, index) => `Émilie Dupont ${index};emilie.dupont${index}@hospital.example`,
  );
  const { path, page } = await preview(`nom;courriel\r\n${lines.join('\r\n')}\r\n`, owner);
  t.match(textOf(page), /20,000 new accounts/);
  t.ok(page.text.length < 200_000, 'the page shows the first of them');
  t.equal((await send(app, owner, path, { letters: 'yes' })).status, 303);
  const [{ count }] = (await database('people')
    .where({ organisation_id: owner.organisationId })
    .count({ count: '*' })) as [{ count: number }];
  t.equal(count, 20_001);
  t.match(textOf(await load(app, owner, '/console/people?q=emilie.dupont19999')), 'Émilie Dupont 19999');
});
