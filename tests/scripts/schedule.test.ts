import { join } from 'node:path';
import t from 'tap';
import { Schedule, type Task, taskOf } from '../../scripts/checks/schedule.ts';

const task = (file: string, size: number, more: Partial<Task> = {}): Task => ({
  file,
  size,
  isAlone: false,
  hasBrowser: false,
  ...more,
});
const started = (schedule: Schedule) => {
  const names: string[] = [];
  for (let next = schedule.next(); next !== null; next = schedule.next()) names.push(next.task.file);
  return names;
};

t.test('a file says itself that it runs alone', async (t) => {
  const folder = t.testdir({
    'load.test.ts': "import t from 'tap';\n\n// Alone: it measures.\n",
    browser: { 'call.test.ts': '// Not Alone: at all.\n' },
  });
  t.match(taskOf(join(folder, 'load.test.ts')), { isAlone: true, hasBrowser: false });
  t.match(taskOf(join(folder, 'browser', 'call.test.ts')), { isAlone: false, hasBrowser: true, size: 22 });
});

t.test('one file more than processors, a browser for two, the long before the short', async (t) => {
  const browser = (file: string) => task(file, 1, { hasBrowser: true });
  const [one, two] = [browser('one'), browser('two')];
  const [long, short] = [task('long', 9), task('short', 5)];
  const schedule = new Schedule([task('shortest', 1), short, one, long, two], 2);
  t.strictSame(started(schedule), ['one', 'long', 'short']);
  schedule.ended(long);
  t.strictSame(started(schedule), ['shortest']);
  schedule.ended(one);
  t.strictSame(started(schedule), ['two']);

  const onFour = new Schedule([browser('a'), browser('b'), browser('c'), long], 4);
  t.strictSame(started(onFour), ['a', 'b', 'long']);
  t.strictSame(started(new Schedule([browser('a'), browser('b')], 1)), ['a']);
});

t.test('what runs alone does so when all others are over, one after the other', async (t) => {
  const first = task('first', 9, { isAlone: true });
  const second = task('second', 8, { isAlone: true, hasBrowser: true });
  const others = [task('a', 2), task('b', 1)];
  const schedule = new Schedule([second, first, ...others], 2);
  t.strictSame(started(schedule), ['a', 'b']);
  for (const each of others) {
    t.strictSame(started(schedule), []);
    schedule.ended(each);
  }
  t.strictSame(started(schedule), ['first']);
  schedule.ended(first);
  t.strictSame(started(schedule), ['second']);
});

t.test('each that runs has a number that no other has at the time', async (t) => {
  const tasks = [task('a', 4), task('b', 3), task('c', 2), task('d', 1)];
  const schedule = new Schedule(tasks, 2);
  const jobs = tasks.slice(0, 3).map(() => schedule.next()?.job);
  t.strictSame(jobs, [0, 1, 2]);
  schedule.ended(tasks[1] as Task);
  t.match(schedule.next(), { job: 1, task: { file: 'd' } });
});
