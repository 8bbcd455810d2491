import t from 'tap';
import { localTime } from '../../app/clinic/appointments/imports/appointment-file.ts';
import { DAY_MS, HOUR_MS } from '../../app/kernel/clock.ts';
import { load, send, textOf, upload } from '../app/form.ts';
import { AppointmentWard, inParis } from './appointment-ward.ts';

/** Appointments by a table: first shown, then all of them or none. */

const ward = await AppointmentWard.open();
t.teardown(() => ward.close());
const area = await ward.area({ name: 'Cardiology' });
const secretary = await ward.staff('Sam Secretary', area.id, 'secretary');
const clara = await ward.staff('Clara Clinician', area.id, 'clinician');
const path = '/console/appointments/import';

const day = (days: number) => inParis(ward.now + days * DAY_MS).slice(0, 10);
const give = (content: string | Buffer, by = secretary, areaId = area.id) =>
  upload(ward.app, by, path, { file: Buffer.from(content), fields: { area: areaId } });
const count = async () => Number((await ward.database('appointments').count({ rows: '*' }))[0]?.rows);

t.test('shown first, then made with letters; twice does nothing more', async (t) => {
  const [year, month, date] = day(3).split('-');
  const file = `Patient;E-mail;Langue;Date;Heure;Durée;Médecin;Référence;Motif
Émilie Zola;emilie@example.org;français;${date}/${month}/${year};10h30;30;${clara.email.toUpperCase()};A-1;secret
Guy Ohne;;;${day(4)};09:00;;;;
`;
  const kept = await give(file);
  t.equal(kept.status, 303);
  const preview = await load(ward.app, secretary, String(kept.headers.location));
  t.match(textOf(preview), '2 new appointments');
  t.match(textOf(preview), 'These columns are not used: Motif');
  t.notMatch(textOf(preview), /secret/, 'a reason is not even shown');
  t.match(textOf(preview), 'Clara Clinician');
  t.equal(await count(), 0, 'nothing is made yet');

  const importPath = String(kept.headers.location).split('?')[0] ?? '';
  t.equal((await load(ward.app, clara, importPath)).status, 409, 'somebody else’s preview is nobody’s');
  t.equal((await send(ward.app, secretary, importPath)).status, 303);
  t.equal(await count(), 2);
  const row = await ward.database('appointments').where({ patient_name: 'Émilie Zola' }).first();
  t.match(row, { language: 'fr', clinician_id: clara.id, external_value: 'A-1', state: 'booked' });
  t.equal(inParis(row.starts_at), `${day(3)}T10:30`);
  t.equal(row.ends_at - row.starts_at, HOUR_MS / 2);
  t.match(await ward.lastLetter('emilie@example.org'), { kind: 'appointment' });
  const over = await send(ward.app, secretary, importPath);
  t.match(over.headers.location, 'import_was_done');
  t.equal(await count(), 2);

  const again = await load(ward.app, secretary, String((await give(file)).headers.location));
  t.match(textOf(again), '2 lines are known already');
});

t.test('a wrong line stops all of them, and is named', async (t) => {
  const before = await count();
  const kept = await give(`name,email,start,minutes,clinician
Right One,right@example.org,${day(5)} 10:00,20,
,nobody,yesterday,999,unknown@example.org
Right One,right@example.org,${day(5)}T10:00,20,
`);
  const importPath = String(kept.headers.location);
  const preview = textOf(await load(ward.app, secretary, importPath));
  t.match(preview, '2 lines are wrong');
  for (const sentence of [
    'Type a name',
    'no address that letters',
    'Say on which day',
    'number of minutes',
    'Nobody who sees patients',
    'in an earlier line already',
  ])
    t.match(preview, sentence);
  t.equal((await send(ward.app, secretary, importPath.split('?')[0] ?? '')).status, 409);
  t.equal(await count(), before);
});

t.test('files that are none, and areas that are somebody else’s', async (t) => {
  for (const [content, sentence] of [
    ['', 'There is no line of an appointment in it.'],
    ['name,email\nA,a@example.org\n', 'The first line must name the columns'],
    ['name,start\n"A,2027-01-01 10:00\n', 'cannot be read'],
    [`name,start\n${`A,${day(2)} 10:00\n`.repeat(501)}`, 'at most 500 lines'],
  ] as const)
    t.match(textOf(await give(content)), sentence);
  const foreign = await ward.area({ name: 'Dermatology' });
  t.equal((await give(`name,start\nA,${day(2)} 10:00\n`, secretary, foreign.id)).status, 404);
});

t.test('an upload is gone after an hour', async (t) => {
  const kept = await give(`name,start\nA,${day(2)} 10:00\n`);
  const importPath = String(kept.headers.location).split('?')[0] ?? '';
  ward.now += HOUR_MS;
  t.match((await send(ward.app, secretary, importPath)).headers.location, 'import_was_done');
  await give(`name,start\nB,${day(2)} 10:00\n`);
  const left: { content: string }[] = await ward.database('appointment_imports').select('content');
  t.notOk(left.some(({ content }) => content.includes('\nA,')));
});

t.test('times as people write them', async (t) => {
  for (const [written, read] of [
    ['2027-01-05 10:00', '2027-01-05T10:00'],
    ['2027-01-05T10:00:00', '2027-01-05T10:00'],
    ['5/1/2027 9:05', '2027-01-05T09:05'],
    ['05.01.2027 9h05', '2027-01-05T09:05'],
    ['05-01-2027 09.05', '2027-01-05T09:05'],
    ['tomorrow', 'tomorrow'],
    ['2027-01-05', '2027-01-05'],
  ] as const)
    t.equal(localTime(written), read);
});
