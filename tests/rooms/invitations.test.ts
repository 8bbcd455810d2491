import ICAL from 'ical.js';
import t from 'tap';
import type { InvitationFields } from '../../app/rooms/invitation-fields.ts';
import { findInvitation } from '../../app/rooms/invitation-store.ts';
import { MOST_IN_FORCE } from '../../app/rooms/invitations.ts';
import { House, type Posted } from './house.ts';

const house = await House.build();
t.teardown(() => house.close());
const nora = await house.person('Nora Nord');
const nick = await house.person('Nick');
const sue = await house.person('Sue', 'administrator', 'south');

const appointment = (startsAt: string) => ({
  startsAt: Date.parse(startsAt),
  durationMinutes: 30,
  timeZone: 'Europe/Paris',
});
const inTwoDays = Date.parse('2026-11-26T10:00:00+01:00');
const emilie: InvitationFields = {
  name: 'Émilie <b>Zola</b>',
  email: 'emilie@example.org',
  language: 'fr',
  appointment: appointment('2026-11-26T10:00:00+01:00'),
  expiresAt: inTwoDays + 12 * 3_600_000,
};

const lastLetter = async () => (await house.letters()).at(-1) as Posted;
function calendarIn({ attachments }: Posted) {
  const [attachment] = attachments;
  if (attachment === undefined) return null;
  const calendar = new ICAL.Component(ICAL.parse(attachment.content) as unknown[]);
  const event = calendar.getFirstSubcomponent('vevent');
  const start = event?.getFirstPropertyValue('dtstart');
  return {
    contentType: attachment.contentType,
    method: calendar.getFirstPropertyValue('method'),
    uid: event?.getFirstPropertyValue('uid'),
    sequence: event?.getFirstPropertyValue('sequence'),
    start: String(start),
    url: String(event?.getFirstPropertyValue('url')),
  };
}
const linkIn = ({ text }: Posted) => /https:\/\/meet\.example\.org\/i\/([\w-]{38})/.exec(text)?.[1] ?? '';

async function invite(fields: Partial<InvitationFields> = {}) {
  const room = await house.room(nora, { name: 'Consultation & <i>suivi</i>' });
  const inviter = house.inviter(nora);
  const invitation = await house.invitations.make(inviter, room.id, { ...emilie, ...fields });
  const chosen = (sequence: number) => ({ roomId: room.id, id: invitation.id, sequence });
  const read = () => findInvitation(house.database, room.id, invitation.id);
  return { room, inviter, invitation, chosen, read };
}

t.test(
  'a letter says who, where and when in the guest’s language, with the link and a calendar',
  async (t) => {
    const { invitation } = await invite();
    const letter = await lastLetter();
    t.match(letter, { kind: 'invitation', recipient: 'emilie@example.org', sensitive: 1 });
    t.equal(letter.subject, 'Invitation\u00a0: Consultation & <i>suivi</i>');
    t.match(letter.text, 'Nora Nord vous invite');
    t.match(letter.text, 'jeudi 26 novembre 2026 de 10:00 à 10:30 (heure d’Europe centrale, UTC+1)');
    t.notMatch(letter.html, /<b>Zola|<i>suivi/);
    t.match(letter.html, 'Émilie &lt;b&gt;Zola&lt;/b&gt;');
    t.notMatch(
      letter.text + letter.html + letter.attachments[0]?.content,
      nora.email,
      'the host’s address is theirs',
    );
    t.equal(linkIn(letter), house.guestLinks.tokenOf(invitation));
    t.match(calendarIn(letter), {
      contentType: 'text/calendar; charset=utf-8; method=REQUEST',
      method: 'REQUEST',
      uid: `${invitation.id}@linkello`,
      sequence: 0,
      start: '2026-11-26T10:00:00',
      url: `https://meet.example.org/i/${linkIn(letter)}`,
    });
  },
);

