import type { EndedMeeting, EndedStay } from '../meetings/tally.ts';
import { hourOf } from './calendar.ts';

/**
 * How something is spread over a scale. Of a measure with `bounds`, bucket 0 is below the first bound, bucket 1 from
 * the first to below the second, and so on; the last has no end.
 */
interface Scale {
  readonly bounds: readonly number[];
  /** The value of a stay; null where it is not known. */
  readonly of: (stay: EndedStay) => number | null;
}

/** Shorter than this, a stay says nothing about bit rates: in milliseconds. */
const LEAST_MS = 10_000;

/** Scales of what is measured of participants. */
export const scales = {
  /** How long they waited to be let in, in seconds. */
  waiting: {
    bounds: [30, 60, 120, 300, 600, 900, 1800],
    of: ({ waitedMs }) => (waitedMs === null ? null : waitedMs / 1000),
  },
  /** What they sent and received together, in kbit/s, on average. */
  bit_rate: {
    bounds: [100, 250, 500, 1000, 2000, 4000, 8000],
    of: ({ quality, connectedMs }) =>
      quality === null || quality.path === null || connectedMs < LEAST_MS
        ? null
        : ((quality.receivedBytes + quality.sentBytes) * 8) / connectedMs,
  },
  /** Packets of theirs that never came, in per cent. */
  loss: {
    bounds: [0.1, 0.5, 1, 2, 5, 10],
    of: ({ quality }) =>
      quality === null || quality.packets === 0 ? null : (100 * quality.lostPackets) / quality.packets,
  },
  /** To them and back, in milliseconds. */
  round_trip: {
    bounds: [25, 50, 100, 200, 400, 800],
    of: ({ quality }) => quality?.roundTripMs ?? null,
  },
} as const satisfies Record<string, Scale>;

export type ScaleName = keyof typeof scales;
export const scaleNames = Object.keys(scales) as readonly ScaleName[];
/** `hour`: of the day, 0 to 23, by the start of the meeting. */
export type Measure = ScaleName | 'hour';

export interface SpreadCount {
  readonly measure: Measure;
  readonly bucket: number;
  readonly meetings: number;
  readonly people: number;
}

/** What a meeting adds to the spreads, bucket by bucket. */
export function spreadCounts(meeting: EndedMeeting): SpreadCount[] {
  const { stays, startedAt } = meeting;
  if (stays.length === 0) return [];
  const counts: SpreadCount[] = [
    { measure: 'hour', bucket: hourOf(startedAt), meetings: 1, people: stays.length },
  ];
  for (const measure of scaleNames) {
    const { bounds, of }: Scale = scales[measure];
    const people = new Map<number, number>();
    for (const stay of stays) {
      const value = of(stay);
      if (value === null) continue;
      const bucket = bounds.filter((bound) => value >= bound).length;
      people.set(bucket, (people.get(bucket) ?? 0) + 1);
    }
    for (const [bucket, count] of people) counts.push({ measure, bucket, meetings: 1, people: count });
  }
  return counts;
}
