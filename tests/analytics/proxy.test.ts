import t from 'tap';
import { type Role, roles } from '../../app/kernel/roles.ts';
import { signedIn } from '../app/signed-in.ts';
import { browser, measuredApp } from './measured-app.ts';

/** Matomo's pages behind the app: for whom, which ones, and what gets through. */

const { app, matomo } = await measuredApp(t, {}, { rateLimits: { pages: 1e9, misses: 1e9 } });
const owner = await signedIn(app, 'owner');
const form = { ...owner.headers, ...browser, 'content-type': 'application/x-www-form-urlencoded' };

t.test('for owners and marketing, and like what is not there for everybody else', async (t) => {
  const opens: readonly Role[] = ['owner', 'marketing'];
  const absent = await app.ask('/console/no-such-page', { headers: { ...browser, ...owner.headers } });
  for (const role of roles) {
    const { headers } = await signedIn(app, role);
    const { status } = await app.ask('/analytics/', { headers: { ...browser, ...headers } });
    t.equal(status, opens.includes(role) ? 200 : absent.status, role);
  }
  t.equal(matomo.pages.length, opens.length, 'Matomo was asked for nobody else');
  for (const path of ['/analytics', '/analytics/', '/analytics/index.php', '/analytics/matomo.php']) {
    const { status, headers } = await app.ask(path, { headers: browser });
    t.equal(status, 303, path);
    t.match(headers.location, /^\/sign-in\?to=/, path);
  }
  const { status, headers } = await app.ask('/analytics', { headers: { ...browser, ...owner.headers } });
  t.match({ status, to: headers.location }, { status: 303, to: '/analytics/' });
});

t.test('what its pages need, and nothing else', async (t) => {
  const get = (path: string) => app.ask(path, { headers: { ...browser, ...owner.headers } });
  for (const path of [
    '/analytics/index.php?module=CoreHome&action=index',
    '/analytics/?module=Login',
    '/analytics/plugins/CoreHome/stylesheets/page.css?cb=1',
    '/analytics/plugins/CoreHome/javascripts/manifest.json',
    '/analytics/libs/jquery/jquery.min.js',
  ]) {
    const before = matomo.pages.length;
    t.equal((await get(path)).status, 200, path);
    t.equal(matomo.pages.length, before + 1);
    t.equal(matomo.pages.at(-1)?.url, path.slice('/analytics'.length), 'with its query');
  }
  const asked = matomo.pages.length;
  const { heard } = matomo;
  for (const path of [
    '/matomo.php',
    '/piwik.php',
    '/matomo.js',
    '/piwik.js',
    '/linkello/status.json',
    '/console',
    '/config/config.ini.php',
    '/tmp/sessions/x.js',
    '/core/bootstrap.php',
    '/vendor/autoload.php',
    '/README.md',
    '/plugins/CoreHome/CoreHome.php',
    '/plugins/../config/x.js',
    '/plugins/..%2fconfig/x.js',
    '/plugins/%2e%2e/config/x.js',
    '/plugins/.../x.js',
    '/plugins//x.js',
    '/index.php/plugins/x.js',
    '//index.php',
  ]) {
    t.equal((await get(`/analytics${path}`)).status, 404, path);
    const { status } = await app.ask(`/analytics${path}`, { method: 'POST', headers: form, body: '' });
    t.equal(status, 404, `POST ${path}`);
  }
  for (const path of ['/plugins/CoreHome/stylesheets/page.css']) {
    const { status } = await app.ask(`/analytics${path}`, { method: 'POST', headers: form, body: '' });
    t.equal(status, 404, `POST ${path}`);
  }
  t.equal(matomo.pages.length, asked, 'Matomo saw none of these');
  t.equal(matomo.heard, heard);
});

t.test('who is signed in here stays here, and Matomo’s session is for its own pages', async (t) => {
  const { headers } = await app.ask('/analytics/index.php', {
    headers: {
      ...browser,
      ...owner.headers,
      cookie: `${owner.headers.cookie}; MATOMO_SESSID=xyz; other=2`,
      'x-forwarded-for': '203.0.113.9',
      'x-forwarded-uri': '/evil',
      authorization: 'Bearer secret',
    },
  });
  const told = matomo.pages.at(-1)?.headers ?? {};
  t.equal(told.cookie, 'MATOMO_SESSID=xyz');
  t.match(told, {
    host: 'localhost:8443',
    'x-forwarded-host': 'localhost:8443',
    'x-forwarded-for': '127.0.0.0',
    'x-forwarded-proto': 'https',
    'x-forwarded-uri': '/analytics',
  });
  t.equal(told.authorization, undefined);
  t.same(headers['set-cookie'], ['MATOMO_SESSID=abc123; Path=/analytics/; HttpOnly; Secure; SameSite=Lax']);
  t.equal(headers['x-powered-by'], undefined);
  t.equal(headers.server, undefined);
  const policy = String(headers['content-security-policy']);
  t.match(policy, /default-src 'self'.*frame-ancestors 'none'/);
  t.notMatch(policy, /\*|https?:/, 'nothing from elsewhere');
  t.equal(headers['x-frame-options'], 'DENY');
});

t.test('forms go through as they are; those of another site, and large ones, do not', async (t) => {
  const body = 'form_login=reader&form_password=a%26b&form_login=twice';
  t.equal(
    (await app.ask('/analytics/index.php?module=Login', { method: 'POST', headers: form, body })).status,
    200,
  );
  t.match(matomo.pages.at(-1), { method: 'POST', url: '/index.php?module=Login', body });
  const asked = matomo.pages.length;
  const foreign = { ...form, 'sec-fetch-site': 'cross-site' };
  t.equal((await app.ask('/analytics/index.php', { method: 'POST', headers: foreign, body })).status, 403);
  const large = 'x'.repeat(1_000_001);
  t.equal(
    (await app.ask('/analytics/index.php', { method: 'POST', headers: form, body: large })).status,
    400,
  );
  t.equal(matomo.pages.length, asked);
});

t.test('where Matomo is down that is said, and the pages of the app go on', async (t) => {
  await matomo.down();
  const { status, text } = await app.ask('/analytics/', { headers: { ...browser, ...owner.headers } });
  t.equal(status, 503);
  t.match(text, /audience statistics do not answer/);
  t.equal((await app.ask('/', { headers: browser })).status, 200);
  await matomo.up();
});

t.test('where there is no Matomo nothing is behind its address', async (t) => {
  const { app } = await measuredApp(t, { analytics: { enabled: false } });
  const { headers } = await signedIn(app, 'owner');
  for (const path of ['/analytics', '/analytics/', '/analytics/index.php', '/console/audience/sign-in'])
    t.equal((await app.ask(path, { headers: { ...browser, ...headers } })).status, 404, path);
});
