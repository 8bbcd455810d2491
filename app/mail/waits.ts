import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../kernel/clock.ts';
import type { LetterRow } from './letter-rows.ts';

/** How long a letter waits after its first, second, … attempt; the last one holds for all that follow. */
const LETTER_WAITS_MS = [MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS, HOUR_MS, 2 * HOUR_MS, 4 * HOUR_MS];

/** The same while the relay takes nothing at all. Asking whether it is back costs little, and people wait. */
const RELAY_WAITS_MS = [MINUTE_MS, 2 * MINUTE_MS, 5 * MINUTE_MS, 10 * MINUTE_MS, 15 * MINUTE_MS];

/** How long until a letter is tried again that the relay did not take, in milliseconds. */
export function letterWaitMs(
  { attempts, expires_at: expiresAt }: Pick<LetterRow, 'attempts' | 'expires_at'>,
  now: number,
): number {
  const wait = jittered(stepOf(LETTER_WAITS_MS, attempts));
  // Whoever waits for a link to sign in does not wait for long.
  return expiresAt === null
    ? wait
    : Math.min(wait, Math.max(30 * SECOND_MS, Math.round((expiresAt - now) / 3)));
}

/** How long until the relay is asked again that took nothing `count` times, in milliseconds. */
export function relayWaitMs(count: number): number {
  return jittered(stepOf(RELAY_WAITS_MS, count));
}

function stepOf(waits: readonly number[], count: number): number {
  return waits[Math.min(count, waits.length) - 1] ?? MINUTE_MS;
}

/** Up to a tenth more, so that those who waited for the same thing do not all come at once. */
function jittered(waitMs: number): number {
  return Math.round(waitMs * (1 + Math.random() / 10));
}
