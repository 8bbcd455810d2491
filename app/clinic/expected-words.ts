import { type Standing, standingOf } from './appointments/appointment.ts';
import type { AreaView, ExpectedView } from './staff-view.ts';
import type { Tongue } from './visit-words.ts';

/** What can be said of an appointment beside the queue: that its patient did not come, or is expected after all. */
const expectedActs = ['miss', 'expect'] as const;
export type ExpectedAct = (typeof expectedActs)[number];

/** What a line of today's appointments says, by server and browser alike. */
export interface ExpectedWords {
  /** `10:30` */
  readonly time: string;
  readonly name: string;
  /** Whom they are to see. */
  readonly clinician: string;
  readonly state: string;
  readonly tone: 'quiet' | 'good' | 'warning' | 'bad';
  readonly may: Readonly<Record<ExpectedAct, boolean>>;
}

const MINUTE_MS = 60_000;

const tones = {
  coming: 'quiet',
  open: 'quiet',
  late: 'warning',
  over: 'bad',
  noshow: 'bad',
  arrived: 'good',
  // Not shown: they are over.
  fulfilled: 'good',
  cancelled: 'quiet',
} as const satisfies Record<Standing, ExpectedWords['tone']>;

export function expectedWords(
  expected: ExpectedView,
  areas: readonly AreaView[],
  now: number,
  { say, clock }: Tongue,
): ExpectedWords {
  const standing = standingOf(expected, now);
  const area = areas.find(({ id }) => id === expected.areaId);
  const mayWrite = area?.may.includes('appointments.write') ?? false;
  return {
    time: clock(expected.startsAt, area?.timeZone),
    name: expected.name,
    clinician: expected.clinicianName === null ? '' : say('meantFor', { name: expected.clinicianName }),
    state: stateOf(standing, Math.floor((now - expected.startsAt) / MINUTE_MS), say),
    tone: tones[standing],
    may: {
      // Nobody is missed before their time.
      miss: mayWrite && standing === 'late',
      expect: mayWrite && standing === 'noshow' && now < expected.endsAt,
    },
  };
}

function stateOf(standing: Standing, minutes: number, say: Tongue['say']): string {
  if (standing === 'late') return say('expected.late', { minutes });
  if (standing === 'arrived') return say('expected.arrived');
  return say(standing === 'noshow' || standing === 'over' ? 'expected.noshow' : 'expected.coming');
}

/** How many are still expected, late ones included: in one area, or in all. */
export function countExpected(expected: readonly ExpectedView[], areaId: string | null, now: number): number {
  return expected.filter(
    (each) => (areaId === null || each.areaId === areaId) && each.state === 'booked' && now < each.endsAt,
  ).length;
}
