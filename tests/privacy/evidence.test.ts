import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import t, { type Test } from 'tap';
import { linkello } from '../config/linkello.ts';

const YAML = `
sites: [{ host: meet.hospital.example, name: Réunions, language: fr }, { host: '2001:db8::1' }]
controller:
  trial: false
  name: CHU <Nord>
  address: 1 rue de la Paix, 59000 Lille
  dpo_email: dpo@hospital.example
mail: { host: smtp.hospital.example, from_address: meet@hospital.example }
privacy: { service_days: 11, two_person_erasure: true }
`;

/** Runs the command as people do, in a folder that holds the settings. */
function evidence(folder: string, args = ['--out', join(folder, 'out')]) {
  return linkello(['evidence', ...args], {
    cwd: folder,
    env: { LINKELLO_CONFIG: join(folder, 'linkello.yaml'), LINKELLO_DATA: '/tmp/linkello-never-made' },
  });
}

const names = {
  en: [
    'impact-assessment.html',
    'index.html',
    'network-flows.csv',
    'network-flows.html',
    'notice-2001-db8--1.html',
    'notice-meet.hospital.example.html',
    'processors.html',
    'register-of-processing.csv',
    'register-of-processing.html',
    'register-of-processing.json',
    'retention.csv',
    'retention.html',
  ],
  fr: [
    'analyse-d-impact.html',
    'durees-de-conservation.csv',
    'durees-de-conservation.html',
    'index.html',
    'matrice-des-flux.csv',
    'matrice-des-flux.html',
    'notice-2001-db8--1.html',
    'notice-meet.hospital.example.html',
    'registre-des-traitements.csv',
    'registre-des-traitements.html',
    'registre-des-traitements.json',
    'sous-traitants.html',
  ],
};

t.test('a folder in both languages, with the facts of this installation', async (t) => {
  const folder = t.testdir({ 'linkello.yaml': YAML });
  const ran = await evidence(folder);
  t.match(ran, { code: 0, stderr: '' });
  t.match(ran.stdout, '25 files');
  const out = join(folder, 'out');
  t.strictSame((await readdir(out)).sort(), ['SHA256SUMS', 'en', 'fr']);
  for (const language of ['en', 'fr'] as const) {
    t.strictSame((await readdir(join(out, language))).sort(), names[language], language);
    for (const name of names[language]) {
      const text = await readFile(join(out, language, name), 'utf8');
      if (name.endsWith('.html')) checkPage(t, text, language, `${language}/${name}`);
    }
  }

  const sums = (await readFile(join(out, 'SHA256SUMS'), 'utf8')).trimEnd().split('\n');
  t.equal(sums.length, 24);
  for (const line of sums) {
    const [sum, path = ''] = line.split('  ');
    t.equal(
      sum,
      createHash('sha256')
        .update(await readFile(join(out, path)))
        .digest('hex'),
      path,
    );
  }

  const assessment = await readFile(join(out, 'fr/analyse-d-impact.html'), 'utf8');
  t.match(assessment, 'CHU &lt;Nord&gt;');
  t.match(assessment, '11 jours au plus');
  t.match(assessment, 'requiert l’accord d’une seconde personne');
  t.match(assessment, 'smtp.hospital.example');
  const open = assessment.match(/class="open"/g)?.length ?? 0;
  t.ok(open >= 10);
  t.match(assessment, `${open} points sont à compléter`);
  t.match(await readFile(join(out, 'en/retention.html'), 'utf8'), '11 days after its end');
  t.match(await readFile(join(out, 'en/processors.html'), 'utf8'), 'None: nobody else');
  const flows: string[][] = parse(await readFile(join(out, 'fr/matrice-des-flux.csv'), 'utf8'), {
    bom: true,
    delimiter: ';',
  });
  t.ok(flows.some((row) => row.join(' ').includes('smtp.hospital.example')));
  const register = JSON.parse(await readFile(join(out, 'en/register-of-processing.json'), 'utf8'));
  t.equal(register.controller.name, 'CHU <Nord>');
  t.match(
    await readFile(join(out, 'en/notice-2001-db8--1.html'), 'utf8'),
    'https://[2001:db8::1]:8443/cookies',
  );
});

/** A page that can be opened from a folder: whole, in its language, without scripts, loading nothing. */
function checkPage(t: Test, text: string, language: string, name: string): void {
  t.match(text, `<!doctype html>\n<html lang="${language}">`, name);
  t.match(text, /<title>[^<]{5,}<\/title>/, name);
  t.match(text, "default-src 'none'", name);
  t.notMatch(text, /<script|<img|<link|<iframe| src=| on\w+=|undefined|\[object/, name);
  t.notMatch(text, /<Nord>/, `${name}: names are text`);
  if (language === 'fr') t.notMatch(text.replaceAll(/<style>.*<\/style>|<[^>]*>/gs, ''), / [;:?!»]|« /, name);
}

t.test('an installation on trial says so', async (t) => {
  const folder = t.testdir({ 'linkello.yaml': '' });
  t.match(await evidence(folder), { code: 0 });
  t.match(await readFile(join(folder, 'out/en/index.html'), 'utf8'), 'controller.trial is true');
  t.match(await readFile(join(folder, 'out/fr/analyse-d-impact.html'), 'utf8'), 'pas encore indiqué');
});

t.test('what is there is not overwritten', async (t) => {
  const folder = t.testdir({ 'linkello.yaml': YAML, out: { mine: 'precious' }, file: '' });
  const ran = await evidence(folder);
  t.match(ran, { code: 1, stdout: '' });
  t.match(ran.stderr, /is not empty/);
  t.strictSame(await readdir(join(folder, 'out')), ['mine']);
  t.match(await evidence(folder, ['--out', join(folder, 'file')]), { code: 1, stdout: '' });
});

t.test('a wrong use is told', async (t) => {
  const folder = t.testdir({ 'linkello.yaml': '' });
  for (const args of [[], ['--out'], ['--out', ''], ['--into', 'x'], ['x']]) {
    const ran = await evidence(folder, args);
    t.match(ran, { code: 2, stdout: '' }, args.join(' '));
    t.match(ran.stderr, 'Usage: linkello evidence --out FOLDER');
  }
});
