import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** Runs PHP and answers what it printed and how it ended. */
export async function php(
  args: readonly string[],
  input = '',
): Promise<{ readonly stdout: string; readonly stderr: string; readonly status: number | null }> {
  const child = spawn('php', args, { stdio: 'pipe' });
  const ended = once(child, 'close') as Promise<[number | null]>;
  child.stdin.end(input);
  const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { stdout, stderr, status };
}
