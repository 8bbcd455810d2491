import { spawnSync } from 'node:child_process';
import type { Run } from '../config/linkello.ts';

/**
 * Runs a program in namespaces of its own, by unshare(1); null when none can be had here.
 *
 * @param namespaces `--net`, `--mount`.
 */
export function unshared(
  namespaces: readonly string[],
  [file = '', ...args]: readonly string[],
  env: Readonly<Record<string, string>>,
): Run | null {
  const options = [...namespaces, ...(process.getuid?.() === 0 ? [] : ['--map-root-user'])];
  if (spawnSync('unshare', [...options, 'true']).status !== 0) return null;
  const { status, stdout, stderr } = spawnSync('unshare', [...options, file, ...args], {
    env: { ...process.env, LC_ALL: 'C', ...env },
    encoding: 'utf8',
  });
  return { code: status, stdout, stderr };
}
