import t from 'tap';
import { House } from './house.ts';

const house = await House.build();
t.teardown(() => house.close());
const nora = await house.person('Nora');
const sam = await house.person('Sam', 'member', 'south');
const inForce = { name: 'Guy', email: null, language: 'en', appointment: null } as const;
const HOUR = 3_600_000;

const reason = async (slug: string, token: string | null, person: typeof nora | null = null) => {
  const { admission } = await house.directory.visit(slug, person, token);
  return admission.kind === 'enter' ? admission.role : admission.reason;
};

t.test('a link opens its own room, for as long as it is in force', async (t) => {
  const room = await house.room(nora, {}, 'own-room');
  const other = await house.room(nora, {}, 'other-room');
  const expiresAt = house.now + HOUR;
  const invitation = await house.invitations.make(house.inviter(nora), room.id, { ...inForce, expiresAt });
  const token = house.guestLinks.tokenOf(invitation);
  t.equal(await reason('own-room', token), 'guest');
  t.equal(await reason('own-room', null), 'invitation_needed');
  t.equal(await reason(other.slug, token), 'invitation_over');
  t.equal(await reason('own-room', token, nora), 'host');
  t.match(await house.directory.follow(token), { room: { id: room.id }, invitation: { name: 'Guy' } });

  house.now = expiresAt - 1;
  t.equal(await reason('own-room', token), 'guest');
  house.now = expiresAt;
  t.equal(await reason('own-room', token), 'invitation_over');
});

t.test('a link that was taken back, replaced, forged or whose room is gone opens nothing', async (t) => {
  const room = await house.room(nora, {}, 'forged-room');
  const inviter = house.inviter(nora);
  const make = () => house.invitations.make(inviter, room.id, { ...inForce, expiresAt: house.now + HOUR });
  const [revoked, renewed, kept] = [await make(), await make(), await make()];
  const tokens = [revoked, renewed, kept].map((each) => house.guestLinks.tokenOf(each));
  const [first = '', second = '', third = ''] = tokens;
  await house.invitations.revoke(inviter, { roomId: room.id, id: revoked.id, sequence: 0 }, false);
  await house.invitations.renewLink(inviter, { roomId: room.id, id: renewed.id, sequence: 0 });
  t.equal(await reason('forged-room', first), 'invitation_over');
  t.equal(await reason('forged-room', second), 'invitation_over');
  t.equal(await house.directory.follow(second), null);
  t.equal(await reason('forged-room', third), 'guest');
  // The id of one with the proof of another.
  const mixed = third.slice(0, 16) + first.slice(16);
  for (const forged of [mixed, '', 'x', 'x'.repeat(38), `${third} `, third.slice(1), '../..'])
    t.equal(await reason('forged-room', forged), 'invitation_over', forged);
  await house.rooms.remove(inviter.actor, inviter.scope, room.id, async () => {});
  t.equal(await house.directory.follow(third), null);
  t.equal(await reason('forged-room', third), 'not_found');
});

t.test('somebody who is signed in is invited by their address', async (t) => {
  const room = await house.room(nora, {}, 'by-address');
  const inviter = house.inviter(nora);
  t.equal(await reason('by-address', null, sam), 'invitation_needed');
  const { id } = await house.invitations.make(inviter, room.id, {
    ...inForce,
    email: sam.email,
    expiresAt: house.now + HOUR,
  });
  t.equal(await reason('by-address', null, sam), 'participant');
  await house.invitations.revoke(inviter, { roomId: room.id, id, sequence: 0 }, false);
  t.equal(await reason('by-address', null, sam), 'invitation_needed');
});

t.test('the rooms of an organisation that is no client any more are closed for good', async (t) => {
  await house.room(nora, { access: 'anyone', hasLobby: true }, 'of-north');
  t.equal(await reason('of-north', null), 'guest');
  await house
    .database('organisations')
    .where({ id: 'north' })
    .update({ status: 'ended', ended_at: house.now });
  t.equal(await reason('of-north', null), 'expired');
  t.equal(await reason('of-north', null, nora), 'expired');
});
