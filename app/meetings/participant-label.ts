import { type Static, Type } from 'typebox';
import { Check } from 'typebox/schema';
import type { Label } from '../../media/contract.ts';
import { Exceptions, Role } from './messages.ts';

/**
 * What the SFU keeps of a participant for the next app, without reading it: all that cannot be told from their token.
 */
export const ParticipantLabel = Type.Object({
  name: Type.String(),
  role: Role,
  edition: Type.Union([Type.Literal('med'), Type.Literal('pro')]),
  joinedAt: Type.Number(),
  isGuest: Type.Boolean(),
  personId: Type.Union([Type.String(), Type.Null()]),
  invitationId: Type.Union([Type.String(), Type.Null()]),
  exceptions: Exceptions,
  handRaisedAt: Type.Union([Type.Number(), Type.Null()]),
});
export type ParticipantLabel = Static<typeof ParticipantLabel>;

/** What a label says; of one that an older app wrote, or another program, whatever makes sense. */
export function readLabel(label: Label, now: number): ParticipantLabel {
  if (Check(ParticipantLabel, label)) return label;
  return {
    name: typeof label.name === 'string' ? label.name : '',
    role: Check(Role, label.role) ? label.role : 'guest',
    edition: 'pro',
    joinedAt: typeof label.joinedAt === 'number' ? label.joinedAt : now,
    isGuest: label.role === 'guest',
    personId: null,
    invitationId: null,
    exceptions: {},
    handRaisedAt: null,
  };
}
