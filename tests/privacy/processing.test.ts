import { parse } from 'csv-parse/sync';
import t from 'tap';
import { categories } from '../../app/categories.ts';
import { roles } from '../../app/kernel/roles.ts';
import { asBrowser, RunningApp } from '../app/running-app.ts';
import { signedIn } from '../app/signed-in.ts';

const app = await RunningApp.start({
  controller: {
    trial: false,
    name: 'CHU Nord',
    address: '1 rue de la Paix, 59000 Lille',
    dpo_email: 'dpo@hospital.example',
    processors: [{ name: '=Hosting SAS', task: 'rents us the machine', country: 'France' }],
  },
  privacy: { service_days: 9 },
});
t.teardown(() => app.stop());
const shown = categories.filter(({ name }) => name !== 'visits');

t.test('owners and the data protection officer read the register, and nobody else', async (t) => {
  for (const role of roles) {
    const { headers } = await signedIn(app, role);
    for (const path of ['/console/processing', '/console/processing.csv', '/console/processing.json']) {
      const { status } = await app.ask(path, { headers: { ...asBrowser, ...headers } });
      t.equal(status, role === 'owner' || role === 'dpo' ? 200 : 404, `${role} ${path}`);
    }
  }
});

t.test('it has all that Article 30(1) asks for, (a) to (g)', async (t) => {
  const { headers } = await signedIn(app, 'dpo');
  const { text } = await app.ask('/console/processing.json', { headers });
  const register = JSON.parse(text);
  t.match(register.controller, {
    name: 'CHU Nord',
    address: '1 rue de la Paix, 59000 Lille',
    dpo: 'dpo@hospital.example',
  });
  const all = register.records.flatMap((record: { categories: unknown[] }) => record.categories);
  t.strictSame(
    all.map(({ name }: { name: string }) => name).sort(),
    shown.map(({ name }) => name).sort(),
    'every category is in one activity',
  );
  for (const record of register.records) {
    for (const part of ['reference', 'title', 'purpose', 'subjects', 'recipients'])
      t.ok(record[part], `${record.reference} ${part}`);
    for (const category of record.categories) {
      for (const part of ['what', 'purpose', 'basis', 'recipients', 'kept'])
        t.ok(category[part], `${category.name} ${part}`);
    }
  }
  t.match(all.find(({ name }: { name: string }) => name === 'account').kept, '9 days');
  t.match(register.transfers, 'None');
  t.ok(register.measures.length >= 5);
  t.equal(register.processors.length, 1);
});

t.test('the file for spreadsheets has a row for each category, and no formula', async (t) => {
  const { headers } = await signedIn(app, 'dpo');
  for (const [language, delimiter] of [
    ['en', ','],
    ['fr', ';'],
  ] as const) {
    const { text } = await app.ask(`/console/processing.csv?lang=${language}`, { headers });
    const [head, ...rows]: string[][] = parse(text, { bom: true, delimiter });
    t.equal(rows.length, shown.length);
    t.equal(new Set(head).size, head?.length, 'no two columns are called the same');
    for (const row of rows) {
      t.equal(row.length, head?.length);
      for (const cell of row) t.notMatch(cell, /^[=+@-]/);
      t.ok(row.every((cell) => cell !== ''));
    }
  }
});

t.test('the page shows what the files hold', async (t) => {
  const { headers } = await signedIn(app, 'owner');
  const { text } = await app.ask('/console/processing?lang=fr', { headers: { ...asBrowser, ...headers } });
  t.match(text, '<h1>Registre des traitements</h1>');
  t.match(text, 'CHU Nord');
  t.match(text, '9 jours');
  t.match(text, '&#x3D;Hosting SAS');
  t.match(text, 'T1 – Comptes et connexion');
});
