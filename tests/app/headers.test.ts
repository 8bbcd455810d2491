import t from 'tap';
import { asBrowser, RunningApp } from './running-app.ts';

const running = await RunningApp.start();
t.teardown(() => running.stop());

const everywhere = ['/', '/trust', '/nothing-here', '/health/live', '/r/%E0%A4', '/robots.txt', '/r/a-room'];

for (const path of everywhere) {
  t.test(`the headers that keep ${path} to itself`, async (t) => {
    const { headers } = await running.ask(path, { headers: asBrowser });
    const policy = Object.fromEntries(
      String(headers['content-security-policy'])
        .split(';')
        .map((directive) => directive.trim().split(/ (.*)/)),
    );
    t.equal(policy['default-src'], "'none'");
    for (const what of [
      'script-src',
      'style-src',
      'connect-src',
      'img-src',
      'font-src',
      'media-src',
      'form-action',
    ])
      t.equal(policy[what], "'self'", what);
    t.equal(policy['frame-ancestors'], "'none'");
    t.equal(policy['base-uri'], "'none'");
    t.notMatch(headers['content-security-policy'], /unsafe|https?:|\*/);
    t.match(headers, {
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    });
    const permissions = String(headers['permissions-policy']).split(', ');
    for (const right of ['camera', 'microphone', 'display-capture', 'speaker-selection', 'screen-wake-lock'])
      t.ok(permissions.includes(`${right}=(self)`), right);
    for (const right of ['geolocation', 'payment', 'usb']) t.ok(permissions.includes(`${right}=()`), right);
    t.notOk(headers.server ?? headers['x-powered-by'], 'no word about what it runs on');
  });
}

t.test('HTTPS is remembered for long only where the appliance owns the host', async (t) => {
  const owner = await RunningApp.start({ https: { port: 443 } });
  t.teardown(() => owner.stop());
  const seconds = async (app: RunningApp) =>
    Number(/^max-age=(\d+)$/.exec(String((await app.ask('/')).headers['strict-transport-security']))?.[1]);
  t.equal(await seconds(owner), 365 * 86_400);
  t.equal(await seconds(running), 86_400);
});

t.test('pages are not stored; rooms are not indexed', async (t) => {
  t.equal((await running.ask('/')).headers['cache-control'], 'no-store');
  t.equal((await running.ask('/')).headers['x-robots-tag'], undefined);
  t.match((await running.ask('/r/one')).headers, { 'cache-control': 'no-store', 'x-robots-tag': /noindex/ });
  t.match((await running.ask('/r/%C3%89t%C3%A9')).headers, { 'x-robots-tag': /noindex/ });
  t.notMatch(
    (await running.ask('/robots.txt')).text,
    /Disallow: \//,
    'a crawler must see the tag to obey it',
  );
});
