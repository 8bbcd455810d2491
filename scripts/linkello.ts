import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError, exitOnConfigError } from '../config/load.ts';
import { nearest } from '../config/spelling.ts';

/** The command line: `./scripts/linkello COMMAND`. Exit codes: 0 done, 1 failed, 2 wrong use or configuration. */

interface Command {
  /** What follows the command's name. */
  readonly usage: string;
  readonly summary: string;
  /** The command's file; `run` answers the exit code. */
  readonly load: () => Promise<{ readonly run: (args: readonly string[]) => Promise<number> }>;
}

/** Where tests are not, as in the images, what they hold is no command. */
const tests = join(import.meta.dirname, '../tests');

const ofCheckout: Readonly<Record<string, Command>> = {
  bench: {
    usage: 'audience | console | join | meeting | retention | sign-in | start | statistics [TIMES]',
    summary: 'measure on this machine; ratios hold on others too',
    // By its path, not by name: it holds code for pages, whose types are the DOM's and not this program's.
    load: () => import(join(tests, 'bench/bench.ts')),
  },
  pictures: {
    usage: 'FOLDER [calls|clinic|appointments]',
    summary: 'take screenshots of every page, or of an album, in every language and colour scheme',
    // As above.
    load: () => import(join(tests, 'pictures/pictures.ts')),
  },
  'prove-egress': {
    usage: '[--json] [--with FILE]',
    summary: 'run everything in networks of its own, as root, and count every packet that leaves them',
    // As above.
    load: () => import(join(tests, 'egress/prove-egress.ts')),
  },
};

const commands: Readonly<Record<string, Command>> = {
  ...(existsSync(tests) ? ofCheckout : {}),
  audit: {
    usage: 'verify | export [OPTIONS]',
    summary: 'find out whether the audit log was tampered with, or write it to standard output',
    load: () => import('./commands/audit.ts'),
  },
  backup: {
    usage: 'FILE',
    summary: 'put accounts, rooms, audit log and keys into one file, also while the appliance runs',
    load: () => import('./commands/backup.ts'),
  },
  check: {
    usage: '[FILE]',
    summary: 'say what a configuration comes to, or everything that is wrong with it',
    load: () => import('./commands/check.ts'),
  },
  doctor: {
    usage: '[--json]',
    summary: 'look at all that calls need, and say what is wrong and what cures it',
    load: () => import('./commands/doctor.ts'),
  },
  evidence: {
    usage: '--out FOLDER',
    summary:
      'write what an auditor asks for: register of processing, network flows, impact assessment, notices',
    load: () => import('./commands/evidence.ts'),
  },
  restore: {
    usage: 'FILE',
    summary: 'put a backup into an empty data folder',
    load: () => import('./commands/restore.ts'),
  },
  retention: {
    usage: '[--dry-run] [--at DATE] [--json] | verify',
    summary: 'erase what is past its time, or say what would be; verify the certificates of what was',
    load: () => import('./commands/retention.ts'),
  },
  'sign-in-link': {
    usage: '[ADDRESS]',
    summary: 'print a link that signs somebody in once; without ADDRESS the one that makes the first owner',
    load: () => import('./commands/sign-in-link.ts'),
  },
  settings: {
    usage: 'yaml | markdown | write | check',
    summary: 'print every setting, or write or check the files that are made from the schema',
    load: () => import('./commands/settings.ts'),
  },
};

function usage(): string {
  const rows = Object.entries(commands)
    .sort(([one], [other]) => one.localeCompare(other))
    .map(([name, command]) => [`${name} ${command.usage}`, command.summary] as const);
  const width = Math.max(...rows.map(([left]) => left.length));
  const lines = rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
  return `Usage: linkello COMMAND\n\n${lines.join('\n')}\n`;
}

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(usage());
    return 0;
  }
  if (name === undefined) {
    process.stderr.write(usage());
    return 2;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    const near = nearest(name, Object.keys(commands));
    const hint = near === undefined ? '' : ` Did you mean ${near}?`;
    process.stderr.write(`linkello has no command ${JSON.stringify(name)}.${hint}\n\n${usage()}`);
    return 2;
  }
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(`Usage: linkello ${name} ${command.usage}\n\n  ${command.summary}\n`);
    return 0;
  }
  return (await command.load()).run(args);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof ConfigError) exitOnConfigError(error);
  process.stderr.write(`linkello: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
