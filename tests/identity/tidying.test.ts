import t from 'tap';
import { openDatabase } from '../../app/database/open.ts';
import { Sessions } from '../../app/identity/sessions.ts';
import { tidySignIns } from '../../app/identity/sign-in/store.ts';
import { DAY_MS, HOUR_MS } from '../../app/kernel/clock.ts';
import { Clinic } from './clinic.ts';
import { buildAgain } from './second-start.ts';

const EMAIL = 'marie@example.org';

t.test('sessions and letters that are over are deleted, and no others', async (t) => {
  const clinic = await Clinic.open(t);
  await clinic.person(EMAIL);
  await clinic.signedIn(EMAIL);
  const database = await openDatabase(clinic.running.databaseFile);
  t.teardown(() => database.destroy());
  const left = async (aheadMs: number) => {
    const clock = () => Date.now() + aheadMs;
    await new Sessions({ database, clock, idleMs: 12 * HOUR_MS, lifetimeMs: 14 * DAY_MS }).tidy();
    await tidySignIns(database, clock());
    return [
      (await database('sessions').select()).length,
      (await database('sign_ins').select()).length,
    ] as const;
  };
  t.same(await left(0), [1, 1]);
  t.same(await left(11 * HOUR_MS), [1, 1]);
  t.same(await left(13 * HOUR_MS), [0, 1], 'idle for too long; the day of the limits is not over');
  t.same(await left(DAY_MS + HOUR_MS), [0, 0]);

  await clinic.signedIn(EMAIL);
  await database('sessions').update({ created_at: Date.now() - 14 * DAY_MS, seen_at: Date.now() });
  t.same(await left(0), [0, 1], 'signed in for its days, however much it was used');
});

t.test('a start deletes what is over', async (t) => {
  const clinic = await Clinic.open(t);
  await clinic.person(EMAIL);
  await clinic.signedIn(EMAIL);
  await clinic.database('sessions').update({ seen_at: 1 });
  t.equal((await clinic.database('sessions').select()).length, 1);
  await buildAgain(clinic.running);
  t.equal((await clinic.database('sessions').select()).length, 0);
});
