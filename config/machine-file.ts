import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { isIP } from 'node:net';
import { dirname } from 'node:path';
import { isHost } from './formats.ts';
import { keepStoredFile } from './stored-file.ts';

/** What a process on the host's network tells one that is not, as JSON in a file: see `Machine`. */
export interface MachineFile {
  readonly hostName: string;
  readonly addresses: readonly string[];
}

/**
 * Writes the file, whole or not at all, if it says anything else by now.
 *
 * @returns whether it was written.
 * @throws Error of the file system.
 */
export async function writeMachineFile(file: string, { hostName, addresses }: MachineFile): Promise<boolean> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  return keepStoredFile(file, `${JSON.stringify({ hostName, addresses })}\n`, 0o600);
}

/** What the file says; nothing if it is not there or is no such file. */
export function readMachineFile(file: string): MachineFile | null {
  const text = readText(file);
  if (text === null) return null;
  try {
    const { hostName, addresses } = JSON.parse(text) as Partial<Record<string, unknown>>;
    if (typeof hostName !== 'string' || !isHost(hostName)) return null;
    if (!Array.isArray(addresses) || addresses.length === 0) return null;
    if (!addresses.every((each): each is string => typeof each === 'string' && isIP(each) !== 0)) return null;
    return { hostName, addresses };
  } catch {
    return null;
  }
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
