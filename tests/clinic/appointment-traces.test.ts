import { readFile } from 'node:fs/promises';
import t from 'tap';
import {
  appointmentImports,
  appointments,
  calendarFeeds,
} from '../../app/clinic/appointments/data-categories.ts';
import { serviceTokens } from '../../app/identity/data-categories.ts';
import type { RetentionTerms, Subject } from '../../app/inventory/category-store.ts';
import { DAY_MS, HOUR_MS } from '../../app/kernel/clock.ts';
import { letters } from '../../app/mail/data-categories.ts';
import { send, upload } from '../app/form.ts';
import { CanarySearch } from '../canary/search.ts';
import { AppointmentWard, inParis } from './appointment-ward.ts';

/** Values that stand nowhere else, in everything that appointments keep: gone from the file once they are to be. */

const ward = await AppointmentWard.open();
t.teardown(() => ward.close());
const area = await ward.area();
const secretary = await ward.staff('Sam Secretary', area.id, 'secretary');

const stores = [appointments, appointmentImports, calendarFeeds, serviceTokens, letters].map(({ store }) => {
  if (store === null) throw new Error('nothing is stored');
  return store;
});

const person = (mark: string) => ({
  name: `Zéphyrine ${mark}wyn`,
  email: `${mark}@tumtumerie.example`.toLowerCase(),
  wish: `Frabjous ${mark}`,
  reference: `KX-${mark}-TULGEY`,
});
type Planted = ReturnType<typeof person>;

async function plant({ name, email, wish, reference }: Planted): Promise<void> {
  const starts = inParis(ward.now + 2 * DAY_MS);
  const fields = { name, email, language: 'fr', starts, duration: '20', reference };
  const made = await send(ward.app, secretary, '/console/appointments/new', fields);
  if (made.status !== 303) throw new Error(`${made.status}`);
  const link = ward.linkIn(await ward.lastLetter(email));
  await ward.press(`${link}/other-time`, { wish });
  const line = `"${name}",${email},${starts},${reference}2`;
  const file = Buffer.from(`name,email,start,reference\n${line}\n`);
  await upload(ward.app, secretary, '/console/appointments/import', { file, fields: { area: area.id } });
}

/** Where in the database's file, its log included, something of them is. */
async function tracesOf(planted: Planted): Promise<readonly unknown[]> {
  await ward.database.raw('PRAGMA wal_checkpoint(TRUNCATE)');
  return new CanarySearch({ ...planted }).bytes('database', await readFile(ward.app.databaseFile));
}

t.test('erased by their address: no byte is left', async (t) => {
  const planted = person('Quaxter');
  const other = person('Brillig');
  await plant(planted);
  await plant(other);
  t.not((await tracesOf(planted)).length, 0, 'the search finds them while they are there');
  const subject: Subject = { kind: 'address', email: planted.email };
  await ward.database.transaction(async (transaction) => {
    for (const store of stores) await store.erase(transaction, subject);
  });
  t.strictSame(await tracesOf(planted), []);
  t.not((await tracesOf(other)).length, 0, 'and nobody else');
});

t.test('past their time: no byte is left', async (t) => {
  const planted = person('Whiffling');
  await plant(planted);
  await ward.sendLetters();
  await ward.database('letters').update({ done_at: ward.now });
  const terms = (at: number): RetentionTerms => ({
    now: at,
    serviceDays: 30,
    relationshipDays: 1095,
    invitationDays: 30,
    letterDays: 2,
    attestationDays: 365,
    heldIds: new Set(),
  });
  const expire = async (at: number) => {
    for (const store of stores) {
      const once = () => ward.database.transaction((each) => store.expire(each, terms(at), 100));
      while ((await once()) > 0);
    }
  };
  await expire(ward.now + HOUR_MS - 1);
  t.not((await tracesOf(planted)).length, 0);
  await expire(ward.now + 10 * DAY_MS);
  t.strictSame(await tracesOf(planted), []);
});
