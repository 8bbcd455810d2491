/** What is counted of meetings, summed up; column names of the database. */
export interface Sums {
  readonly meetings: number;
  /** Who was in, counted anew in each meeting. */
  readonly people: number;
  /** How long meetings lasted, and how long people were in them, in minutes. */
  readonly minutes: number;
  readonly people_minutes: number;
  /** Most who were in one meeting at once. */
  readonly largest: number;
  readonly with_screen: number;
  readonly audio_only: number;
  /** Meetings of which it is known whether they were encrypted end to end, and those that were. */
  readonly encryption_known: number;
  readonly encrypted: number;
  /** By a site of the edition `med`. */
  readonly med: number;
  /** Who waited to be let in and came in, and how long they waited together. */
  readonly waited: number;
  readonly waited_seconds: number;
  /** Who waited and went away. */
  readonly gave_up: number;
  /** Participants by the way that their media took; together fewer than `people` where it is not known. */
  readonly over_udp: number;
  readonly over_tcp: number;
  readonly over_relay: number;
  /** How often connections were lost while people were in. */
  readonly drops: number;
}

export const NOTHING: Sums = {
  meetings: 0,
  people: 0,
  minutes: 0,
  people_minutes: 0,
  largest: 0,
  with_screen: 0,
  audio_only: 0,
  encryption_known: 0,
  encrypted: 0,
  med: 0,
  waited: 0,
  waited_seconds: 0,
  gave_up: 0,
  over_udp: 0,
  over_tcp: 0,
  over_relay: 0,
  drops: 0,
};

export type SumName = keyof Sums;
export const sumNames = Object.keys(NOTHING) as readonly SumName[];

export function added(one: Sums, other: Sums): Sums {
  const sums: Record<SumName, number> = { ...one };
  for (const name of sumNames) {
    sums[name] = name === 'largest' ? Math.max(one.largest, other.largest) : one[name] + other[name];
  }
  return sums;
}

/** The sums of a row, without what else stands in it. */
export function sumsOf(row: Sums): Sums {
  const sums: Record<SumName, number> = { ...NOTHING };
  for (const name of sumNames) sums[name] = row[name];
  return sums;
}

/** How many people a sum is about: who came in and who gave up. */
export const peopleBehind = ({ people, gave_up }: Pick<Sums, 'people' | 'gave_up'>): number =>
  people + gave_up;
