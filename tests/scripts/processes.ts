import { readdir, readFile } from 'node:fs/promises';

/** A running process, from proc(5). */
export interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  readonly command: string;
}

/** All running processes; those that have ended and only wait to be counted by their parents are left out. */
export async function processes(): Promise<Process[]> {
  const pids = (await readdir('/proc')).map(Number).filter(Number.isInteger);
  return (await Promise.all(pids.map(read))).filter((each) => each !== null);
}

/** A process and all that descends from it. */
export async function family(pid: number): Promise<Process[]> {
  const all = await processes();
  const found = all.filter((each) => each.pid === pid);
  // The loop also visits what it adds.
  for (const { pid: parent } of found) found.push(...all.filter((each) => each.parent === parent));
  return found;
}

/** Those of the given processes that still run; another process that got the same number does not count. */
export async function survivors(earlier: readonly Process[]): Promise<Process[]> {
  const all = await processes();
  return earlier.filter((one) => all.some(({ pid, session }) => pid === one.pid && session === one.session));
}

async function read(pid: number): Promise<Process | null> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim();
    // The name in brackets may hold blanks and brackets itself.
    const [state, parent, group, session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === 'Z' || state === 'X') return null;
    return { pid, parent: Number(parent), group: Number(group), session: Number(session), command };
  } catch {
    // It ended meanwhile.
    return null;
  }
}
