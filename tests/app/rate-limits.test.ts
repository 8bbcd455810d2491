import t, { type Test } from 'tap';
import en from '../../app/locales/en.json' with { type: 'json' };
import { asBrowser, RunningApp } from './running-app.ts';

const limited = async (t: Test) => {
  const running = await RunningApp.start({}, { rateLimits: { pages: 5, misses: 3 } });
  t.teardown(() => running.stop());
  const statuses = async (path: string, count: number) => {
    const seen: number[] = [];
    for (let turn = 0; turn < count; turn += 1) seen.push((await running.ask(path)).status);
    return seen;
  };
  return { running, statuses };
};

t.test('pages: as many as the limit, then a friendly refusal that says when to come back', async (t) => {
  const { running, statuses } = await limited(t);
  t.same(await statuses('/', 6), [200, 200, 200, 200, 200, 429]);
  const { status, headers, text } = await running.ask('/trust', { headers: asBrowser });
  t.equal(status, 429, 'all pages together');
  const seconds = Number(headers['retry-after']);
  t.ok(seconds > 0 && seconds <= 60, String(seconds));
  t.match(text, en.errors.too_many_requests.sentence);
  t.match(text, `${seconds} seconds`);
  t.notMatch(Object.keys(headers).join(), /ratelimit/);

  const problem = await running.ask('/');
  t.match(JSON.parse(problem.text), { status: 429, code: 'too_many_requests' });
  t.same(await statuses('/health/live', 8), Array(8).fill(200), 'whoever watches the process is not refused');
  const style = /href="(\/assets\/[^"]+\.css)"/.exec(text)?.[1] ?? '';
  t.same(await statuses(style, 8), Array(8).fill(200), 'nor are files that cost nothing');
});

t.test('addresses that do not exist have a limit of their own', async (t) => {
  const { statuses } = await limited(t);
  t.same(await statuses('/guess', 5), [404, 404, 404, 429, 429]);
  t.same(await statuses('/', 1), [200]);
});
