/**
 * Runs test files, as many at a time as the machine has use for, and tells people how each went as soon as it is over.
 * At the end `PASSED FAILED` is written into the file that the first argument names.
 */
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { relative } from 'node:path';
import { failures, report } from './report.ts';
import { Schedule, type Task, taskOf } from './schedule.ts';
import { runTestFile } from './test-file.ts';

const [countsFile, ...paths] = process.argv.slice(2);
if (countsFile === undefined || paths.length === 0) {
  process.stderr.write('Usage: node scripts/checks/run.ts COUNTS_FILE FILE…\n');
  process.exit(2);
}

const schedule = new Schedule(
  paths.map((path) => taskOf(relative('', path))),
  availableParallelism(),
);
const totals = { passed: 0, failed: 0 };

/** Starts what may start; whatever ends does so again. */
async function work(): Promise<void> {
  const started: Promise<void>[] = [];
  for (let next = schedule.next(); next !== null; next = schedule.next()) started.push(perform(next));
  await Promise.all(started);
}

async function perform({ task, job }: { task: Task; job: number }): Promise<void> {
  const outcome = await runTestFile(task.file, job);
  process.stdout.write(report(outcome));
  totals.passed += outcome.passed;
  totals.failed += failures(outcome);
  schedule.ended(task);
  await work();
}

await work();
writeFileSync(countsFile, `${totals.passed} ${totals.failed}\n`);
