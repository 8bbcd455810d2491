import { isDeepStrictEqual } from 'node:util';
import type { Config } from './config.ts';
import { describeOwnMachine } from './machine.ts';

/** How often it is looked, in milliseconds. */
const LOOK_MS = 20_000;

export interface AddressWatchOptions {
  /** The addresses of this machine, as of now. */
  readonly look?: () => readonly string[];
  /** In milliseconds; 20 s by default. */
  readonly everyMs?: number;
}

/** Whether the addresses are announced that this machine has, because the YAML names none, or just these. */
export function announcesItself({ network }: Pick<Config, 'network'>): boolean {
  return isDeepStrictEqual(network.announced_addresses, describeOwnMachine().addresses);
}

/**
 * Calls `stop` once when an address that was announced at the start is gone: whoever was reached there is not any more,
 * and whoever comes is told a wrong one. Gone is one that two looks in a row do not find, as a renewed lease may take it
 * away for a moment. An address that comes in addition is no reason to interrupt anybody. Those that the YAML names
 * are its own matter.
 *
 * Call it at the start, while the machine is as the configuration has it.
 */
export function watchAddresses(
  config: Pick<Config, 'network'>,
  stop: () => void,
  { look, everyMs = LOOK_MS }: AddressWatchOptions = {},
): void {
  if (look === undefined && !announcesItself(config)) return;
  let missedBefore = false;
  const timer = setInterval(() => {
    const now = look?.() ?? describeOwnMachine().addresses;
    const isMissed = config.network.announced_addresses.some((address) => !now.includes(address));
    if (isMissed && missedBefore) {
      clearInterval(timer);
      stop();
    }
    missedBefore = isMissed;
  }, everyMs);
  timer.unref();
}
