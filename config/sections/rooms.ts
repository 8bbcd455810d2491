import { type Static, Type } from 'typebox';
import { orAutomatic, section } from '../setting-kinds.ts';

export const RoomsSettings = section('Rooms: places to meet that have an address of their own.', {
  anyone_can_open: orAutomatic(Type.Boolean(), {
    description:
      'Whether a name that is no room of the console opens one for whoever enters it, without an account, for as long as somebody is there. A hospital turns it off: then only rooms of people with an account can be entered.',
    automatic: 'true; false where a site is of the edition med',
  }),
  time_zone: orAutomatic(Type.String({ minLength: 1, maxLength: 64, format: 'time-zone' }), {
    description:
      'Time zone that new rooms and invitations begin with, by its name in the IANA database; each can have another.',
    automatic: "the machine's own",
    examples: ['Europe/Paris'],
  }),
});

export interface Rooms extends Static<typeof RoomsSettings> {
  readonly anyone_can_open: boolean;
}
