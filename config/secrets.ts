import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, type FileHandle, mkdir, open, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Config } from './config.ts';
import { dataFolders } from './data-folder.ts';
import { ConfigError, Fault, type Finding } from './faults.ts';
import { createStoredFile } from './stored-file.ts';

/** Between app and SFU, between app and relay, for the tokens of the app, and for the seals of its audit log. */
export const secretNames = ['media-control', 'turn', 'sessions', 'audit'] as const;
export type SecretName = (typeof secretNames)[number];

const SECRET_BYTES = 32;
const FEWEST_CHARACTERS = 32;
const LARGEST_FILE_BYTES = 4096;
const LONGEST_PASSWORD = 1024;

type Folders = Pick<Config, 'dataFolder'> & {
  readonly media: Pick<Config['media'], 'secret_file'>;
  readonly turn: Pick<Config['turn'], 'secret_file'>;
};

/** Where a secret is kept: the file that the settings name, or else one of our own in the data folder. */
export function secretPlace(
  config: Folders,
  name: SecretName,
): { readonly file: string; readonly ours: boolean } {
  const named = {
    'media-control': config.media.secret_file,
    turn: config.turn.secret_file,
    sessions: null,
    audit: null,
  }[name];
  if (named !== null) return { file: named, ours: false };
  const folders = dataFolders(config.dataFolder);
  const file = {
    'media-control': join(folders.media, 'secret'),
    turn: join(folders.turn, 'secret'),
    sessions: join(folders.app, 'sessions'),
    audit: join(folders.app, 'audit-key'),
  }[name];
  return { file, ours: true };
}

/**
 * Reads a secret: 32 to 4096 visible ASCII characters. One of our own (32 random bytes as base64url) is made if it is
 * not there, mode 0600 in a folder of mode 0700; processes that start at once all get the same.
 *
 * @throws ConfigError when the file is not there, not private or holds no secret, or the data folder cannot be
 * written to. Never holds the content.
 */
export async function readSecret(config: Folders, name: SecretName): Promise<string> {
  const { file, ours } = secretPlace(config, name);
  if (ours) return readOwnSecret(file);
  const read = await openSecret(file);
  if ('objection' in read) throw secretError(file, objectionText(read.objection, file, false));
  return read.secret;
}

export interface OwnSecret {
  /** Whether a program of another account that is in our group reads it: mode 0640, folder 0750. Default: no. */
  readonly shared?: boolean;
  /** A new one: 32 to 4096 visible ASCII characters. Default: 32 random bytes as base64url. */
  readonly make?: () => string;
}

/** A secret in the data folder that no setting names: as {@link readSecret}. */
export async function readOwnSecret(file: string, options: OwnSecret = {}): Promise<string> {
  const { shared = false, make = randomSecret } = options;
  const [mode, folderMode] = shared ? [0o640, 0o750] : [0o600, 0o700];
  if (await isMissing(file)) await makeSecret(file, make(), mode, folderMode);
  const read = await openSecret(file, mode);
  if ('objection' in read) throw secretError(file, objectionText(read.objection, file, true));
  return read.secret;
}

function randomSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

/**
 * What is wrong with the secrets that there are; nothing is made. One of our own that is not there is right, as it is
 * made when it is needed.
 */
export async function inspectSecrets(
  config: Folders,
): Promise<{ readonly ours: ConfigError['faults']; readonly named: readonly Finding[] }> {
  const ours: ConfigError['faults'][number][] = [];
  const named: Finding[] = [];
  for (const name of secretNames) {
    const place = secretPlace(config, name);
    if (place.ours && (await isMissing(place.file))) continue;
    const read = await openSecret(place.file);
    if (!('objection' in read)) continue;
    const message = objectionText(read.objection, place.file, place.ours);
    if (place.ours) ours.push(...secretError(place.file, message).faults);
    else named.push({ path: [name === 'turn' ? 'turn' : 'media', 'secret_file'], at: 'value', message });
  }
  return { ours, named };
}

function secretError(file: string, message: string): ConfigError {
  return new ConfigError([new Fault(file, { line: 1, column: 1 }, '', message)]);
}

/** What is wrong, and what to do about a file that we made ourselves. */
function objectionText({ message, remade }: Objection, file: string, ours: boolean): string {
  return ours && remade ? `${message}; a new one is made after: rm ${quoted(file)}` : message;
}

/** A file name for the shell. */
function quoted(file: string): string {
  return /^[\w./+@%:=-]+$/.test(file) ? file : `'${file.replaceAll("'", "'\\''")}'`;
}

