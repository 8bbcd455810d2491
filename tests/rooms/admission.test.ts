import t from 'tap';
import {
  type Admission,
  type AdmissionSettings,
  admission,
  type Visitor,
} from '../../app/rooms/admission.ts';
import { type RoomAccess, roomAccesses } from '../../app/rooms/room.ts';
import { anInvitation, aRoom, hours } from './rooms-for-tests.ts';

const settings: AdmissionSettings = { anyoneCanOpen: true, participantsPerRoom: 50 };
/** A Tuesday, 12:00 in Paris. */
const noon = Date.parse('2026-11-24T12:00:00+01:00');

const nobody = null;
const guest: Visitor = { person: null, invitation: null };
const person = (
  id: string,
  organisationId: string,
  role: 'owner' | 'administrator' | 'member' | 'technical',
) => ({
  person: { id, organisationId, role },
  invitation: null,
});

/** Everybody who can stand at a door, and how they come in where nothing else is in the way. */
const visitors = {
  'a stranger': guest,
  'an invited guest': { ...guest, invitation: anInvitation() },
  'a guest whose invitation was revoked': { ...guest, invitation: anInvitation({ revokedAt: noon - 1 }) },
  'a guest whose invitation expired': { ...guest, invitation: anInvitation({ expiresAt: noon }) },
  'a guest with an invitation into another room': { ...guest, invitation: anInvitation({ roomId: 'c' }) },
  'a guest with a forged invitation': { ...guest, invitation: 'unknown' },
  'the host': person('nora', 'north', 'member'),
  'the host with a forged invitation': { ...person('nora', 'north', 'member'), invitation: 'unknown' },
  'another member': person('nick', 'north', 'member'),
  'another member with a revoked invitation': {
    ...person('nick', 'north', 'member'),
    invitation: anInvitation({ revokedAt: 1 }),
  },
  'the administrator': person('nina', 'north', 'administrator'),
  'a member of another organisation': person('sam', 'south', 'member'),
  'an invited member of another organisation': {
    ...person('sam', 'south', 'member'),
    invitation: anInvitation(),
  },
  'the administrator of another organisation': person('sue', 'south', 'administrator'),
  'technical staff of another organisation': person('tom', 'south', 'technical'),
  'the owner of the appliance': person('olga', 'south', 'owner'),
} as const satisfies Record<string, Visitor>;
type Who = keyof typeof visitors;

/** Role, or reason. */
const table: Record<Who, Record<RoomAccess, string>> = {
  'a stranger': { anyone: 'guest', signed_in: 'sign_in', invited: 'invitation_needed' },
  'an invited guest': { anyone: 'guest', signed_in: 'guest', invited: 'guest' },
  'a guest whose invitation was revoked': {
    anyone: 'invitation_over',
    signed_in: 'invitation_over',
    invited: 'invitation_over',
  },
  'a guest whose invitation expired': {
    anyone: 'invitation_over',
    signed_in: 'invitation_over',
    invited: 'invitation_over',
  },
  'a guest with an invitation into another room': {
    anyone: 'invitation_over',
    signed_in: 'invitation_over',
    invited: 'invitation_over',
  },
  'a guest with a forged invitation': {
    anyone: 'invitation_over',
    signed_in: 'invitation_over',
    invited: 'invitation_over',
  },
  'the host': { anyone: 'host', signed_in: 'host', invited: 'host' },
  'the host with a forged invitation': { anyone: 'host', signed_in: 'host', invited: 'host' },
  'another member': { anyone: 'participant', signed_in: 'participant', invited: 'invitation_needed' },
  'another member with a revoked invitation': {
    anyone: 'invitation_over',
    signed_in: 'invitation_over',
    invited: 'invitation_over',
  },
  'the administrator': { anyone: 'host', signed_in: 'host', invited: 'host' },
  'a member of another organisation': {
    anyone: 'participant',
    signed_in: 'other_organisation',
    invited: 'invitation_needed',
  },
  'an invited member of another organisation': {
    anyone: 'participant',
    signed_in: 'participant',
    invited: 'participant',
  },
  'the administrator of another organisation': {
    anyone: 'participant',
    signed_in: 'other_organisation',
    invited: 'invitation_needed',
  },
  'technical staff of another organisation': {
    anyone: 'participant',
    signed_in: 'other_organisation',
    invited: 'invitation_needed',
  },
  'the owner of the appliance': { anyone: 'host', signed_in: 'host', invited: 'host' },
};

