import { join } from 'node:path';
import t from 'tap';
import { system } from '../../app/audit/audit-log.ts';
import { categories } from '../../app/categories.ts';
import { NOT_THERE } from '../../app/clinic/hold-live.ts';
import { MINUTE_MS } from '../../app/kernel/clock.ts';
import { Erasure } from '../../app/privacy/erasure/erasure.ts';
import { ErasureLedger, LEDGER_FILE } from '../../app/privacy/erasure/ledger.ts';
import { send } from '../app/form.ts';
import { until } from '../deadline.ts';
import { inParis } from './appointment-ward.ts';
import { Ward } from './ward.ts';

/** Whoever is erased is on no open page any more, whichever process erased them. */

const ward = await Ward.open({ rooms: { time_zone: 'Europe/Paris' } }, { appointmentLookMs: 3_600_000 });
t.teardown(() => ward.close());
const key = 'k'.repeat(64);
const erasure = new Erasure({
  database: ward.database,
  file: ward.app.databaseFile,
  clock: () => ward.now,
  audit: ward.app.app.audit,
  key,
  categories,
  ledger: new ErasureLedger({ key, file: join(ward.app.folder, `erased-pages-${LEDGER_FILE}`) }),
  onFault: (what, fault) => {
    throw new Error(what, { cause: fault });
  },
});

const fields = {
  name: { asked: 'required', keepDays: 0 },
  birth_date: { asked: 'no', keepDays: 0 },
  case_number: { asked: 'no', keepDays: 0 },
  reason: { asked: 'no', keepDays: 0 },
  email: { asked: 'optional', keepDays: 0 },
  phone: { asked: 'no', keepDays: 0 },
} as const;
const area = await ward.area({ name: 'Cardiology', fields });
const clara = await ward.colleague('Clara Clinician', [area.id, 'clinician']);
await ward.pass(0);

t.test('a request erases somebody who waits and is expected another time today', async (t) => {
  const email = 'gone@home.example';
  const gone = await ward.arrived(area.slug, 'Gone Gaston', { email });
  const stays = await ward.arrived(area.slug, 'Here Helen');
  await send(ward.app, clara.person, '/console/appointments/new', {
    name: 'Gone Gaston',
    email,
    language: 'en',
    clinician: clara.id,
    starts: inParis(ward.now + 60 * MINUTE_MS),
    duration: '20',
  });
  const staff = await clara.watch();
  const [gones, others] = [await gone.wait(), await stays.wait()];
  const before = await staff.until('the view', ({ type }) => type === 'view');
  t.match(JSON.stringify(before), /"visits":.*Gone Gaston.*"expected":.*Gone Gaston/);
  await others.until('the place', ({ hold }) => hold.place === 2);
  await gones.until('the place', ({ hold }) => hold.place === 1);

  await erasure.eraseSubject({ kind: 'address', email }, system);
  await ward.pass(0);
  const after = await until('a new view', () =>
    staff.messages.findLast((each) => each.type === 'view' && each !== before),
  );
  t.match(JSON.stringify(after), 'Here Helen');
  t.notMatch(JSON.stringify(after), 'Gone Gaston');
  await others.until('the place of who moved up', ({ hold }) => hold.place === 1);
  await until('their own page is closed', () => gones.closeCode === NOT_THERE);
  t.match((await gone.load(`/w/${area.slug}/wait`)).status, 303, 'and leads to the door');
  await ward.pass(0);
  t.equal(staff.messages.filter(({ type }) => type === 'view').length, 2, 'told once');
  for (const each of [staff, others]) each.cut();
});

t.test('at midnight the names of those who were seen are gone', async (t) => {
  ward.at('23:30');
  await ward.arrived(area.slug, 'Late Lisa');
  const id = await clara.idOf('Late Lisa');
  await clara.act(`/clinic/visits/${id}/end`);
  await ward.database('visits').where({ id }).update({ state: 'left' });
  const staff = await clara.watch();
  const before = await staff.until('the view', ({ type }) => type === 'view');
  t.match(JSON.stringify(before), 'Late Lisa');
  await ward.database('sessions').update({ seen_at: ward.now + 40 * MINUTE_MS });
  await ward.pass(40 * MINUTE_MS);
  const after = await until('a new view', () =>
    staff.messages.findLast((each) => each.type === 'view' && each !== before),
  );
  t.notMatch(JSON.stringify(after), 'Late Lisa');
  staff.cut();
});
