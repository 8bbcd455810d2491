/**
 * Tells whether node_modules holds exactly what package-lock.json names: exit 0 or 1. Runs in the project's folder,
 * on any Node since 18.
 *
 * npm keeps a record of its own in node_modules, which it writes last; an install that was broken off leaves none,
 * and after `git pull` it differs from the new lock file. Packages for other kinds of machines may be absent.
 */
import { readFileSync } from 'node:fs';

const packages = (file) => {
  const { '': _project, ...rest } = JSON.parse(readFileSync(file, 'utf8')).packages;
  return rest;
};
const same = (one, other) => one?.version === other?.version && one?.integrity === other?.integrity;

try {
  const wanted = packages('package-lock.json');
  const there = packages('node_modules/.package-lock.json');
  const complete = Object.entries(wanted).every(([path, entry]) =>
    same(entry, there[path] ?? (entry.optional && entry)),
  );
  const pure = Object.keys(there).every((path) => path in wanted);
  process.exitCode = complete && pure ? 0 : 1;
} catch {
  process.exitCode = 1;
}
