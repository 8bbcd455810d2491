import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

/** Namespaces that a program and all that it starts have to themselves, and that go away with it. */
const UNSHARE = ['unshare', '--net', '--mount', '--pid', '--fork', '--mount-proc', '--kill-child'] as const;

/** Why this machine gives us no networks of our own; null where it does. */
export function whyNot(): string | null {
  if (process.getuid?.() !== 0) return 'only root can make network namespaces';
  const [file, ...args] = UNSHARE;
  const { status, stderr, error } = spawnSync(file, [...args, 'true'], { encoding: 'utf8' });
  return status === 0 ? null : (error?.message ?? stderr.trim());
}

/** The command that runs a program of ours in namespaces of its own, in which it lays networks. It ends when we do. */
export function unshareCommand(file: string, args: readonly string[]): [string, ...string[]] {
  return ['setpriv', '--pdeathsig=KILL', ...UNSHARE, process.execPath, file, ...args];
}

/** Runs a program so. Answers its exit code, null where it was killed. */
export async function runApart(file: string, args: readonly string[]): Promise<number | null> {
  const [command, ...rest] = unshareCommand(file, args);
  const [code] = await once(spawn(command, rest, { stdio: 'inherit' }), 'exit');
  return code;
}
