import t from 'tap';
import { DAY_MS, HOUR_MS } from '../../app/kernel/clock.ts';
import { createTranslate } from '../../app/kernel/i18n.ts';
import en from '../../app/locales/en.json' with { type: 'json' };
import fr from '../../app/locales/fr.json' with { type: 'json' };
import { Outbox } from '../../app/mail/outbox.ts';
import { announceErasures, erasureNight } from '../../app/privacy/retention/ending-letters.ts';
import { isRunDue, lastNight, nightAfter } from '../../app/privacy/retention/nights.ts';
import { Archive, SETTINGS } from './archive.ts';

const translates = { en: createTranslate('en', en), fr: createTranslate('fr', fr) };

/** Looks as the app does, which may have started anew just now: nothing is remembered but the database. */
function look(archive: Archive): Promise<number> {
  const clock = () => archive.now;
  const sender = { controllerName: 'Operator', supportEmail: null };
  return announceErasures({
    database: archive.database,
    clock,
    audit: archive.audit,
    outbox: new Outbox({ clock, translates, sender }),
    translates,
    serviceDays: SETTINGS.service_days,
    siteName: 'Linkello',
  });
}

const letters = (archive: Archive) =>
  archive.database('letters').where({ kind: 'erasure_ahead' }).orderBy(['created_at', 'recipient']);

t.test('administrators are told 14 and 3 days before, once each, in their language', async (t) => {
  const archive = await Archive.make(t);
  const id = await archive.organisation('Clinic North', { endedAt: archive.now });
  await archive.person(id, 'Ada Admin', { role: 'administrator', language: 'en' });
  await archive.person(id, 'Basile Admin', { role: 'administrator', language: 'fr' });
  await archive.person(id, 'Mel Member');
  const erasedAt = erasureNight(archive.now, SETTINGS.service_days);
  const months = [
    [erasedAt - 14 * DAY_MS - 1, 0],
    [erasedAt - 14 * DAY_MS, 2],
    [erasedAt - 14 * DAY_MS + HOUR_MS, 2],
    [erasedAt - 3 * DAY_MS - 1, 2],
    [erasedAt - 3 * DAY_MS, 4],
    [erasedAt - 1, 4],
    [erasedAt, 4],
  ] as const;
  for (const [now, count] of months) {
    archive.now = now;
    await look(archive);
    await look(archive);
    t.equal((await letters(archive)).length, count, `${(erasedAt - now) / DAY_MS} days before`);
  }
  const [english, french] = await letters(archive);
  t.match(english, {
    recipient: 'ada.admin@example.org',
    language: 'en',
    subject: /^All data of Clinic North/,
  });
  t.match(french, { recipient: 'basile.admin@example.org', language: 'fr', subject: /^Toutes les données/ });
  t.match(english.text, /Clinic North[\s\S]*erased for good/);
  t.equal((await archive.database('audit').where({ action: 'retention.announced' })).length, 2);
});

t.test('reactivating stops it, and another end is told anew', async (t) => {
  const archive = await Archive.make(t);
  const id = await archive.organisation('Clinic North', { endedAt: archive.now });
  await archive.person(id, 'Ada Admin', { role: 'administrator' });
  archive.now = erasureNight(archive.now, SETTINGS.service_days) - 14 * DAY_MS;
  await look(archive);
  const set = (changes: object) => archive.database('organisations').where({ id }).update(changes);
  await set({ status: 'active', ended_at: null });
  archive.now += 12 * DAY_MS;
  t.equal(await look(archive), 0);
  await archive.retention().run({ kind: 'system', id: null, requestId: null });
  t.equal((await archive.ids('people')).length, 1);
  await set({ status: 'ended', ended_at: archive.now });
  archive.now = erasureNight(archive.now, SETTINGS.service_days) - 14 * DAY_MS;
  t.equal(await look(archive), 1);
});

t.test('an end that is planned is told of before it comes', async (t) => {
  const archive = await Archive.make(t);
  const endsAt = archive.now + 40 * DAY_MS;
  const id = await archive.organisation('Clinic North', { endsAt });
  await archive.person(id, 'Ada Admin', { role: 'administrator' });
  t.equal(await look(archive), 0);
  archive.now = erasureNight(endsAt, 3) - 14 * DAY_MS;
  const sooner = { ...SETTINGS, service_days: 3 };
  const clock = () => archive.now;
  const told = await announceErasures({
    database: archive.database,
    clock,
    audit: archive.audit,
    outbox: new Outbox({ clock, translates, sender: { controllerName: '', supportEmail: null } }),
    translates,
    serviceDays: sooner.service_days,
    siteName: 'Linkello',
  });
  t.equal(told, 1);
  t.ok(archive.now < endsAt);
});

t.test('without an administrator the owners are told; of what is held nobody is', async (t) => {
  const archive = await Archive.make(t);
  const house = await archive.organisation('House');
  await archive.person(house, 'Olive Owner', { role: 'owner' });
  const id = await archive.organisation('Clinic North', { endedAt: archive.now });
  const held = await archive.organisation('Clinic Held', { endedAt: archive.now });
  await archive.holds.make(
    { kind: 'system', id: null, requestId: null },
    { kind: 'organisation', id: held, reason: 'Court', endsAt: archive.now + 400 * DAY_MS },
  );
  archive.now = erasureNight(archive.now, SETTINGS.service_days) - 3 * DAY_MS;
  t.equal(await look(archive), 1);
  t.match(await letters(archive), [{ recipient: 'olive.owner@example.org', organisation_id: id }]);
});

t.test('a run every night, and one that was missed is made up for', async (t) => {
  const noon = new Date(2026, 5, 10, 12).getTime();
  const night = new Date(2026, 5, 10, 3).getTime();
  t.equal(lastNight(noon), night);
  t.equal(lastNight(night), night);
  t.equal(lastNight(night - 1), new Date(2026, 5, 9, 3).getTime());
  t.equal(nightAfter(night), night);
  t.equal(nightAfter(night + 1), new Date(2026, 5, 11, 3).getTime());
  t.equal(isRunDue(noon, null, noon - HOUR_MS), false, 'not on the day of the installation');
  t.equal(isRunDue(new Date(2026, 5, 11, 3).getTime(), null, noon), true, 'but in its first night');
  t.equal(isRunDue(noon, night, 0), false, 'it ran');
  t.equal(isRunDue(noon, night - 1, 0), true, 'it was off in the night');
  t.equal(isRunDue(noon, night - 40 * DAY_MS, 0), true);
  t.equal(isRunDue(noon, noon + 4000 * DAY_MS, 0), true, 'the clock was set back by years');
});
