import t from 'tap';
import { benchConsole } from './console.ts';

t.test('the benchmark of the console finds every page, of few rows too', async (t) => {
  const lines: string[] = [];
  const few = { organisations: 3, people: 60, rooms: 6, letters: 60, entries: 60 };
  await benchConsole((line) => void lines.push(line), 1, few);
  const told = lines.join('\n');
  for (const page of ['/console/people', '/console/audit', '/clinic', '/console/statistics'])
    t.match(told, ` ${page} `);
  t.match(told, /: \d+ of \d{3} pages/);
});
