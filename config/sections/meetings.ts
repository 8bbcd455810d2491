import { type Static, Type } from 'typebox';
import { orAutomatic, section } from '../setting-kinds.ts';

export const MeetingsSettings = section(
  'Meetings: what people can do besides seeing and hearing each other.',
  {
    files: orAutomatic(Type.Boolean(), {
      description:
        'Whether people in a meeting can pass small files to each other. They go through the app and are kept nowhere; hosts can forbid it in their meeting.',
      automatic: 'true; false where a site is of the edition med',
    }),
    attestations: Type.Union([Type.Literal('off'), Type.Literal('med'), Type.Literal('all')], {
      default: 'med',
      description:
        'Of which meetings in rooms of the console a technical attestation is kept (when, how long, how well connected; nothing of what was said, and no names): of none, of those that somebody came to by a site of the edition med, or of all.',
    }),
    monthly_letter: Type.Boolean({
      default: false,
      description:
        "Whether owners get a letter with the figures of each month's meetings, and administrators with those of their organisation. The report is a file of the letter.",
    }),
    file_megabytes: Type.Integer({
      minimum: 1,
      maximum: 500,
      default: 20,
      unit: 'MB',
      description: 'Largest file that can be passed on in a meeting.',
    }),
  },
);

export interface Meetings extends Static<typeof MeetingsSettings> {
  readonly files: boolean;
}
