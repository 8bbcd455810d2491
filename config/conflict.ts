import { dotted, type Path, shown } from './faults.ts';
import { canonicalHost } from './formats.ts';

/** One of the settings that a conflict is about. */
export interface Side {
  readonly path: Path;
  /** What is wrong here, told to somebody who is to change this setting. `other` names the other one. */
  readonly message: (other: string) => string;
}

/** Settings that are each right and cannot be together. Told at the first side that the file sets. */
export interface Conflict {
  readonly sides: readonly [Side, Side?];
  /** Further settings that it follows from. Where one of them is wrong in itself, there may be no conflict. */
  readonly from?: readonly Path[];
}

/** A rule between settings. What is wrong in itself may stand in them as an empty text; no rule speaks of that. */
export interface Rule<Seen> {
  readonly name: string;
  readonly conflicts: (settings: Seen) => Iterable<Conflict>;
}

/** Hosts that are the same however they are spelt, told at the later one. */
export function* repeatedHosts(hosts: readonly string[], path: (index: number) => Path): Generator<Conflict> {
  const spelt = hosts.map(canonicalHost);
  for (const [index, host] of spelt.entries()) {
    const first = spelt.indexOf(host);
    if (first === index || host === '') continue;
    yield {
      sides: [
        { path: path(index), message: (other) => `must differ from ${other}, got ${shown(host)} again` },
        { path: path(first), message: (other) => `must differ from ${other}, got ${shown(host)} in both` },
      ],
    };
  }
}

/** Names a setting of the file by path and line; one that is not in it as the default. */
export function named(path: Path, line: number | undefined): string {
  return `${dotted(path)} (${line === undefined ? 'default' : `line ${line}`})`;
}
