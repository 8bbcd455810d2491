import t, { type Test } from 'tap';
import { DAY_MS } from '../../app/kernel/clock.ts';
import { createTranslate } from '../../app/kernel/i18n.ts';
import en from '../../app/locales/en.json' with { type: 'json' };
import fr from '../../app/locales/fr.json' with { type: 'json' };
import { Outbox } from '../../app/mail/outbox.ts';
import { dueAt, reminderDue } from '../../app/privacy/requests/deadline.ts';
import { remind } from '../../app/privacy/requests/reminders.ts';
import { Requests } from '../../app/privacy/requests/requests.ts';
import { Archive, KEY } from './archive.ts';

const translates = { en: createTranslate('en', en), fr: createTranslate('fr', fr) };
const letterhead = { siteName: 'Linkello', urlOf: (path: string) => `https://meet.example${path}` };
const someone = { kind: 'person', id: 'someone', requestId: null } as const;

const day = (at: number) => new Date(at).toLocaleDateString('sv-SE');
const received = (year: number, month: number, date: number) => new Date(year, month - 1, date, 15).getTime();

t.test('a request is due after one calendar month, to the end of that day', async (t) => {
  const cases = [
    [received(2026, 1, 15), '2026-02-15', '2026-04-15'],
    [received(2026, 1, 31), '2026-02-28', '2026-04-30'],
    [received(2028, 1, 31), '2028-02-29', '2028-04-30'],
    [received(2026, 8, 31), '2026-09-30', '2026-11-30'],
    [received(2026, 11, 30), '2026-12-30', '2027-02-28'],
    [received(2026, 12, 31), '2027-01-31', '2027-03-31'],
  ] as const;
  for (const [at, month, three] of cases) {
    t.equal(day(dueAt(at, 1)), month);
    t.equal(day(dueAt(at, 3)), three);
    t.equal(day(dueAt(at, 1) + 1), day(dueAt(at, 1) + DAY_MS), 'the last millisecond of the day');
  }
});

t.test('the reminder that is due', async (t) => {
  const due = dueAt(received(2026, 3, 10), 1);
  const left = (days: number) => reminderDue(due, due - days * DAY_MS);
  t.strictSame([15, 14, 8, 7, 3, 2, 0, -3].map(left), [null, 14, 14, 7, 7, 2, 2, 2]);
});

/** Requests over a database whose clock is set by hand. */
async function office(t: Test) {
  const archive = await Archive.make(t);
  const { database, audit } = archive;
  const clock = () => archive.now;
  const outbox = new Outbox({
    clock,
    translates,
    sender: { controllerName: 'CHU Nord', supportEmail: null },
  });
  const parts = { database, audit, clock, outbox, translates, letterhead };
  const requests = new Requests({ ...parts, erasure: archive.erasure, key: KEY, needsTwoPeople: false });
  const house = await archive.organisation('House');
  await archive.person(house, 'Dora Officer', { role: 'dpo' });
  await archive.person(house, 'Olga Owner', { role: 'owner' });
  const make = () =>
    requests.make(someone, {
      kind: 'access',
      channel: 'letter',
      personId: null,
      email: 'gaston@guests.example',
      name: 'Gaston Guest',
      message: 'Everything, please.',
      language: 'fr',
      receivedAt: archive.now,
      isProved: false,
    });
  const subjects = async (kind: string): Promise<{ recipient: string; subject: string; text: string }[]> =>
    database('letters').where({ kind }).orderByRaw('created_at, rowid');
  return { archive, requests, make, subjects, look: () => remind(parts) };
}

t.test('officers are reminded at 14, 7 and 2 days, once each, whatever restarts', async (t) => {
  const { archive, make, look, subjects } = await office(t);
  const { due_at: due, number } = await make();
  t.equal((await subjects('request_duty')).length, 1, 'told of the new one');
  const at = async (daysBefore: number) => {
    archive.now = due - daysBefore * DAY_MS;
    return [await look(), await look()];
  };
  t.strictSame(await at(15), [0, 0]);
  t.strictSame(await at(14), [1, 0]);
  t.strictSame(await at(8), [0, 0]);
  t.strictSame(await at(7), [1, 0]);
  t.strictSame(await at(2), [1, 0]);
  t.strictSame(await at(0), [0, 0]);
  const letters = (await subjects('request_duty')).slice(1);
  t.strictSame(
    letters.map(({ subject }) => subject),
    [14, 7, 2].map((days) => `Request no. ${number}: ${days} days left`),
  );
  for (const { recipient, text } of letters) {
    t.equal(recipient, 'dora.officer@example.org', 'the officer, and not the owner');
    t.notMatch(text, /Gaston|gaston/, 'it names nobody');
  }
});

t.test('after a rest one letter goes out, not three; none for what is closed', async (t) => {
  const { archive, requests, make, look, subjects } = await office(t);
  const { id, due_at: due } = await make();
  const { id: refused } = await make();
  await requests.refuse(someone, refused, 'Manifestement excessive.');
  archive.now = due - DAY_MS;
  t.strictSame([await look(), await look()], [1, 0]);
  t.equal((await subjects('request_duty')).length, 3, 'two new ones, one reminder');
  await t.rejects(requests.extend(someone, refused, 'No'), { code: 'changed_meanwhile' });
  t.equal((await requests.find(id)).reminded_days, 2);
});

t.test(
  'an extension is three months from receipt, with a reason that is sent, within the first month',
  async (t) => {
    const { archive, requests, make, look, subjects } = await office(t);
    archive.now = received(2026, 1, 31);
    const { id, due_at: due } = await make();
    t.equal(day(due), '2026-02-28');
    archive.now = due - DAY_MS;
    await look();
    await requests.extend(someone, id, 'Beaucoup de dossiers.\n\nMerci de patienter.');
    const row = await requests.find(id);
    t.equal(day(row.due_at), '2026-04-30');
    const [, letter] = await subjects('request');
    t.equal(letter?.recipient, 'gaston@guests.example');
    t.match(letter?.text, /Beaucoup de dossiers\.[\s\S]*Merci de patienter\./);
    await t.rejects(requests.extend(someone, id, 'Encore'), { code: 'changed_meanwhile' });
    archive.now = row.due_at - 7 * DAY_MS;
    t.equal(await look(), 1, 'reminders begin anew');
    const late = await make();
    archive.now = late.due_at + 1;
    await t.rejects(requests.extend(someone, late.id, 'Trop tard'), { code: 'too_late_to_extend' });
  },
);