t.test('another time, no fixed time, and the end, each with a higher number', async (t) => {
  const { inviter, chosen, read, invitation } = await invite();
  await house.sendLetters();
  const uid = `${invitation.id}@linkello`;

  const later = appointment('2027-03-29T10:00:00+02:00');
  await house.invitations.reschedule(inviter, chosen(0), {
    appointment: later,
    expiresAt: later.startsAt + 1,
  });
  t.match(await lastLetter(), { kind: 'invitation_changed' });
  t.match(calendarIn(await lastLetter()), {
    method: 'REQUEST',
    uid,
    sequence: 1,
    start: '2027-03-29T10:00:00',
  });

  await house.sendLetters();
  await house.invitations.reschedule(inviter, chosen(1), { appointment: null, expiresAt: later.startsAt });
  t.match(calendarIn(await lastLetter()), {
    method: 'CANCEL',
    uid,
    sequence: 2,
    start: '2027-03-29T10:00:00',
  });
  t.equal(linkIn(await lastLetter()), house.guestLinks.tokenOf(invitation), 'the link stays');

  await house.sendLetters();
  await house.invitations.reschedule(inviter, chosen(2), {
    appointment: later,
    expiresAt: later.startsAt + 1,
  });
  t.match(calendarIn(await lastLetter()), { method: 'REQUEST', uid, sequence: 3 });

  await house.sendLetters();
  await house.invitations.revoke(inviter, chosen(3), true);
  const cancelled = await lastLetter();
  t.match(cancelled, { kind: 'invitation_cancelled', sensitive: 0 });
  t.match(calendarIn(cancelled), { method: 'CANCEL', uid, sequence: 4 });
  t.equal(linkIn(cancelled), '', 'a link that leads nowhere is not sent');
  t.match(await read(), { revokedAt: house.now, sequence: 4 });
});

t.test('a first letter that did not go out yet is taken back', async (t) => {
  const { inviter, chosen, read } = await invite();
  const later = appointment('2026-12-01T10:00:00+01:00');
  await house.invitations.reschedule(inviter, chosen(0), {
    appointment: later,
    expiresAt: later.startsAt + 1,
  });
  const [first, second] = (await house.letters()).slice(-2);
  t.match(first, { kind: 'invitation', state: 'withdrawn', text: '', attachments: [] });
  t.match(second, { kind: 'invitation', state: 'waiting' }, 'the second is the first that is read');

  const other = await invite();
  const before = (await house.letters()).length;
  await house.invitations.revoke(other.inviter, other.chosen(0), true);
  t.equal((await house.letters()).length, before, 'who was told of nothing is told of no end');
  t.match(await lastLetter(), { state: 'withdrawn' });
  t.match(await other.read(), { letterState: 'withdrawn' });
  t.match(await read(), { letterState: 'waiting' });
});

t.test('without an address, or without being told, nobody gets a letter', async (t) => {
  const before = (await house.letters()).length;
  const { inviter, chosen } = await invite({ email: null });
  await house.invitations.reschedule(inviter, chosen(0), { appointment: null, expiresAt: inTwoDays });
  await house.invitations.renewLink(inviter, chosen(1));
  await house.invitations.revoke(inviter, chosen(2), true);
  t.equal((await house.letters()).length, before);
  const other = await invite();
  await house.sendLetters();
  const sent = (await house.letters()).length;
  await house.invitations.revoke(other.inviter, other.chosen(0), false);
  t.equal((await house.letters()).length, sent);
});

t.test('a letter is sent again as it was, a replaced link makes the old one void', async (t) => {
  const { room, inviter, chosen, invitation, read } = await invite();
  const first = await lastLetter();
  await house.sendLetters();
  house.now += 60_000;
  await house.invitations.resend(inviter, { roomId: room.id, id: invitation.id });
  const again = await lastLetter();
  t.equal(linkIn(again), linkIn(first));
  t.match(calendarIn(again), { sequence: 0 });

  await house.invitations.renewLink(inviter, chosen(0));
  const renewed = await lastLetter();
  t.not(linkIn(renewed), linkIn(first));
  t.match(calendarIn(renewed), { sequence: 1, url: `https://meet.example.org/i/${linkIn(renewed)}` });
  t.equal((await house.directory.visit(room.slug, null, linkIn(renewed))).admission.kind, 'enter');
  t.match((await house.directory.visit(room.slug, null, linkIn(first))).admission, {
    reason: 'invitation_over',
  });
  t.match(await read(), { linkGeneration: 2 });
});

