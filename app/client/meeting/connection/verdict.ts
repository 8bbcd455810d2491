import type { Outcomes, Way } from './ways.ts';

/**
 * What the outcomes mean for a call. `good`: sound and picture go straight by UDP. `detour`: by UDP through the relay,
 * as good but for a few milliseconds. `slow`: by TCP only, so that lost packets are waited for and the picture
 * stutters where the network is poor. `none`: no way for sound and picture. `blocked`: not even the lasting
 * connection. `unknown`: the test itself could not be made.
 */
export type Verdict = 'good' | 'detour' | 'slow' | 'none' | 'blocked' | 'unknown';

/** Best first, as a call chooses. */
const quality: readonly (readonly [Way, Verdict])[] = [
  ['udp', 'good'],
  ['relayUdp', 'detour'],
  ['tcp', 'slow'],
  ['relayTcp', 'slow'],
  ['relayTls', 'slow'],
];

/** Null while something is still being tried that could change it. */
export function verdictOf(outcomes: Outcomes): Verdict | null {
  if (outcomes.signalling === 'fails') return 'blocked';
  const isOpen = (way: Way) => outcomes[way] === 'waiting' || outcomes[way] === 'trying';
  if (isOpen('signalling')) return null;
  for (const [way, verdict] of quality) {
    if (isOpen(way)) return null;
    if (outcomes[way] === 'works') return verdict;
  }
  return 'none';
}

/** The way that a call would take; null for none. */
export const wayTaken = (outcomes: Outcomes): Way | null =>
  quality.find(([way]) => outcomes[way] === 'works')?.[0] ?? null;
