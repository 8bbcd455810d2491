import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Memory in bytes. */
export interface Memory {
  readonly available: number;
  readonly total: number;
}

/**
 * What the machine has left, by the kernel's own estimate; null where it tells none.
 *
 * @param root the file system's root.
 */
export async function machineMemory(root = '/'): Promise<Memory | null> {
  const text = await readText(join(root, 'proc/meminfo'));
  const read = (name: string) => {
    const kib = new RegExp(`^${name}:\\s*(\\d+) kB$`, 'm').exec(text)?.[1];
    return kib === undefined ? null : Number(kib) * 1024;
  };
  const [available, total] = [read('MemAvailable'), read('MemTotal')];
  return available === null || total === null ? null : { available, total };
}

/**
 * What is left of the tightest limit that a control group sets for this process, the caches that the kernel would give
 * up counted as free; null when there is none. Knows both kinds of control groups (cgroups(7)).
 */
export async function limitedMemory(root = '/'): Promise<Memory | null> {
  const groups = (await readText(join(root, 'proc/self/cgroup'))).trim().split('\n');
  const limits: Memory[] = [];
  for (const line of groups) {
    const [, kinds = '', path = '/'] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    const isFirst = kinds.split(',').includes('memory');
    if (kinds !== '' && !isFirst) continue;
    const home = join(root, isFirst ? 'sys/fs/cgroup/memory' : 'sys/fs/cgroup');
    const names = isFirst
      ? { limit: 'memory.limit_in_bytes', usage: 'memory.usage_in_bytes' }
      : { limit: 'memory.max', usage: 'memory.current' };
    // Within a container its own group is the root, whatever the path says.
    for (let group = join(home, path); group.startsWith(home); group = dirname(group)) {
      const limit = await readLimit(group, names);
      if (limit) limits.push(limit);
    }
  }
  const machine = await machineMemory(root);
  const real = limits.filter(({ total }) => machine === null || total < machine.total);
  return real.toSorted((a, b) => a.available - b.available).at(0) ?? null;
}

async function readLimit(
  group: string,
  names: { readonly limit: string; readonly usage: string },
): Promise<Memory | null> {
  const [limit, usage, statistics] = await Promise.all(
    [names.limit, names.usage, 'memory.stat'].map((name) => readText(join(group, name))),
  );
  const total = Number.parseInt(limit ?? '', 10);
  const used = Number.parseInt(usage ?? '', 10);
  // `max` is none.
  if (!Number.isFinite(total) || !Number.isFinite(used)) return null;
  const cached = Number(/^(?:total_)?inactive_file (\d+)$/m.exec(statistics ?? '')?.[1] ?? 0);
  return { available: Math.max(0, Math.min(total, total - used + cached)), total };
}

async function readText(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '');
}
