import { openDatabase } from '../../app/database/open.ts';
import { newId } from '../../app/kernel/ids.ts';
import { sortName } from '../../app/kernel/search-words.ts';
import { dayOf } from '../../app/statistics/calendar.ts';
import { CallStatistics } from '../../app/statistics/call-statistics.ts';
import { RunningApp } from '../app/running-app.ts';
import { signedIn } from '../app/signed-in.ts';
import { liveThroughYear } from './simulated-year.ts';

const MEETINGS = 200_000;
const ORGANISATIONS = 200;
/** "Statistics of a simulated year (200,000 meetings) build in under 60 s, and the page opens in under 200 ms". */
const MOST_SECONDS = 60;
const MOST_MS = 200;

const pages = [
  '/console/statistics',
  '/console/statistics?by=week',
  '/console/statistics?by=month',
  '/console/statistics/time.csv?by=month',
] as const;

/**
 * How long the statistics of a year take to build, and a page of them to open.
 *
 * @param times how often each page is opened; the slowest counts.
 * @returns whether both kept to their limits.
 */
export async function benchStatistics(print: (line: string) => void, times = 10): Promise<boolean> {
  const running = await RunningApp.start({}, { rateLimits: { pages: 1e9, misses: 1e9 } });
  try {
    const owner = await signedIn(running, 'owner');
    const database = await openDatabase(running.databaseFile);
    const organisationIds = Array.from({ length: ORGANISATIONS }, newId);
    await database('organisations').insert(
      organisationIds.map((id, index) => ({
        id,
        name: `Organisation ${index}`,
        sort_name: sortName(`Organisation ${index}`),
        status: 'active',
        started_at: 0,
        created_at: 0,
      })),
    );
    let now = 0;
    const statistics = new CallStatistics({ database, clock: () => now });
    const begunAt = performance.now();
    const usage = process.cpuUsage();
    await liveThroughYear(statistics, {
      today: dayOf(Date.now()),
      meetings: MEETINGS,
      organisationIds,
      setNow: (at) => {
        now = at;
      },
    });
    const seconds = (performance.now() - begunAt) / 1000;
    const { user, system } = process.cpuUsage(usage);
    const [facts]: { rows: number }[] = await database('call_facts').count({ rows: '*' });
    print(
      `${facts?.rows.toLocaleString('en')} meetings of ${ORGANISATIONS} organisations: ${seconds.toFixed(1)} s, of them ${((user + system) / 1e6).toFixed(1)} s at work`,
    );
    await database.destroy();

    let slowest = 0;
    for (const page of pages) {
      const took: number[] = [];
      for (let time = 0; time < times; time += 1) {
        const askedAt = performance.now();
        const { status } = await running.ask(page, { headers: owner.headers });
        took.push(performance.now() - askedAt);
        if (status !== 200) throw new Error(`${page} answered ${status}`);
      }
      const most = Math.max(...took);
      slowest = Math.max(slowest, most);
      print(`${page}: ${Math.min(...took).toFixed(0)} to ${most.toFixed(0)} ms`);
    }
    const isKept = seconds < MOST_SECONDS && slowest < MOST_MS;
    print(`\nwithin ${MOST_SECONDS} s and ${MOST_MS} ms: ${isKept ? 'yes' : 'no'}`);
    return isKept;
  } finally {
    await running.stop();
  }
}