t.test('of two changes at once one counts; what is over stays so', async (t) => {
  const { inviter, chosen } = await invite();
  const results = await Promise.allSettled([
    house.invitations.revoke(inviter, chosen(0), true),
    house.invitations.renewLink(inviter, chosen(0)),
    house.invitations.revoke(inviter, chosen(0), true),
  ]);
  const lost = results.flatMap((result) => (result.status === 'rejected' ? [result.reason.code] : []));
  t.same(lost, ['changed_meanwhile', 'changed_meanwhile']);
  await t.rejects(house.invitations.renewLink(inviter, chosen(1)), { code: 'changed_meanwhile' });

  const twice = await invite();
  await house.invitations.renewLink(twice.inviter, twice.chosen(0));
  await t.rejects(house.invitations.renewLink(twice.inviter, twice.chosen(0)), { code: 'changed_meanwhile' });
  await t.resolves(house.invitations.renewLink(twice.inviter, twice.chosen(1)));

  const other = await invite();
  house.now = inTwoDays + 13 * 3_600_000;
  await t.rejects(house.invitations.revoke(other.inviter, other.chosen(0), true), {
    code: 'changed_meanwhile',
  });
  house.now = inTwoDays - 2 * 86_400_000;
});

t.test('others’ rooms have no invitations, and an invitation none but its own room', async (t) => {
  const { room, invitation } = await invite();
  const mine = await house.room(nick);
  for (const person of [nick, sue]) {
    const inviter = house.inviter(person);
    const absent = { code: 'not_found' };
    for (const roomId of [room.id, mine.id]) {
      const chosen = { roomId, id: invitation.id, sequence: 0 };
      await t.rejects(house.invitations.revoke(inviter, chosen, true), absent);
      await t.rejects(house.invitations.renewLink(inviter, chosen), absent);
      await t.rejects(house.invitations.resend(inviter, chosen), absent);
      await t.rejects(house.invitations.reschedule(inviter, chosen, emilie), absent);
    }
    await t.rejects(house.invitations.make(inviter, room.id, emilie), absent);
  }
});

t.test('a room that is deleted cancels what is still to come', async (t) => {
  const { room, inviter, invitation } = await invite();
  await house.invitations.make(inviter, room.id, { ...emilie, appointment: null });
  await house.sendLetters();
  const before = (await house.letters()).length;
  await house.rooms.remove(inviter.actor, inviter.scope, room.id, (transaction, found) =>
    house.invitations.cancelAll(transaction, inviter, found),
  );
  const letters = (await house.letters()).slice(before);
  t.equal(letters.length, 1);
  t.match(letters[0], { kind: 'invitation_cancelled' });
  t.match(calendarIn(await lastLetter()), { method: 'CANCEL', sequence: 1 });
  t.equal(await house.directory.follow(house.guestLinks.tokenOf(invitation)), null);
});

t.test('a room has so many invitations and no more, until some are over', async (t) => {
  const room = await house.room(nora);
  const inviter = house.inviter(nora);
  const rows = Array.from({ length: MOST_IN_FORCE }, (_, index) => ({
    id: index.toString(16).padStart(24, '0'),
    room_id: room.id,
    name: 'Guest',
    language: 'en',
    sequence: 0,
    expires_at: house.now + 1000,
    created_at: house.now,
  }));
  await house.database.batchInsert('invitations', rows, 100);
  await t.rejects(house.invitations.make(inviter, room.id, emilie), { code: 'too_many_invitations' });
  house.now += 1000;
  await t.resolves(house.invitations.make(inviter, room.id, emilie));
});

t.test('the audit log tells what was done, and of nobody', async (t) => {
  const { inviter, chosen, invitation, room } = await invite();
  await house.invitations.renewLink(inviter, chosen(0));
  await house.invitations.revoke(inviter, chosen(1), true);
  const log = (await house.audited()).filter(({ object_id }) => object_id === invitation.id);
  t.same(
    log.map(({ action, details }) => [action, JSON.parse(details)]),
    [
      ['invitation.made', { room: room.id, byLetter: true, fields: ['made'] }],
      ['invitation.changed', { room: room.id, byLetter: true, fields: ['linkGeneration'] }],
      ['invitation.revoked', { room: room.id, byLetter: true, fields: ['revokedAt'] }],
    ],
  );
  t.notMatch(JSON.stringify(await house.audited()), /emilie|zola|consultation/i);
});
