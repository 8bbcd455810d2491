import { createHash } from 'node:crypto';
import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import { join } from 'node:path';
import { announcesItself } from './address-watch.ts';
import type { Config } from './config.ts';
import { dataFolders } from './data-folder.ts';
import type { Path } from './faults.ts';
import { keepStoredFile } from './stored-file.ts';

/**
 * Containers go on running when only the YAML changed. So whoever prepares them leaves a mark of the settings that each
 * part goes by, and a part that finds another mark than it started with ends, to be started again. A part whose
 * settings are the same goes on: another title of a site interrupts no call.
 */
export const preparedParts = ['app', 'media', 'relay'] as const;
export type PreparedPart = (typeof preparedParts)[number];

/** A part that ends with it is to be started anew (`scripts/again`): EX_TEMPFAIL of sysexits(3). */
export const OTHER_SETTINGS = 75;

/** How often a part looks, in milliseconds. */
const LOOK_MS = 1_000;

/** The parts that are started anew when this setting changes. */
export function partsGoingBy(config: Config, path: Path): PreparedPart[] {
  const other = structuredClone(config) as unknown as Record<string | number, unknown>;
  const last = path.at(-1) ?? '';
  let holder = other;
  for (const step of path.slice(0, -1)) holder = (holder[step] ?? {}) as typeof holder;
  holder[last] = Array.isArray(holder[last]) ? ['another'] : 'another';
  return preparedParts.filter((part) => markOf(config, part) !== markOf(other as unknown as Config, part));
}

function markOf(config: Config, part: PreparedPart): string {
  const { media, turn, sites, network: set, ...rest } = config;
  // Addresses that are the machine's own are no setting: those that go are the matter of `watchAddresses`.
  const network = announcesItself(config) ? null : set;
  const settings = {
    app: { media, network, turn, sites, ...rest, file: '', dataFolder: '' },
    media: { media, network },
    relay: {
      turn: { ...turn, socket: '' },
      network,
      port: media.port,
      workers: media.workers,
      host: sites[0]?.host,
    },
  }[part];
  return createHash('sha256').update(JSON.stringify(settings)).digest('hex');
}

function markFile({ dataFolder }: Pick<Config, 'dataFolder'>, part: PreparedPart): string {
  const { host, media } = dataFolders(dataFolder);
  return join(part === 'media' ? media : host, `settings-${part}`);
}

/**
 * Leaves the marks.
 *
 * @throws Error of the file system.
 */
export async function markPrepared(config: Config): Promise<void> {
  for (const part of preparedParts) await keepStoredFile(markFile(config, part), markOf(config, part), 0o600);
}

/** Calls `stop` once when the part was prepared anew with other settings; never, where nobody leaves marks. */
export function watchPrepared(config: Config, part: PreparedPart, stop: () => void): void {
  const file = markFile(config, part);
  const started = readMark(file);
  if (started === null) return;
  watchFile(file, { interval: LOOK_MS, persistent: false }, () => {
    const now = readMark(file);
    if (now === null || now === started) return;
    unwatchFile(file);
    stop();
  });
}

function readMark(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
