import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** The command line of this checkout. */
export const ownProgram = fileURLToPath(new URL('../../scripts/linkello.ts', import.meta.url));

/** What a run of the command line came to. `code` is null if it was killed. */
export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the real command line as a process of its own, with nothing of Linkello's in its environment but `env`. */
export async function linkello(
  args: readonly string[],
  options: {
    readonly cwd?: string;
    readonly env?: Readonly<Record<string, string>>;
    /** The command line of another checkout. */
    readonly program?: string;
  } = {},
): Promise<Run> {
  const { LINKELLO_CONFIG: _config, LINKELLO_DATA: _data, ...environment } = process.env;
  const child = spawn(process.execPath, [options.program ?? ownProgram, ...args], {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...environment, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, stdout, stderr };
}