const told = (result: Admission) => (result.kind === 'enter' ? result.role : result.reason);
const all = Object.entries(visitors) as [Who, Visitor][];

t.test('who comes into which room, and as what', async (t) => {
  for (const [who, visitor] of all) {
    for (const access of roomAccesses)
      t.equal(
        told(admission(aRoom({ access }), visitor, noon, settings)),
        table[who][access],
        `${who}: ${access}`,
      );
  }
});

t.test(
  'into the room of a patient come its clinician and who was invited, and no administrator',
  async (t) => {
    for (const [who, visitor] of all) {
      const room = aRoom({ access: 'invited', slug: 'visit-abcdefghjkmnpqrs' });
      const usual = table[who].invited;
      const isClinician = visitor.person?.id === 'nora';
      t.equal(
        told(admission(room, visitor, noon, settings)),
        usual === 'host' && !isClinician ? 'invitation_needed' : usual,
        who,
      );
    }
  },
);

t.test(
  'outside of its hours a room lets in its hosts alone, and tells the others when it opens',
  async (t) => {
    const openingHours = hours('09:00-17:00', '13:00-17:00', null, null, null, null, null);
    for (const [who, visitor] of all) {
      for (const access of roomAccesses) {
        const result = admission(aRoom({ access, openingHours }), visitor, noon, settings);
        const usual = table[who][access];
        const opensAt = Date.parse('2026-11-24T13:00:00+01:00');
        // Who may not come in at all is told that, and nothing of the hours.
        if (!['guest', 'participant'].includes(usual)) t.equal(told(result), usual, `${who}: ${access}`);
        else t.same(result, { kind: 'refused', reason: 'closed', opensAt, timeZone: 'Europe/Paris' });
      }
    }
  },
);

t.test('a room that expired, or whose organisation is no client any more, lets nobody in', async (t) => {
  for (const [who, visitor] of all) {
    for (const access of roomAccesses) {
      const refused = { kind: 'refused', reason: 'expired' } as const;
      const expired = aRoom({ access, kind: 'one_off', expiresAt: noon });
      t.same(admission(expired, visitor, noon, settings), refused, `${who}: ${access}`);
      t.not(told(admission(expired, visitor, noon - 1, settings)), 'expired');
      t.same(admission(aRoom({ access, organisationStatus: 'ended' }), visitor, noon, settings), refused);
    }
  }
});

t.test('everybody but hosts waits in the lobby, and for a host', async (t) => {
  for (const [who, visitor] of all) {
    for (const hasLobby of [true, false]) {
      for (const needsHost of [true, false]) {
        const result = admission(aRoom({ hasLobby, needsHost }), visitor, noon, settings);
        if (result.kind !== 'enter') continue;
        const isHost = result.role === 'host';
        t.equal(result.lobby, hasLobby && !isHost, who);
        t.equal(result.needsHost, needsHost && !isHost, who);
      }
    }
  }
});

t.test('a room holds as many as it says, and never more than the appliance allows', async (t) => {
  for (const [maxParticipants, held] of [
    [null, 50],
    [2, 2],
    [50, 50],
    [80, 50],
  ] as const)
    t.match(admission(aRoom({ maxParticipants }), guest, noon, settings), { maxParticipants: held });
});

t.test('a name that is no room’s opens one, if anybody may', async (t) => {
  t.same(admission(nobody, guest, noon, settings), {
    kind: 'enter',
    role: 'guest',
    lobby: false,
    needsHost: false,
    maxParticipants: 50,
  });
  t.match(admission(nobody, visitors['another member'], noon, settings), { role: 'participant' });
  t.match(admission(nobody, visitors['the owner of the appliance'], noon, settings), { role: 'participant' });
  for (const [who, visitor] of all) {
    const result = admission(nobody, visitor, noon, { ...settings, anyoneCanOpen: false });
    t.same(result, { kind: 'refused', reason: 'not_found' }, who);
  }
});
