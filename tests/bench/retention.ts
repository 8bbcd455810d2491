import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { openDatabase } from '../../app/database/open.ts';
import { DAY_MS } from '../../app/kernel/clock.ts';
import { dataFolders } from '../../config/data-folder.ts';
import { loadConfig } from '../../config/load.ts';
import { readSecret } from '../../config/secrets.ts';
import { ownProgram } from '../config/linkello.ts';
import { type Amounts, fillDatabase } from './console-data.ts';

/** What a dry run may take at most: "ends within 60 s on this machine with memory under 300 MB". */
const MOST_SECONDS = 60;
const MOST_MB = 300;

const amounts: Amounts = {
  organisations: 200,
  people: 100_000,
  rooms: 20_000,
  letters: 1_000_000,
  entries: 1_000_000,
  facts: 1_000_000,
};

/**
 * Tells the peak of the process's memory, in KiB, when it ends. Not `maxRSS`, which begins with that of the process that
 * it was forked from.
 */
const PEAK = `data:text/javascript,${encodeURIComponent(
  'import { readFileSync, writeSync } from "node:fs"; process.on("exit", () => writeSync(3, /VmHWM:\\s+(\\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]));',
)}`;

/**
 * How long `linkello retention` takes over a large database, and how much memory: to say what would go, half of it
 * being due, and to erase that.
 *
 * @returns whether the dry run kept to its limits.
 */
export async function benchRetention(print: (line: string) => void): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'linkello-bench-'));
  try {
    await writeFile(join(folder, 'linkello.yaml'), 'sites: [{ host: localhost }]\n');
    const env = { LINKELLO_CONFIG: join(folder, 'linkello.yaml'), LINKELLO_DATA: join(folder, 'data') };
    const config = await loadConfig(env);
    const { database: file } = dataFolders(config.dataFolder);
    print(
      `Filling a database: ${Object.entries(amounts)
        .map(([what, count]) => `${count.toLocaleString('en')} ${what}`)
        .join(', ')}`,
    );
    await fillDatabase(file, await readSecret(config, 'audit'), amounts);
    await endHalf(file);
    print(`${megabytes((await stat(file)).size)} MB\n`);

    const dry = await measure(env, ['retention', '--dry-run']);
    print(`${dry.stdout}\ndry run: ${describe(dry)}`);
    const real = await measure(env, ['retention']);
    print(`${real.stdout}\nrun: ${describe(real)}; ${megabytes((await stat(file)).size)} MB are left`);
    const isKept = dry.seconds <= MOST_SECONDS && dry.megabytes <= MOST_MB;
    print(`\ndry run within ${MOST_SECONDS} s and ${MOST_MB} MB: ${isKept ? 'yes' : 'no'}`);
    return isKept;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Half of the organisations ended long ago. */
async function endHalf(file: string): Promise<void> {
  const database = await openDatabase(file);
  try {
    const half = database('organisations')
      .select('id')
      .orderBy('id')
      .limit(amounts.organisations / 2);
    const endedAt = Date.now() - 40 * DAY_MS;
    await database('organisations')
      .whereIn('id', await half.pluck('id'))
      .update({ status: 'ended', ended_at: endedAt, ends_at: null });
  } finally {
    await database.destroy();
  }
}

interface Measured {
  readonly stdout: string;
  readonly seconds: number;
  readonly megabytes: number;
}

async function measure(env: Readonly<Record<string, string>>, args: readonly string[]): Promise<Measured> {
  const begun = performance.now();
  const child = spawn(process.execPath, ['--import', PEAK, ownProgram, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
  });
  const [, stdout, , peak] = child.stdio;
  if (!stdout || !peak) throw new Error('the command has no output');
  const closed = once(child, 'close');
  const [said, kibibytes] = await Promise.all([
    text(stdout as NodeJS.ReadableStream & AsyncIterable<Buffer>),
    text(peak as NodeJS.ReadableStream & AsyncIterable<Buffer>),
  ]);
  const [code] = await closed;
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}`);
  return {
    stdout: said,
    seconds: (performance.now() - begun) / 1000,
    megabytes: (Number(kibibytes) * 1024) / 1e6,
  };
}

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(0);
const describe = ({ seconds, megabytes: peak }: Measured) => `${seconds.toFixed(1)} s, ${peak.toFixed(0)} MB`;
