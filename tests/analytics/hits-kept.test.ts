import t from 'tap';
import type { RunningApp } from '../app/running-app.ts';
import { until, within } from '../deadline.ts';
import { browser, measuredApp } from './measured-app.ts';

/** What becomes of hits while Matomo is not there, does not answer, or does not want them. */

const pages = ['/', '/privacy', '/cookies', '/trust', '/sign-in'];

async function open(app: RunningApp, count: number, headers: Record<string, string> = {}): Promise<string[]> {
  const opened: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const path = pages[index % pages.length] ?? '/';
    const { status } = await app.ask(path, { headers: { ...browser, ...headers } });
    if (status !== 200) throw new Error(`${path}: ${status}`);
    opened.push(`https://localhost:8443${path}`);
  }
  return opened;
}

const state = ({ app }: RunningApp) => app.audience?.state();

t.test('while Matomo is down they are kept, and arrive later in their order', async (t) => {
  const { app, matomo } = await measuredApp(t);
  await matomo.down();
  const opened = await open(app, 23);
  await until(
    'two attempts',
    () => state(app)?.failures ?? 0,
    (failures) => failures >= 2,
  );
  t.match(state(app), { waiting: 23, tracked: 0, dropped: 0, fault: 'no_answer' });
  await matomo.up();
  await until(
    'all of them',
    () => matomo.hits.length,
    (count) => count === 23,
  );
  t.same(
    matomo.hits.map(({ url }) => url),
    opened,
  );
  const times = matomo.hits.map(({ cdt }) => Number(cdt));
  t.same(times, [...times].sort(), 'each with the time at which it was');
  await until(
    'it is known that they arrived',
    () => state(app)?.waiting,
    (waiting) => waiting === 0,
  );
  t.match(state(app), { tracked: 23, fault: null });
  t.same(matomo.faults, []);
});

t.test('beyond the bound the oldest are dropped, and counted', async (t) => {
  const { app, matomo } = await measuredApp(t, { analytics: { waiting_hits: 100 } });
  await matomo.down();
  const opened = await open(app, 130);
  t.match(state(app), { waiting: 100, dropped: 30 });
  await matomo.up();
  await until(
    'what is left',
    () => matomo.hits.length,
    (count) => count === 100,
  );
  t.same(
    matomo.hits.map(({ url }) => url),
    opened.slice(30),
  );
  t.match((await app.ask('/metrics')).text, /^linkello_hits_dropped_total 30$/m);
});

t.test('while Matomo hangs visitors are answered, and the app can end', async (t) => {
  const { app, matomo } = await measuredApp(t);
  matomo.mood = 'hangs';
  await open(app, 1);
  await until(
    'it hangs',
    () => matomo.hanging,
    (count) => count > 0,
  );
  await within('answers', open(app, 40));
  t.equal(matomo.hanging, 1, 'one request at a time');
  t.equal(state(app)?.waiting, 41);
  await within('the end', app.app.close());
});

t.test('a refusal is counted and shown, and nothing is lost by it', async (t) => {
  const { app, matomo } = await measuredApp(t);
  matomo.mood = 'refuses';
  await open(app, 3);
  await until(
    'it refuses',
    () => matomo.refused,
    (count) => count >= 2,
  );
  await until(
    'it is known',
    () => state(app)?.fault,
    (fault) => fault === 'refused',
  );
  t.match(state(app), { waiting: 3, refused: 0 });
  t.match((await app.ask('/metrics')).text, /^linkello_hits_failures_total [1-9]/m);
  matomo.mood = 'answers';
  await until(
    'they arrive',
    () => matomo.hits.length,
    (count) => count === 3,
  );
});

t.test('one that Matomo never takes is found, given up, and holds up no other', async (t) => {
  const { app, matomo } = await measuredApp(t);
  await matomo.down();
  await open(app, 7);
  await open(app, 1, { 'accept-language': 'fr' });
  await open(app, 5);
  matomo.mood = 'mad';
  await matomo.up();
  await until(
    'the others',
    () => matomo.hits.length,
    (count) => count === 12,
  );
  await until(
    'the end',
    () => state(app)?.waiting,
    (waiting) => waiting === 0,
  );
  t.match(state(app), { tracked: 12, refused: 1, dropped: 0 });
});

t.test('hits that it takes but cannot use are counted', async (t) => {
  const { app, matomo } = await measuredApp(t);
  matomo.mood = 'invalid';
  await open(app, 4);
  await until(
    'it is told',
    () => state(app)?.invalid,
    (invalid) => invalid === 4,
  );
  t.match(state(app), { tracked: 0, waiting: 0 });
  t.match((await app.ask('/metrics')).text, /^linkello_hits_invalid_total 4$/m);
});

t.test('a site that Matomo does not know yet waits for it', async (t) => {
  const { app, matomo } = await measuredApp(t, {
    sites: [{ host: 'localhost' }, { host: 'other.example.org' }],
  });
  const known = matomo.sites.splice(1);
  await app.ask('/privacy', { headers: { ...browser, host: 'other.example.org' } });
  await until(
    'it is looked for',
    () => state(app)?.fault,
    (fault) => fault === 'unknown_site',
  );
  await open(app, 2);
  await until(
    'the others go on',
    () => matomo.hits.length,
    (count) => count === 2,
  );
  matomo.sites.push(...known);
  await until(
    'it arrives',
    () => matomo.hits.length,
    (count) => count === 3,
  );
  t.equal(matomo.hits[2]?.idsite, '2');
});

t.test('what is waiting when the app ends is sent', async (t) => {
  const { app, matomo } = await measuredApp(t, {}, { hitsEveryMs: 60_000 });
  await open(app, 3);
  t.equal(matomo.hits.length, 0);
  await app.app.close();
  t.equal(matomo.hits.length, 3);
});
