import type { Sums } from '../../statistics/sums.ts';

/** A figure of a period. */
export interface Figure {
  /** Null where there is nothing that it could be of. */
  readonly value: number | null;
  /** Between 0 and 1, to be written in per cent. */
  readonly isShare: boolean;
}

const number = (value: number): Figure => ({ value, isShare: false });
const ratio = (part: number, whole: number): Figure => ({
  value: whole === 0 ? null : Math.round((part / whole) * 10) / 10,
  isShare: false,
});
const share = (part: number, whole: number): Figure => ({
  value: whole === 0 ? null : part / whole,
  isShare: true,
});

/** The figures that a period is told by, in their order. */
export function figuresOf(sums: Sums): ReadonlyMap<string, Figure> {
  const ways = sums.over_udp + sums.over_tcp + sums.over_relay;
  return new Map([
    ['meetings', number(sums.meetings)],
    ['people', number(sums.people)],
    ['hours', ratio(sums.people_minutes, sums.people === 0 ? 0 : 60)],
    ['length', ratio(sums.minutes, sums.meetings)],
    ['size', ratio(sums.people, sums.meetings)],
    ['largest', number(sums.largest)],
    ['withScreen', share(sums.with_screen, sums.meetings)],
    ['audioOnly', share(sums.audio_only, sums.meetings)],
    ['encrypted', share(sums.encrypted, sums.encryption_known)],
    ['med', share(sums.med, sums.meetings)],
    ['waited', ratio(sums.waited_seconds / 60, sums.waited)],
    ['gaveUp', share(sums.gave_up, sums.people + sums.gave_up)],
    ['overUdp', share(sums.over_udp, ways)],
    ['overTcp', share(sums.over_tcp, ways)],
    ['overRelay', share(sums.over_relay, ways)],
    ['drops', ratio(sums.drops * 100, sums.people)],
  ]);
}
