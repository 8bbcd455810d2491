import { type Static, Type } from 'typebox';
import { orAutomatic, section } from '../setting-kinds.ts';

export const PrivacySettings = section('What is kept and for how long.', {
  log_addresses: Type.Union([Type.Literal('cut'), Type.Literal('off')], {
    default: 'cut',
    description: 'Addresses in logs: cut to their network (/24, or /48 for IPv6), or left out.',
  }),
  service_days: Type.Integer({
    minimum: 3,
    maximum: 30,
    default: 30,
    unit: 'days',
    reason: 'the published commitment promises 30 at most',
    description:
      'How long after the end of its subscription everything of an organisation is erased at the latest: accounts, rooms, invitations, letters. Its administrators are written to 14 and 3 days before.',
  }),
  relationship_days: Type.Integer({
    minimum: 30,
    maximum: 1095,
    default: 1095,
    unit: 'days',
    reason: 'the published commitment promises 3 years at most',
    description:
      'How long contacts and subscribers of the newsletter are kept after the last that was heard of them.',
  }),
  invitation_days: orAutomatic(Type.Integer({ minimum: 2, maximum: 365, unit: 'days' }), {
    unit: 'days',
    description:
      'How long an invitation is kept, with the name and address of its guest, after it expired or was revoked; the same for a one-off room.',
    automatic: '30; 7 where a site is of the edition med',
  }),
  letter_days: orAutomatic(Type.Integer({ minimum: 2, maximum: 365, unit: 'days' }), {
    unit: 'days',
    description:
      'How long the outbox tells whom a letter was sent to. What it said is gone as soon as it is sent.',
    automatic: '30; 7 where a site is of the edition med',
  }),
  attestation_days: Type.Integer({
    minimum: 30,
    maximum: 1095,
    default: 365,
    unit: 'days',
    description:
      'How long the technical attestation of a meeting is kept after it, at most until everything of its organisation is erased.',
  }),
  two_person_erasure: Type.Boolean({
    default: false,
    description: 'Whether an erasure on request needs the approval of a second person.',
  }),
});

export interface Privacy extends Static<typeof PrivacySettings> {
  readonly invitation_days: number;
  readonly letter_days: number;
}
