import { spawn } from 'node:child_process';
import { Parser, type Result } from 'tap-parser';

/** What came of a test file. Every assertion counts, groups of them (subtests) do not. */
export interface Outcome {
  readonly file: string;
  readonly passed: number;
  readonly failed: readonly Result[];
  /** Counts as neither. */
  readonly skipped: readonly Result[];
  readonly seconds: number;
  /** What else was wrong at its end; empty if nothing. */
  readonly faults: Readonly<Record<string, unknown>>;
  /** The end of what it wrote to standard error. */
  readonly saidAside: string;
}

/** For a slow machine with others at work; a file takes a minute or two on a quiet one. */
const LIMIT_MS = 400_000;

/** How long a file has to tell what it waited for, when its time is over, and then to end. */
const LAST_WORDS_MS = 15_000;

const ASIDE_CHARACTERS = 4_000;

/**
 * Runs a test file as `node FILE`. tap's own runner would load its hooks into this and every other Node process that the
 * test starts, which takes each of them half as long again as its own start.
 *
 * @param job which of those that run at the same time this is, from 0; `tests/free-ports.ts` goes by it.
 */
export async function runTestFile(
  file: string,
  job: number,
  { limitMs = LIMIT_MS, lastWordsMs = LAST_WORDS_MS } = {},
): Promise<Outcome> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [file], {
    env: { ...process.env, TAP_TIMEOUT: String(limitMs / 1000), TAP_JOB_ID: String(job) },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let saidAside = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    saidAside = (saidAside + text).slice(-ASIDE_CHARACTERS);
  });

  const parser = new Parser();
  let passed = 0;
  const failed: Result[] = [];
  const skipped: Result[] = [];
  parser.on('pass', () => {
    passed += 1;
  });
  parser.on('fail', (result) => failed.push(result));
  parser.on('skip', (result) => skipped.push(result));
  parser.on('todo', (result) => skipped.push(result));
  child.stdout?.pipe(parser);

  const late: { afterSeconds?: number } = {};
  // It ends itself in time, unless it is stuck.
  const endAfter = (ms: number) =>
    setTimeout(() => {
      late.afterSeconds = ms / 1000;
      child.kill('SIGALRM');
      setTimeout(() => {
        child.kill('SIGKILL');
        // Something that it started may hold them open.
        child.stdout?.destroy();
        child.stderr?.destroy();
      }, lastWordsMs).unref();
    }, ms + lastWordsMs);
  let limit = endAfter(limitMs);
  // tap tells us of `t.setTimeout()` of a whole file.
  child.on('message', (message: { setTimeout?: number }) => {
    if (typeof message.setTimeout !== 'number') return;
    clearTimeout(limit);
    limit = endAfter(message.setTimeout);
  });
  const ended = Promise.withResolvers<{ exitCode: number | null; signal: string | null }>();
  child.once('error', ended.reject);
  child.once('close', (exitCode, signal) => ended.resolve({ exitCode, signal }));
  const { exitCode, signal } = await ended.promise;
  clearTimeout(limit);
  parser.end();

  const faults = {
    ...(late.afterSeconds !== undefined && { 'not over after seconds': late.afterSeconds }),
    ...(signal !== null && { signal }),
    ...(exitCode !== 0 && exitCode !== null && { 'exit code': exitCode }),
    ...(parser.results?.ok !== true && { tap: parser.results?.failures.map(faultOf) ?? 'none' }),
  };
  const seconds = (performance.now() - startedAt) / 1000;
  return { file, passed, failed, skipped, seconds, faults, saidAside };
}

const faultOf = (failure: Result | { tapError?: unknown }) =>
  'fullname' in failure ? failure.fullname : String(failure.tapError);
