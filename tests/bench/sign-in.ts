import { performance } from 'node:perf_hooks';
import { openDatabase } from '../../app/database/open.ts';
import { newId } from '../../app/kernel/ids.ts';
import { RunningApp } from '../app/running-app.ts';

const KNOWN = 'known12@example.org';
const UNKNOWN = 'unknown@example.org';

/**
 * How long the answer to an address takes that is somebody's, and to one that is nobody's: by turns in one run, so that
 * whatever else the machine does meets both alike. Then whether the two can be told apart: the share of pairs in which
 * the known one took longer, 50 % where there is nothing to be seen.
 */
export async function benchSignIn(print: (line: string) => void, times = 200): Promise<void> {
  const everything = Number.MAX_SAFE_INTEGER;
  const running = await RunningApp.start(
    {},
    {
      rateLimits: { pages: everything, misses: everything },
      signInLimits: {
        lettersOfAddress: 1_000_000,
        wrongCodesOfAddress: everything,
        wrongCodes: everything,
        lettersOfNetwork: everything,
        triesOfNetwork: everything,
      },
    },
  );
  try {
    await addPerson(running, KNOWN);
    const measure = async (email: string) => {
      const startedAt = performance.now();
      const { status } = await running.ask('/sign-in', {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' },
        body: new URLSearchParams({ email }).toString(),
      });
      if (status !== 303) throw new Error(`asking was answered with ${status}`);
      return performance.now() - startedAt;
    };
    for (let turn = 0; turn < 20; turn += 1) for (const email of [KNOWN, UNKNOWN]) await measure(email);
    const known: number[] = [];
    const unknown: number[] = [];
    for (let turn = 0; turn < times; turn += 1) {
      // Whichever goes second may find something warm.
      const order = turn % 2 === 0 ? [KNOWN, UNKNOWN] : [UNKNOWN, KNOWN];
      for (const email of order) (email === KNOWN ? known : unknown).push(await measure(email));
    }
    const [ofKnown, ofUnknown] = [median(known), median(unknown)];
    const longer = known.filter((ms, turn) => ms > (unknown[turn] ?? 0)).length;
    print(`median of ${times}, from the form to its answer, by turns:`);
    print(`  known address    ${ofKnown.toFixed(2)} ms`);
    print(`  unknown address  ${ofUnknown.toFixed(2)} ms`);
    print(`  known to unknown ${(ofKnown / ofUnknown).toFixed(3)}`);
    print(`  the known one took longer in ${((100 * longer) / times).toFixed(0)} % of the pairs`);
  } finally {
    await running.stop();
  }
}

async function addPerson({ databaseFile }: RunningApp, email: string): Promise<void> {
  const database = await openDatabase(databaseFile);
  try {
    const [organisation, person, now] = [newId(), newId(), Date.now()];
    await database('organisations').insert({
      id: organisation,
      name: 'Clinic North',
      sort_name: 'clinic north',
      status: 'active',
      started_at: now,
      created_at: now,
    });
    await database('people').insert({
      id: person,
      organisation_id: organisation,
      email,
      name: 'Marie Curie',
      sort_name: 'marie curie',
      language: 'en',
      role: 'member',
      status: 'active',
      created_at: now,
    });
  } finally {
    await database.destroy();
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
