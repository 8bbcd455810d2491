/**
 * Tells people how the tests go: reads TAP on standard input, writes one line for each test file and what failed in
 * it, and at the end `PASSED FAILED` into the file that the argument names. Every assertion counts, groups of them
 * (subtests) do not. A file without assertions is a failure; what is skipped is told and counts as neither.
 */
import { writeFileSync } from 'node:fs';
import { Parser, type Result } from 'tap-parser';
import { stringify } from 'yaml';

const countsFile = process.argv[2];
if (countsFile === undefined) {
  process.stderr.write('Usage: tap run --reporter=tap | node scripts/checks/report.ts COUNTS_FILE\n');
  process.exit(2);
}

interface Outcome {
  passed: number;
  readonly failed: Result[];
  readonly skipped: Result[];
}

const totals = { passed: 0, failed: 0 };
/** Of the files that are not over yet, by name. */
const outcomes = new Map<string, Outcome>();

function outcomeOf(file: string): Outcome {
  const outcome = outcomes.get(file) ?? { passed: 0, failed: [], skipped: [] };
  outcomes.set(file, outcome);
  return outcome;
}

const say = (line: string) => void process.stdout.write(`${line}\n`);
const indent = (text: string) => text.trimEnd().replaceAll(/^/gm, '    | ');

/** `tests/a.test.ts > group > assertion` in two parts; the second is empty for a file as a whole. */
function split({ fullname }: Result): [file: string, name: string] {
  const [file = '', ...rest] = fullname.split(' > ');
  return [file, rest.join(' > ')];
}

function details({ diag }: Result): string {
  if (diag === null || typeof diag !== 'object') return '';
  // The place is in the stack, and what surrounds it in the source.
  const { source: _source, at: _at, ...rest } = diag as Record<string, unknown>;
  return Object.keys(rest).length === 0 ? '' : indent(stringify(rest));
}

function tell(result: Result): void {
  const { passed, failed, skipped } = outcomeOf(result.name);
  outcomes.delete(result.name);
  const isEmpty = passed + failed.length + skipped.length === 0;
  const counts = failed.length > 0 ? `${passed} passed, ${failed.length} failed` : `${passed} passed`;
  const seconds = result.time === null ? '' : ` (${(result.time / 1000).toFixed(1)} s)`;
  const isGood = result.ok && failed.length === 0 && !isEmpty;

  say(`${isGood ? 'ok    ' : 'FAILED'}  ${result.name}: ${counts}${seconds}`);
  for (const failure of failed) say(`  ${split(failure)[1]}\n${details(failure)}`);
  for (const skip of skipped) say(`  skipped: ${split(skip)[1]}: ${skip.skip || skip.todo}`);
  if (isEmpty && result.ok) say('  It has no assertions.');
  else if (!isGood && failed.length === 0) say(`  It did not end well.\n${details(result)}`);

  totals.passed += passed;
  totals.failed += failed.length > 0 || isGood ? failed.length : 1;
}

const parser = new Parser();
const remember = (keep: (outcome: Outcome, result: Result) => void) => (result: Result) => {
  const [file, name] = split(result);
  // Files as a whole are told of by 'assert'.
  if (name !== '') keep(outcomeOf(file), result);
};
parser.on(
  'pass',
  remember((outcome) => {
    outcome.passed += 1;
  }),
);
parser.on(
  'fail',
  remember(({ failed }, result) => failed.push(result)),
);
parser.on(
  'skip',
  remember(({ skipped }, result) => skipped.push(result)),
);
parser.on(
  'todo',
  remember(({ skipped }, result) => skipped.push(result)),
);
// One for each test file, after all that is in it.
parser.on('assert', tell);
parser.on('complete', () => writeFileSync(countsFile, `${totals.passed} ${totals.failed}\n`));
process.stdin.pipe(parser);
