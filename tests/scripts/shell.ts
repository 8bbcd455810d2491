import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

export const project = join(import.meta.dirname, '..', '..');

export interface Result {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Options {
  /** Folder that counts as the project: where `scripts/install/` is. */
  readonly cwd?: string;
  /** Added to our own environment; undefined takes a variable out. */
  readonly env?: NodeJS.ProcessEnv;
  /** Put in front of bash, as setpriv. */
  readonly prefix?: readonly string[];
}

/** Starts a script in which the functions of `scripts/install/` are there. */
export function startShell(
  script: string,
  { cwd = project, env = {}, prefix = [] }: Options = {},
): ChildProcess {
  const preamble =
    'set -euo pipefail; called_from=$PWD command_file=$PWD/scripts/start; source scripts/install/all.sh';
  const [file = 'bash', ...args] = [...prefix, '/bin/bash', '-c', `${preamble}\n${script}`];
  return spawn(file, args, {
    cwd,
    env: { ...process.env, MEDIASOUP_WORKER_BIN: undefined, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

export async function finish(child: ChildProcess): Promise<Result> {
  const { stdout, stderr } = child;
  if (!stdout || !stderr) throw new Error('the shell has no output');
  const [[status], out, error] = await Promise.all([once(child, 'exit'), text(stdout), text(stderr)]);
  return { status: status as number | null, stdout: out, stderr: error };
}

/** Runs such a script to its end. */
export const shell = (script: string, options?: Options): Promise<Result> =>
  finish(startShell(script, options));
