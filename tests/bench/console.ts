import type { Amounts } from './console-data.ts';
import { type Pair, Side } from './console-side.ts';

/**
 * How long the server takes for every page of the console with a large database, beside the same app with next to
 * nothing in it. Both in one run on one machine, one of each in turn, so that the ratio means something on any machine.
 */

const TIMES = 15;
const MOST_MS = 150;
const MOST_RATIO = 3;

const large: Amounts = {
  organisations: 200,
  people: 100_000,
  rooms: 20_000,
  letters: 50_000,
  entries: 1_000_000,
};
const small: Amounts = { organisations: 1, people: 3, rooms: 1, letters: 3, entries: 0 };

/** @returns whether every page kept to the limits. */
export async function benchConsole(
  print: (line: string) => void,
  times = TIMES,
  full: Amounts = large,
): Promise<boolean> {
  const filling = performance.now();
  print(
    `Filling a database: ${Object.entries(full)
      .map(([what, count]) => `${count.toLocaleString('en')} ${what}`)
      .join(', ')}`,
  );
  const side = await Side.start(full);
  const bare = await Side.start(small);
  print(`filled in ${((performance.now() - filling) / 1000).toFixed(0)} s\n`);
  try {
    const pages = await side.pages(await bare.pages());
    const results: Result[] = [];
    for (const page of pages) {
      const [fullMs, bareMs]: [number[], number[]] = [[], []];
      for (let time = 0; time < times; time += 1) {
        fullMs.push(await side.measure(page.reader, page.path));
        bareMs.push(await bare.measure(page.reader, page.barePath));
      }
      const result = { ...page, fullMs: median(fullMs), bareMs: median(bareMs) };
      results.push(result);
      print(line(result));
    }
    return summarise(results, print);
  } finally {
    await side.stop();
    await bare.stop();
  }
}

interface Result extends Pair {
  readonly fullMs: number;
  readonly bareMs: number;
}

const ratioOf = ({ fullMs, bareMs }: Result) => fullMs / bareMs;
const isWithin = (result: Result) => result.fullMs <= MOST_MS && ratioOf(result) <= MOST_RATIO;

function line(result: Result): string {
  const { reader, name, fullMs, bareMs } = result;
  const ms = (value: number) => `${value.toFixed(1)} ms`.padStart(9);
  const sign = isWithin(result) ? ' ' : '!';
  return `${sign} ${`${reader}  ${name}`.padEnd(76)} ${ms(fullMs)} ${ms(bareMs)}   ${ratioOf(result).toFixed(2)}`;
}

function summarise(results: readonly Result[], print: (line: string) => void): boolean {
  const slowest = results.toSorted((one, other) => other.fullMs - one.fullMs)[0];
  const steepest = results.toSorted((one, other) => ratioOf(other) - ratioOf(one))[0];
  const beyond = results.filter((result) => !isWithin(result));
  print('');
  print('full, empty, and their ratio; medians at the server');
  if (slowest)
    print(`slowest           ${slowest.fullMs.toFixed(1)} ms   ${slowest.reader}  ${slowest.name}`);
  if (steepest)
    print(`largest ratio     ${ratioOf(steepest).toFixed(2)}   ${steepest.reader}  ${steepest.name}`);
  print(`beyond ${MOST_MS} ms or a ratio of ${MOST_RATIO}: ${beyond.length} of ${results.length} pages`);
  return beyond.length === 0;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}
