import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { release } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const project = join(import.meta.dirname, '../..');

/** What the proof was run with; a commit is `unknown` outside of a git checkout. */
export interface Machine {
  readonly version: string;
  readonly commit: string;
  /** Whether files differ from that commit. */
  readonly isChanged: boolean;
  readonly kernel: string;
  readonly node: string;
  readonly nftables: string;
}

export async function describeMachine(): Promise<Machine> {
  const { version } = JSON.parse(await readFile(join(project, 'package.json'), 'utf8')) as {
    version: string;
  };
  const commit = await firstLine('git', 'rev-parse', 'HEAD');
  const changes = await firstLine('git', 'status', '--porcelain', '--untracked-files=no');
  const nftables = await firstLine('nft', '--version');
  return {
    version,
    commit: commit ?? 'unknown',
    isChanged: (changes ?? '') !== '',
    kernel: release(),
    node: process.versions.node,
    nftables: /v([\d.]+)/.exec(nftables ?? '')?.[1] ?? 'unknown',
  };
}

async function firstLine(file: string, ...args: readonly string[]): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)(file, args, { cwd: project });
    return stdout.split('\n')[0] ?? '';
  } catch {
    return null;
  }
}
