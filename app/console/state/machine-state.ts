import { stat, statfs } from 'node:fs/promises';
import { connect } from 'node:net';
import { release } from 'node:os';
import type { Language } from '../../kernel/languages.ts';
import { shownInstant } from '../../kernel/shown-instant.ts';
import { type Finding, inTime } from './card.ts';

/** How long a disk may take to answer, and the relay to take a connection, in milliseconds. */
const ANSWER_MS = 1_000;

const GB = 1e9;
const MB = 1e6;
/** Shares and bytes below which there is little left, and next to nothing; as the doctor has them. */
const LOW = { share: 0.1, bytes: 2 * GB };
const FULL = { share: 0.02, bytes: 200 * MB };

/** A number of bytes as people read it: `12.3 GB`. */
function shownBytes(bytes: number, language: Language): string {
  const [unit, size] = bytes >= GB ? (['gigabyte', GB] as const) : (['megabyte', MB] as const);
  return new Intl.NumberFormat(language, { style: 'unit', unit, maximumFractionDigits: 1 }).format(
    bytes / size,
  );
}

/** Room on the file system of the data. */
export async function diskState(folder: string, language: Language): Promise<Finding> {
  const measured = await inTime(statfs(folder), ANSWER_MS);
  if (measured === null) return { name: 'disk', code: 'silent', tone: 'bad' };
  const { bavail, blocks, bsize } = measured;
  const bytes = bavail * bsize;
  const share = blocks === 0 ? 1 : bavail / blocks;
  const about = {
    name: 'disk',
    params: { free: shownBytes(bytes, language), share: Math.floor(share * 100) },
  };
  if (share < FULL.share || bytes < FULL.bytes) return { ...about, code: 'full', tone: 'bad' };
  if (share < LOW.share || bytes < LOW.bytes) return { ...about, code: 'low', tone: 'warning' };
  return { ...about, code: 'enough', tone: 'good' };
}

/** How large the database is, and whether it answers. */
export async function databaseState(
  file: string,
  ask: () => Promise<string>,
  language: Language,
): Promise<Finding> {
  const version = await inTime(ask(), ANSWER_MS);
  if (version === null) return { name: 'database', code: 'silent', tone: 'bad' };
  const size = async (name: string) =>
    stat(name).then(
      (about) => about.size,
      () => 0,
    );
  const bytes = (await size(file)) + (await size(`${file}-wal`));
  return {
    name: 'database',
    code: 'answers',
    tone: 'good',
    params: { version, size: shownBytes(bytes, language) },
  };
}

/** Whether the relay takes a connection. `at` is a Unix socket's path, or host and port. */
export async function relayState(
  at: { readonly path: string } | { readonly host: string; readonly port: number } | null,
): Promise<Finding> {
  if (at === null) return { name: 'relay_way', code: 'off', tone: 'quiet' };
  const { promise, resolve, reject } = Promise.withResolvers<true>();
  const socket = connect(at, () => resolve(true));
  socket.once('error', reject);
  const answered = await inTime(promise, ANSWER_MS);
  socket.destroy();
  return answered
    ? { name: 'relay_way', code: 'open', tone: 'good' }
    : { name: 'relay_way', code: 'closed', tone: 'bad' };
}

/** Whether the clock is behind what was written already: nothing else is known without another clock. */
export function clockState(now: number, lastWrittenAt: number | null, language: Language): Finding {
  const params = {
    now: shownInstant(now, language),
    zone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
    written: shownInstant(lastWrittenAt ?? now, language),
  };
  return lastWrittenAt !== null && lastWrittenAt > now + 60_000
    ? { name: 'clock', code: 'behind', tone: 'bad', params }
    : { name: 'clock', code: 'plausible', tone: 'good', params };
}

/** What runs here. */
export function versionsState(linkello: string): Finding {
  return {
    name: 'versions',
    code: 'known',
    tone: 'good',
    params: { linkello, node: process.versions.node, kernel: release() },
  };
}

/** Since when the app runs. */
export function appState(language: Language): Finding {
  const seconds = process.uptime();
  return {
    name: 'app',
    code: 'running',
    tone: 'good',
    params: {
      days: Math.floor(seconds / 86_400),
      hours: Math.floor((seconds % 86_400) / 3600),
      minutes: Math.floor((seconds % 3600) / 60),
      memory: shownBytes(process.memoryUsage.rss(), language),
    },
  };
}
