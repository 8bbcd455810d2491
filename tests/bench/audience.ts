import { performance } from 'node:perf_hooks';
import { dataFolders } from '../../config/data-folder.ts';
import { MatomoStandIn } from '../analytics/matomo-stand-in.ts';
import { asBrowser, RunningApp } from '../app/running-app.ts';

const headers = { ...asBrowser, 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0' };
const everything = Number.MAX_SAFE_INTEGER;
/** Nobody is to feel that visits are counted, whatever Matomo does. */
const MOST = 1.1;

/**
 * How long a page takes beside a Matomo that answers, one that hangs and one that is gone, each against an app that
 * counts nothing: by turns in one run, so that whatever else the machine does meets all alike. Answers whether none
 * takes more than 1.1 times as long.
 */
export async function benchAudience(print: (line: string) => void, times = 400): Promise<boolean> {
  const answering = await MatomoStandIn.start();
  const hanging = await MatomoStandIn.start();
  hanging.mood = 'hangs';
  const gone = await MatomoStandIn.start();
  const apps = {
    'counts nothing': await app(null),
    'Matomo answers': await app(answering),
    'Matomo hangs': await app(hanging),
    'Matomo is gone': await app(gone),
  };
  await gone.down();
  const cases = Object.entries(apps).map(([name, running]) => ({ name, running, took: [] as number[] }));
  try {
    const measure = async (running: RunningApp) => {
      const startedAt = performance.now();
      const { status } = await running.ask('/', { headers });
      if (status !== 200) throw new Error(`the page was answered with ${status}`);
      return performance.now() - startedAt;
    };
    for (let turn = 0; turn < 30; turn += 1) for (const { running } of cases) await measure(running);
    for (let turn = 0; turn < times; turn += 1) {
      // Whichever goes later may find something warm.
      const order = cases.map((_, index) => cases[(index + turn) % cases.length]);
      for (const each of order) each?.took.push(await measure(each.running));
    }
    const base = median(cases[0]?.took ?? []);
    print(`median of ${times} pages, by turns:`);
    let isKept = true;
    for (const { name, took } of cases) {
      const ratio = median(took) / base;
      isKept &&= ratio <= MOST;
      print(`  ${name.padEnd(16)} ${median(took).toFixed(2)} ms  ${ratio.toFixed(3)} (at most ${MOST})`);
    }
    print(`  hits that arrived where Matomo answers: ${answering.hits.length}`);
    return isKept;
  } finally {
    for (const { running } of cases) await running.stop();
    await answering.down();
    await hanging.down();
  }
}

async function app(matomo: MatomoStandIn | null): Promise<RunningApp> {
  if (matomo) process.env.LINKELLO_ANALYTICS_URL = matomo.origin;
  try {
    return await RunningApp.start(
      { sites: [{ host: 'localhost' }], analytics: { enabled: matomo !== null } },
      {
        hitsEveryMs: 200,
        rateLimits: { pages: everything, misses: everything },
      },
      async ({ dataFolder }) => matomo?.keepSecrets(dataFolders(dataFolder).analyticsAccess),
    );
  } finally {
    delete process.env.LINKELLO_ANALYTICS_URL;
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
