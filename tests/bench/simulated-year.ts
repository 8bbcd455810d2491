import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../app/kernel/clock.ts';
import { newId } from '../../app/kernel/ids.ts';
import type { EndedMeeting, EndedStay } from '../../app/meetings/tally.ts';
import { addDays, monthOf, noonOf } from '../../app/statistics/calendar.ts';
import type { CallStatistics } from '../../app/statistics/call-statistics.ts';

/** Numbers from 0 to 1, the same at every run (mulberry32). */
function dice(seed = 7): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A meeting of a working day: mostly small, mostly in the morning or the afternoon. */
function simulatedMeeting(random: () => number, day: string, organisationId: string | null): EndedMeeting {
  const hour = 7 + Math.floor((random() + random()) * 6.5);
  const startedAt = noonOf(day) + (hour - 12) * HOUR_MS + Math.floor(random() * 60) * MINUTE_MS;
  const lengthMs = Math.ceil(5 + random() ** 2 * 80) * MINUTE_MS;
  const people = 2 + Math.floor(random() ** 4 * 18);
  const waits = random() < 0.4;
  const stay = (): EndedStay => {
    const joinedAt = startedAt + Math.floor(random() * 3 * MINUTE_MS);
    const connectedMs = Math.max(MINUTE_MS, startedAt + lengthMs - joinedAt);
    const way = random();
    return {
      joinedAt,
      leftAt: joinedAt + connectedMs,
      connectedMs,
      waitedMs: waits && random() < 0.5 ? Math.floor(random() ** 3 * 1200) * SECOND_MS : null,
      drops: random() < 0.04 ? 1 : 0,
      quality: {
        path: way < 0.86 ? 'udp' : way < 0.92 ? 'tcp' : 'relay',
        receivedBytes: Math.floor((connectedMs / 8) * (80 + random() * 1500)),
        sentBytes: Math.floor((connectedMs / 8) * (80 + random() * 2500)),
        packets: 10_000,
        lostPackets: Math.floor(random() ** 6 * 900),
        roundTripMs: 8 + random() ** 3 * 500,
        isEncrypted: true,
      },
    };
  };
  return {
    id: newId(),
    place: organisationId === null ? null : { id: newId(), organisationId, personId: null },
    startedAt,
    endedAt: startedAt + lengthMs,
    edition: random() < 0.3 ? 'med' : 'pro',
    hadScreen: random() < 0.25,
    hadVideo: random() < 0.9,
    isEncrypted: true,
    largest: people,
    stays: Array.from({ length: people }, stay),
    gaveUpMs: random() < 0.03 ? [Math.floor(random() * 900) * SECOND_MS] : [],
  };
}

/**
 * Lives through the year before `today`: the meetings of each month are recorded, and months are closed when they are
 * over.
 *
 * @param setNow sets the clock of `statistics`.
 */
export async function liveThroughYear(
  statistics: CallStatistics,
  {
    today,
    meetings,
    organisationIds,
    setNow,
  }: {
    readonly today: string;
    readonly meetings: number;
    readonly organisationIds: readonly string[];
    readonly setNow: (now: number) => void;
  },
): Promise<void> {
  const random = dice();
  const weights = Array.from({ length: 365 }, (_, index) => {
    const date = new Date(noonOf(addDays(today, index - 364)));
    return (date.getDay() % 6 === 0 ? 0.15 : 1) * (date.getMonth() === 7 ? 0.5 : 1) * (0.8 + index / 900);
  });
  const weight = weights.reduce((sum, each) => sum + each, 0);
  let owed = 0;
  let ended: EndedMeeting[] = [];
  for (const [index, each] of weights.entries()) {
    const day = addDays(today, index - 364);
    owed += (meetings * each) / weight;
    const count = index === weights.length - 1 ? Math.round(owed) : Math.floor(owed);
    owed -= count;
    for (let number = 0; number < count; number += 1) {
      // A few organisations have most of the meetings.
      const isOpen = random() < 0.05;
      const place = Math.floor(random() ** 3 * organisationIds.length);
      ended.push(simulatedMeeting(random, day, isOpen ? null : (organisationIds[place] ?? null)));
    }
    if (monthOf(addDays(day, 1)) === monthOf(day) && day !== today) continue;
    setNow(noonOf(day) + 11 * HOUR_MS);
    await statistics.record(ended);
    ended = [];
  }
}
