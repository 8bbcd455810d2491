import t from 'tap';
import { signedIn } from '../app/signed-in.ts';
import { until } from '../deadline.ts';
import { Visitor } from '../privacy/visitor.ts';
import { browser, measuredApp } from './measured-app.ts';

/** Which pages Matomo is told of, and that it is told of nothing else. */

/** Asks pages one after the other; answers their statuses. */
async function open(
  app: { ask(path: string, asked: object): Promise<{ status: number }> },
  paths: readonly string[],
  headers: Record<string, string> = {},
): Promise<number[]> {
  const statuses: number[] = [];
  for (const path of paths) {
    const { status } = await app.ask(path, { headers: { ...browser, ...headers } });
    statuses.push(status);
  }
  return statuses;
}

t.test('pages that people opened, in their order, and each as its route', async (t) => {
  const { app, matomo } = await measuredApp(t, {
    sites: [{ host: 'localhost' }, { host: 'autre.example.org' }, { host: '2001:db8::10' }],
  });
  await open(app, ['/', '/sign-in?to=%2Faccount', '/privacy'], { 'accept-language': 'fr' });
  await open(app, ['/cookies'], {
    host: 'autre.example.org',
    referer: 'https://search.example/find?q=secret',
  });
  await open(app, ['/trust'], { host: '[2001:db8::10]:8443', referer: 'https://autre.example.org/r/secret' });
  await until(
    'five hits',
    () => matomo.hits.length,
    (count) => count === 5,
  );
  const port = ':8443';
  t.match(
    matomo.hits.filter(({ idsite }) => idsite === '1'),
    ['/', '/sign-in', '/privacy'].map((path) => ({
      url: `https://localhost${port}${path}`,
      lang: 'fr',
      cip: '127.0.0.0',
      ua: browser['user-agent'],
    })),
  );
  t.match(
    matomo.hits.find(({ idsite }) => idsite === '2'),
    {
      url: `https://autre.example.org${port}/cookies`,
      lang: 'en',
      urlref: 'https://search.example/',
    },
  );
  const third = matomo.hits.find(({ idsite }) => idsite === '3');
  t.equal(third?.url, `https://[2001:db8::10]${port}/trust`);
  t.equal(third?.urlref, undefined, 'who came from one of our sites came from nowhere else');
  t.same(matomo.faults, []);
  t.match(app.app.audience?.state(), {
    tracked: 5,
    invalid: 0,
    refused: 0,
    dropped: 0,
    waiting: 0,
    fault: null,
  });
});

t.test('what is no page opened by a visitor is not counted', async (t) => {
  const { app, matomo } = await measuredApp(t);
  const owner = await signedIn(app, 'owner');
  await open(app, ['/no-such-page', '/assets/main.css', '/health/live', '/r?name=Room', '/console']);
  await open(app, ['/console', '/console/people', '/account'], owner.headers);
  await open(app, ['/'], { 'sec-purpose': 'prefetch;prerender' });
  await open(app, ['/'], { purpose: 'prefetch' });
  await open(app, ['/'], { 'user-agent': 'Robot/1.0 (+https://robot.example/about)' });
  await open(app, ['/'], { 'user-agent': 'Robot/1.0 (robot@example.org)' });
  await app.ask('/', { headers: { accept: 'text/html' } });
  await app.ask('/', { method: 'HEAD', headers: browser });
  await app.ask('/sign-in', {
    method: 'POST',
    headers: {
      ...browser,
      'content-type': 'application/x-www-form-urlencoded',
      'sec-fetch-site': 'same-origin',
    },
    body: 'email=somebody%40example.org',
  });
  // What comes after all of those arrives alone.
  await open(app, ['/privacy']);
  await until(
    'a hit',
    () => matomo.hits.length,
    (count) => count > 0,
  );
  t.match(matomo.hits, [{ url: 'https://localhost:8443/privacy' }]);
  t.equal(matomo.hits.length, 1);
  t.same(matomo.faults, []);
});

t.test('a no is a no: by signal, and in the ledger', async (t) => {
  const { app, matomo } = await measuredApp(t);
  await open(app, ['/'], { dnt: '1' });
  await open(app, ['/'], { 'sec-gpc': '1' });
  const visitor = new Visitor(app, browser);
  await visitor.post('/cookies', { measurement: 'no' });
  await visitor.get('/trust');
  await visitor.get('/');
  t.equal(app.app.audience?.state().waiting, 0, 'not even kept to be sent');
  await visitor.post('/cookies', { measurement: 'yes' });
  await visitor.get('/privacy');
  await until(
    'a hit',
    () => matomo.hits.length,
    (count) => count > 0,
  );
  t.match(matomo.hits, [{ url: 'https://localhost:8443/privacy' }]);
  t.equal(matomo.hits.length, 1);
});

t.test('the page to refuse on works while Matomo is down', async (t) => {
  const { app, matomo } = await measuredApp(t);
  await matomo.down();
  const visitor = new Visitor(app, browser);
  t.match((await visitor.get('/cookies')).text, /id="measurement/);
  t.equal((await visitor.post('/cookies', { measurement: 'no' })).status, 303);
  const before = app.app.audience?.state().waiting;
  await visitor.get('/');
  t.equal(app.app.audience?.state().waiting, before);
  await matomo.up();
});

t.test('switched off, nothing is sent and nothing is missing', async (t) => {
  const { app, matomo } = await measuredApp(t, { analytics: { enabled: false } });
  t.same(await open(app, ['/', '/privacy', '/cookies']), [200, 200, 200]);
  t.equal(app.app.audience, null);
  t.equal(matomo.heard, '');
  t.match((await app.ask('/metrics')).text, /^linkello_hits_waiting 0$/m);
});
