import { benchAudience } from './audience.ts';
import { benchConsole } from './console.ts';
import { benchJoin } from './join.ts';
import { benchMeeting } from './meeting.ts';
import { benchRetention } from './retention.ts';
import { benchSignIn } from './sign-in.ts';
import { benchStart } from './start.ts';
import { benchStatistics } from './statistics.ts';
import { benchWaiting } from './waiting.ts';

type Bench = (print: (line: string) => void, times?: number) => Promise<unknown>;

/**
 * Each measures one thing and prints figures; ratios hold on any machine, milliseconds on this one. One that has limits
 * answers whether they were kept.
 */
const benches: Readonly<Record<string, Bench>> = {
  audience: benchAudience,
  console: benchConsole,
  join: benchJoin,
  meeting: benchMeeting,
  retention: benchRetention,
  'sign-in': benchSignIn,
  start: benchStart,
  statistics: benchStatistics,
  waiting: benchWaiting,
};

/** `bench NAME [TIMES]`. Exit code 0 when it was measured, 1 when a limit was passed, 2 for an unknown name or no whole number from 1 to 1000. */
export async function run([name = '', times]: readonly string[]): Promise<number> {
  const bench = Object.hasOwn(benches, name) ? benches[name] : undefined;
  if (!bench) {
    process.stderr.write(`There is no bench "${name}"; there is: ${Object.keys(benches).join(', ')}.\n`);
    return 2;
  }
  const count = times === undefined ? undefined : Number(times);
  if (count !== undefined && !(Number.isInteger(count) && count >= 1 && count <= 1000)) {
    process.stderr.write(`How often? A whole number from 1 to 1000, not "${times}".\n`);
    return 2;
  }
  const isKept = await bench((line) => process.stdout.write(`${line}\n`), count);
  return isKept === false ? 1 : 0;
}
