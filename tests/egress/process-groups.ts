import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Every program of the proof runs in a group of its own, which what it starts inherits: so the kernel itself says, of
 * each packet, whose it is. No group of the system has these numbers.
 */
export const groups = {
  start: 61_001,
  app: 61_002,
  sfu: 61_003,
  turn: 61_004,
  commands: 61_005,
  chromium1: 61_006,
  chromium2: 61_007,
  probe: 61_008,
} as const;

export type Program = keyof typeof groups;

/** Which program has a group; null for a group that is none of these. */
export function programOf(group: number): Program | null {
  const names = Object.keys(groups) as Program[];
  return names.find((name) => groups[name] === group) ?? null;
}

/** A command that runs another in that program's group, without those of whoever runs it. */
export const inGroup = (program: Program): readonly string[] => [
  'setpriv',
  `--regid=${groups[program]}`,
  '--clear-groups',
];

/**
 * The environment in which app, SFU and coturn take their own groups, though somebody else starts them.
 *
 * @param folder gets a program `turnserver` that stands before the real one.
 */
export async function ownGroups(
  environment: NodeJS.ProcessEnv,
  folder: string,
  turnserver: string | null,
): Promise<NodeJS.ProcessEnv> {
  await mkdir(folder, { recursive: true });
  if (turnserver !== null) {
    const program = join(folder, 'turnserver');
    await writeFile(program, `#!/bin/sh\nexec ${inGroup('turn').join(' ')} ${turnserver} "$@"\n`);
    await chmod(program, 0o755);
  }
  const loader = pathToFileURL(join(import.meta.dirname, 'own-group.ts')).href;
  return {
    ...environment,
    NODE_OPTIONS: `${environment.NODE_OPTIONS ?? ''} --import=${loader}`.trim(),
    PATH: [folder, environment.PATH].join(delimiter),
  };
}
