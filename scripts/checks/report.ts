import type { Result } from 'tap-parser';
import { stringify } from 'yaml';
import type { Outcome } from './test-file.ts';

/** Whether nothing failed. A file without assertions is a failure. */
export const isGood = ({ passed, failed, skipped, faults }: Outcome) =>
  failed.length === 0 && Object.keys(faults).length === 0 && passed + skipped.length > 0;

/** How many failures a file counts as. */
export const failures = (outcome: Outcome) => outcome.failed.length || (isGood(outcome) ? 0 : 1);

/** One line for people, and below it what failed and what was skipped. */
export function report(outcome: Outcome): string {
  const { file, passed, failed, skipped, seconds, faults, saidAside } = outcome;
  const good = isGood(outcome);
  const counts = failed.length > 0 ? `${passed} passed, ${failed.length} failed` : `${passed} passed`;
  const lines = [`${good ? 'ok    ' : 'FAILED'}  ${file}: ${counts} (${seconds.toFixed(1)} s)`];
  for (const failure of failed) lines.push(`  ${failure.fullname}`, ...details(failure));
  for (const skip of skipped) lines.push(`  skipped: ${skip.fullname}: ${skip.skip || skip.todo}`);
  if (!good && failed.length === 0) {
    const isEmpty = passed + skipped.length === 0 && Object.keys(faults).length === 0;
    if (isEmpty) lines.push('  It has no assertions.');
    else lines.push('  It did not end well.', indent(stringify(faults)));
  }
  if (!good && saidAside !== '') lines.push('  It wrote to standard error:', indent(saidAside));
  return `${lines.join('\n')}\n`;
}

const indent = (text: string) => text.trimEnd().replaceAll(/^/gm, '    | ');

function details({ diag }: Result): string[] {
  if (diag === null || typeof diag !== 'object') return [];
  // The place is in the stack, and what surrounds it in the source.
  const { source: _source, at: _at, ...rest } = diag as Record<string, unknown>;
  return Object.keys(rest).length === 0 ? [] : [indent(stringify(rest))];
}
