import { join } from 'node:path';
import t from 'tap';
import { system } from '../../app/audit/audit-log.ts';
import { categories } from '../../app/categories.ts';
import { Erasure } from '../../app/privacy/erasure/erasure.ts';
import { ErasureLedger, LEDGER_FILE } from '../../app/privacy/erasure/ledger.ts';
import { collectAll } from '../../app/privacy/my-data/collected.ts';
import { Retention } from '../../app/privacy/retention/retention.ts';
import { CanarySearch } from '../canary/search.ts';
import { Ward } from './ward.ts';

/**
 * Nothing of a patient is left behind: what two of them say, and what is said to them and of them, is looked for in
 * every file of the data folder. One asks to be erased in the middle of their call, the other's day ends.
 */

const DAY_MS = 86_400_000;

const ward = await Ward.open();
t.teardown(() => ward.close());
const dataFolder = join(ward.app.folder, 'data');

const asked = { asked: 'optional', keepDays: 0 } as const;
const area = await ward.area({
  name: 'Cardiology',
  fields: {
    name: asked,
    birth_date: asked,
    case_number: asked,
    reason: asked,
    email: asked,
    phone: asked,
  },
});
const ada = await ward.colleague('Dr Ada', [area.id, 'clinician']);

const erased = {
  name: 'Zéphyrine Quaxterwyn',
  birth_date: '1961-07-29',
  case_number: 'KX-7741-TULGEY',
  reason: 'Frabjousement depuis mardi',
  email: 'zq-quaxterwyn@borogovia.example',
  phone: '+33639981753',
};
const expired = {
  name: 'Hyacinthe Brilligsson',
  birth_date: '1957-02-23',
  case_number: 'QW-3308-OUTGRABE',
  reason: 'Mimsyquement depuis lundi',
  email: 'hb-brilligsson@slithyforge.example',
  phone: '+33639984286',
};
/** What staff wrote to each, and of each, and whom they brought in. */
const around = (word: string) => ({
  message: `Vous serez ${word}ement vu`,
  note: `Voir le ${word}oscope`,
  guestName: `Cousine ${word}ine`,
  guestEmail: `cousine@${word.toLowerCase()}.example`,
});
const aroundErased = around('Jubjubard');
const aroundExpired = around('Snickersnack');

async function live(said: typeof erased, told: typeof aroundErased): Promise<string> {
  await ward.arrived(area.slug, said.name, said);
  const id = await ada.idOf(said.name);
  const act = async (name: string, fields: Record<string, string> = {}) => {
    const { status } = await ada.act(`/clinic/visits/${id}/${name}`, fields);
    if (status !== 200) throw new Error(`${name}: ${status}`);
  };
  await act('message', { text: told.message });
  await act('call-back');
  await act('hand-over', { area: area.id, note: told.note });
  await act('take');
  await act('bring-in', { kind: 'family', name: told.guestName, email: told.guestEmail });
  return id;
}

const foundOf = async (values: Readonly<Record<string, string>>) =>
  (await new CanarySearch({ ...values }).folder(dataFolder)).map(({ name, where }) => `${name}: ${where}`);

function engines(clock: () => number) {
  const key = 'k'.repeat(64);
  const options = {
    database: ward.database,
    file: ward.app.databaseFile,
    clock,
    audit: ward.app.app.audit,
    key,
    categories,
    ledger: new ErasureLedger({ key, file: join(dataFolder, 'app', `canary-${LEDGER_FILE}`) }),
    onFault: (what: string, fault: unknown) => {
      throw new Error(what, { cause: fault });
    },
  };
  const settings = {
    service_days: 30,
    relationship_days: 1095,
    invitation_days: 7,
    letter_days: 7,
    attestation_days: 365,
    two_person_erasure: false,
    log_addresses: 'cut' as const,
  };
  return { erasure: new Erasure(options), retention: new Retention({ ...options, settings }) };
}

let expiredId = '';

t.test('all of it is there', async (t) => {
  await live(erased, aroundErased);
  expiredId = await live(expired, aroundExpired);
  for (const values of [
    { ...erased, ...aroundErased },
    { ...expired, ...aroundExpired },
  ]) {
    const found = new Set((await foundOf(values)).map((each) => each.slice(0, each.indexOf(':'))));
    t.same(
      Object.keys(values).filter((name) => !found.has(name)),
      [],
    );
  }
});

t.test('who asks for it is shown everything that they said', async (t) => {
  const collected = await collectAll(ward.database, categories, { kind: 'address', email: erased.email });
  const text = JSON.stringify(collected);
  for (const [field, value] of Object.entries(erased)) t.ok(text.includes(value), field);
  t.ok(text.includes(aroundErased.message), 'and what they were told');
  t.notOk(text.includes(expired.name) || text.includes(aroundErased.guestEmail), 'and nothing of others');
});

t.test('who is erased in the middle of a call leaves no byte', async (t) => {
  const { erasure } = engines(() => ward.now);
  await erasure.eraseSubject({ kind: 'address', email: erased.email }, system);
  const { guestName, guestEmail, ...told } = aroundErased;
  t.same(await foundOf({ ...erased, ...told }), []);
  t.ok((await foundOf({ name: expired.name })).length > 0, 'while the other one is still there');
  t.ok(guestName && guestEmail);
});

t.test('whose day is over leaves no byte either, nor do those who were brought in', async (t) => {
  await ada.act(`/clinic/visits/${expiredId}/end`);
  await ward.pass(DAY_MS);
  const { retention } = engines(() => ward.now);
  t.same((await retention.run(system)).failed, []);
  t.same(await foundOf({ ...erased, ...expired, ...aroundErased, ...aroundExpired }), []);
});

t.test('and no log line tells of anybody', async (t) => {
  const log = JSON.stringify(ward.app.log);
  for (const value of Object.values({ ...erased, ...expired, ...aroundErased, ...aroundExpired }))
    t.notOk(log.includes(value), value);
});
