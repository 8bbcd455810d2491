import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { RunningApp } from '../app/running-app.ts';

/** That what `app/privacy/commitment.md` says of each promise is there: page, code and test. */

const root = join(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const quoted = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);

const rows = read('app/privacy/commitment.md')
  .split('\n')
  .filter((line) => /^\| \d/.test(line))
  .map((line) => {
    const [section = '', promise = '', page = '', code = '', test = ''] = line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim());
    return { section, promise, page, code, test };
  });

t.test('every section that promises something has a line', async (t) => {
  const sections = new Set(rows.map(({ section }) => section));
  const promised = ['2', '3.1', '3.2', '3.3', '4', '5', '6', '7', '8', '9', '10', '11'];
  t.same(
    promised.filter((each) => !sections.has(each)),
    [],
  );
});

t.test('the code of each line is there', async (t) => {
  for (const { promise, code } of rows) {
    const files = quoted(code).filter((name) => name.includes('/'));
    t.ok(files.length > 0, promise);
    for (const file of files) t.ok(existsSync(join(root, file)), `${promise}: ${file}`);
  }
});

t.test('the test of each line is there, under its name', async (t) => {
  for (const { promise, test } of rows) {
    const [file = ''] = quoted(test);
    const title = test.replace(/^`[^`]+`: /, '');
    t.ok(existsSync(join(root, file)), `${promise}: ${file}`);
    t.ok(
      [`'${title}'`, `\`${title}\``, `"${title}"`].some((name) => read(file).includes(name)),
      `${file}: ${title}`,
    );
  }
});

t.test('the pages of each line are there', async (t) => {
  const running = await RunningApp.start({ contact: { enabled: true, newsletter: true } });
  t.teardown(() => running.stop());
  const addresses = new Set(running.app.routeTable.map(({ url }) => url));
  for (const { promise, page } of rows) {
    t.ok(quoted(page).length > 0, promise);
    for (const address of quoted(page)) t.ok(addresses.has(address), `${promise}: ${address}`);
  }
});
