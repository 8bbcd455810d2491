import { type Static, Type } from 'typebox';
import type { Conflict, Rule } from '../conflict.ts';
import { section } from '../setting-kinds.ts';

export const SignInSettings = section(
  'How people sign in, and how long they stay signed in. There are no passwords.',
  {
    link_minutes: Type.Integer({
      minimum: 5,
      maximum: 60,
      default: 15,
      unit: 'minutes',
      description: 'How long the link and the code of a letter can be used.',
    }),
    code_tries: Type.Integer({
      minimum: 3,
      maximum: 10,
      default: 5,
      unit: 'tries',
      description:
        'How often a code can be typed wrongly until it is void. The link of its letter still works.',
    }),
    session_idle_hours: Type.Integer({
      minimum: 1,
      maximum: 720,
      default: 12,
      unit: 'hours',
      description:
        'After how long without a request a browser is signed out. Set it low where people share computers.',
    }),
    session_days: Type.Integer({
      minimum: 1,
      maximum: 90,
      default: 14,
      unit: 'days',
      description: 'After how long a browser is signed out in any case.',
    }),
    confirmation_minutes: Type.Integer({
      minimum: 5,
      maximum: 240,
      default: 30,
      unit: 'minutes',
      description:
        'How long after signing in, or after a code was typed again, somebody may export, erase, or change roles.',
    }),
  },
);

interface Seen {
  readonly sign_in: Static<typeof SignInSettings>;
}

function* idleWithinSession({
  sign_in: { session_idle_hours: hours, session_days: days },
}: Seen): Generator<Conflict> {
  if (hours <= 24 * days) return;
  yield {
    sides: [
      {
        path: ['sign_in', 'session_idle_hours'],
        message: (other) => `must be at most ${24 * days}, the hours of ${other}, got ${hours}`,
      },
      {
        path: ['sign_in', 'session_days'],
        message: (other) => `must be at least ${Math.ceil(hours / 24)}, the days of ${other}, got ${days}`,
      },
    ],
  };
}

export const signInRules: readonly Rule<Seen>[] = [
  { name: 'nobody is idle for longer than they are signed in', conflicts: idleWithinSession },
];
