import { X509Certificate } from 'node:crypto';
import t from 'tap';
import { openDatabase } from '../../app/database/open.ts';
import { DAY_MS, HOUR_MS } from '../../app/kernel/clock.ts';
import { RunningApp } from '../app/running-app.ts';
import { signedIn } from '../app/signed-in.ts';
import { until } from '../deadline.ts';

t.test('owners are written to when a certificate ends, once a level', async (t) => {
  let at = Date.now();
  const app = await RunningApp.start({}, { clock: () => at, certificateCheckMs: 20 });
  t.teardown(() => app.stop());
  const database = await openDatabase(app.databaseFile);
  t.teardown(() => database.destroy());
  const subjects = async () => database('letters').orderBy('created_at').orderBy('subject').pluck('subject');
  const endsAt = new X509Certificate(app.authorityPem).validToDate.getTime();

  // Nobody is there to be told yet.
  at = endsAt - 20 * DAY_MS - HOUR_MS;
  await until('the alarm is seen', () => app.log.some(({ msg }) => msg === 'a certificate ends soon'));
  t.same(await database('told_alarms'), []);

  const emails = ['chief@clinic.example', 'other.chief@clinic.example'];
  for (const email of emails) await signedIn(app, 'member', { email });
  await signedIn(app, 'administrator');
  // Both at once: whenever it is looked, there are none or two.
  await database('people').whereIn('email', emails).update({ role: 'owner' });
  await until('both owners are told of both', subjects, ({ length }) => length === 4);
  t.same(new Set(await database('letters').pluck('recipient')), new Set(emails));
  t.same(
    new Set(await subjects()),
    new Set([
      'The certificate of Linkello ends in 20 days',
      'The certificate authority of Linkello ends in 20 days',
    ]),
  );
  const [letter] = await database('letters').where('subject', 'like', '%authority%');
  t.match(letter.text, /Ends: \d+ \w+ \d{4}/);
  t.match(letter.text, /^https:\/\/.*\/console\/health$/m);
  t.match(letter, { kind: 'certificate_alarm', sensitive: 0 });

  const told = await database('told_alarms').count({ count: '*' });
  at += 2 * DAY_MS;
  await until(
    'it is looked again',
    () => app.log.filter(({ msg }) => msg === 'a certificate ends soon').length > 2,
  );
  t.same(await database('told_alarms').count({ count: '*' }), told, 'the same level');
  at = endsAt - 7 * DAY_MS;
  await until('a week before', subjects, ({ length }) => length === 8);
  at = endsAt + HOUR_MS;
  await until('afterwards', subjects, ({ length }) => length === 12);
  t.ok((await subjects()).includes('The certificate of Linkello has ended'));
});