interface Objection {
  /** `must …, got …`; neither the content nor, where it may be a secret written in the wrong place, the name. */
  readonly message: string;
  /** Whether another content would help. */
  readonly remade: boolean;
}

type Refused = { readonly objection: Objection };
type Opened = { readonly secret: string } | Refused;
type OpenedFile = { readonly bytes: Buffer } | Refused;

function refuse(message: string, remade = false): Refused {
  return { objection: { message, remade } };
}

/**
 * Reads a password that a setting names: one line of any characters, in UTF-8.
 *
 * @returns the password, or why it cannot be used: `must …, got …`, without the content and the file's name.
 */
export async function readPassword(
  file: string,
): Promise<{ readonly password: string } | { readonly fault: string }> {
  const read = await openPrivate(file, 0o600);
  if ('objection' in read) return { fault: read.objection.message };
  const password = read.bytes.toString('utf8').replace(/\r?\n$/, '');
  if (/[\r\n]/.test(password)) return { fault: 'must hold one line, got several' };
  if (password === '') return { fault: 'must hold a password, got an empty file' };
  if (password.length > LONGEST_PASSWORD || /[\p{Cc}\ufffd]/u.test(password))
    return { fault: 'must hold one line of text, got something else' };
  return { password };
}

async function openSecret(file: string, mode = 0o600): Promise<Opened> {
  const read = await openPrivate(file, mode);
  if ('objection' in read) return read;
  const secret = read.bytes.toString('latin1').trim();
  if (/[\r\n]/.test(secret)) return refuse('must hold one line, got several', true);
  // It goes into an HTTP header and into coturn's settings, which know neither blanks nor accents.
  if (!/^[\x21-\x7e]*$/.test(secret))
    return refuse('must hold visible ASCII characters only, got others', true);
  if (secret.length < FEWEST_CHARACTERS) {
    const got = secret === '' ? 'an empty file' : String(secret.length);
    return refuse(`must hold at least ${FEWEST_CHARACTERS} characters, got ${got}`, true);
  }
  return { secret };
}

async function openPrivate(file: string, mode: number): Promise<OpenedFile> {
  let handle: FileHandle | undefined;
  try {
    // Not to wait for a writer, should it be a pipe.
    handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    return await readOpened(handle, file, mode);
  } catch (error) {
    return refuse(whyNot(error));
  } finally {
    await handle?.close();
  }
}

async function readOpened(handle: FileHandle, file: string, allowed: number): Promise<OpenedFile> {
  const about = await handle.stat();
  if (about.isDirectory()) return refuse('must be a file, got a folder');
  if (!about.isFile()) return refuse('must be a file, got something else');
  const mode = about.mode & 0o777;
  if ((mode & 0o077 & ~allowed) !== 0) {
    const digits = mode.toString(8).padStart(4, '0');
    const who = allowed === 0o600 ? 'its owner' : 'its owner and its group';
    return refuse(
      `must be readable by ${who} only, got mode ${digits}; run: chmod ${allowed.toString(8)} ${quoted(file)}`,
    );
  }
  if (about.size > LARGEST_FILE_BYTES) {
    return refuse(`must be at most ${LARGEST_FILE_BYTES} bytes long, got ${about.size}`, true);
  }
  return { bytes: await handle.readFile() };
}

/** Never names the file: somebody may have written the secret itself where its name belongs. */
function whyNot(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') {
    return "must name a file that exists (relative paths start from this file's folder), got one that does not";
  }
  const why = code === 'EACCES' || code === 'EPERM' ? 'it may not' : `answers ${code ?? 'an unknown error'}`;
  return `must be a file that this user may read, got one that ${why}`;
}

async function isMissing(file: string): Promise<boolean> {
  return stat(file).then(
    () => false,
    (error: NodeJS.ErrnoException) => error.code === 'ENOENT' || error.code === 'ENOTDIR',
  );
}

/** Puts a whole secret in place at once, or leaves the one that another process was quicker to make. */
async function makeSecret(file: string, secret: string, mode: number, folderMode: number): Promise<void> {
  const folder = dirname(file);
  try {
    await mkdir(folder, { recursive: true, mode: folderMode });
    await chmod(folder, folderMode);
    await createStoredFile(file, `${secret}\n`, mode);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC') throw secretError(file, 'cannot be made, as the volume is full');
    throw secretError(file, `cannot be made in the data folder (${code ?? 'unknown error'})`);
  }
}
