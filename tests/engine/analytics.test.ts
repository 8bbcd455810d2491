import t, { type Test } from 'tap';
import { until } from '../deadline.ts';
import { Bundle } from './bundle.ts';

// Alone: its containers have fixed names and ports, and start slowly enough by themselves.

/** Matomo and its database in their containers: installed hands-off, private, and the same after every start. */

t.setTimeout(30 * 60_000);
const bundle = await Bundle.unpack('lkan');
if (bundle === null)
  t.test('Matomo and its database', { skip: 'there is no container engine' }, () => undefined);
else t.test('Matomo and its database', (t) => testAnalytics(t, bundle));

interface Plan {
  readonly administrator: { readonly password: string };
  readonly officer: { readonly token: string };
  readonly tracker: { readonly token: string };
}

interface Status {
  readonly sites: readonly { readonly host: string; readonly id: number }[];
  readonly visits: { readonly count: number; readonly oldestAt: string | null };
  readonly settings: readonly { readonly name: string; readonly wanted: unknown; readonly found: unknown }[];
}

async function testAnalytics(t: Test, bundle: Bundle): Promise<void> {
  t.teardown(() => bundle.remove());

  // Matomo compares hosts with their port.
  bundle.engine.environment.HTTPS_PORT = '8443';
  const first = { host: 'meet.example.org', name: 'Réunions & "co"' };
  // No call is held here, and another bundle may run on this machine.
  const configure = (analytics: object, ...sites: readonly object[]) =>
    bundle.configure({
      sites,
      analytics,
      turn: { enabled: false },
      media: { port: 46_300, workers: 1 },
    });
  const up = () => bundle.demand('up', '--detach', '--wait', 'analytics');
  const inMatomo = (...command: readonly string[]) => bundle.exec('analytics', ...command);
  const check = () =>
    bundle.compose('exec', '-T', 'analytics', 'php', '/opt/linkello/install/privacy.php', 'check');
  /** Matomo ends when it finds other settings, and is run again with them. */
  const newly = async () => {
    const starts = async () =>
      (await bundle.logs('analytics')).match(/^(Matomo is up|Audience statistics are switched off)\b/gm)
        ?.length ?? 0;
    const before = await starts();
    await up();
    await until('run again', starts, (now) => now > before, 60_000);
    const unwell = () => bundle.compose('exec', '-T', 'analytics', 'php', '/opt/linkello/healthy.php');
    await until('healthy', unwell, ({ code }) => code === 0);
  };
  const state = async () => (await bundle.containers()).analytics?.State;

  /** Rows of the answer, its columns between tabs. */
  async function sql(statement: string): Promise<string[]> {
    const client =
      'MYSQL_PWD=$(cat /data/analytics-db/password) mariadb --no-defaults --protocol=tcp -h 127.0.0.1 -u matomo -N -B -e "$0" matomo';
    const text = await bundle.exec('analytics-db', 'sh', '-c', client, statement);
    return text.split('\n').filter(Boolean);
  }

  /** The status of an answer on the internal network, and its body. */
  async function ask(path: string, ...options: readonly string[]): Promise<{ status: number; body: string }> {
    const host = options.some((option) => option.startsWith('Host:'))
      ? []
      : ['--header', 'Host: meet.example.org'];
    const format = ['--write-out', '\n%{http_code}', ...host];
    const text = await inMatomo('curl', '-s', ...format, ...options, `http://127.0.0.1:8080${path}`);
    const at = text.lastIndexOf('\n');
    return { status: Number(text.slice(at + 1)), body: text.slice(0, at) };
  }

  async function report(token: string | undefined, ...requests: readonly string[]) {
    const hits = JSON.stringify({ requests, token_auth: token });
    const { status, body } = await ask(
      '/matomo.php',
      '--header',
      'X-Forwarded-For: 203.0.113.77',
      '--data',
      hits,
    );
    const { tracked } = JSON.parse(body) as { tracked: number };
    return { status, tracked };
  }

  const status = async () => JSON.parse((await ask('/linkello/status.json')).body) as Status;
  const wrongSettings = async () =>
    (await status()).settings.filter(({ wanted, found }) => wanted !== found).map(({ name }) => name);
  const kept = () =>
    sql(
      `SELECT login, password FROM matomo_user UNION SELECT login, password FROM matomo_user_token_auth
       UNION SELECT idsite, main_url FROM matomo_site UNION SELECT login, access FROM matomo_access
       UNION SELECT idvisit, HEX(location_ip) FROM matomo_log_visit ORDER BY 1, 2`,
    );

  await configure({ keep_days: 100 }, first, { host: '2001:db8::10', name: 'Six' });
  await up();
  const plan = JSON.parse(await inMatomo('cat', '/data/analytics/install.json')) as Plan;

  await t.test('installs itself, and says what it found', async (t) => {
    t.match(await bundle.logs('analytics'), /Made the tables of Matomo \d+\.\d+\.\d+/);
    t.same(await wrongSettings(), [], 'every setting is as wanted');
    const { sites, settings } = await status();
    t.strictSame(sites, [
      { host: 'meet.example.org', id: 1 },
      { host: '[2001:db8::10]', id: 2 },
    ]);
    t.ok(settings.length > 15);
    t.match(settings, [{ name: 'PrivacyManager.ipAnonymizerEnabled', wanted: true, found: true }]);
    t.same(
      settings.find(({ name }) => name === 'Deletelogs.delete_logs_older_than'),
      { name: 'Deletelogs.delete_logs_older_than', wanted: 99, found: 99 },
    );
    t.same(await sql('SELECT login, superuser_access FROM matomo_user ORDER BY login'), [
      'administrator\t1',
      'anonymous\t0',
      'officer\t0',
      'reader\t0',
      'tracker\t0',
    ]);
    t.same(await sql("SELECT login, idsite FROM matomo_access WHERE access = 'write' ORDER BY idsite"), [
      'tracker\t1',
      'tracker\t2',
    ]);
    t.same(await sql("SELECT login, idsite FROM matomo_access WHERE access = 'admin' ORDER BY idsite"), [
      'officer\t1',
      'officer\t2',
    ]);
    t.same(await sql("SELECT login, idsite FROM matomo_access WHERE access = 'view' ORDER BY idsite"), [
      'reader\t1',
      'reader\t2',
    ]);
    t.same(await sql('SELECT name FROM matomo_site WHERE idsite = 1'), ['Réunions &amp; &quot;co&quot;']);
  });

  await t.test('takes visits from the app, and cuts their addresses', async (t) => {
    const hit = '?idsite=1&rec=1&url=https://meet.example.org/r/:room&cip=';
    t.match(await report(plan.tracker.token, `${hit}198.51.100.7`, `${hit}2001:db8:1:2:3:4:5:6`), {
      status: 200,
      tracked: 2,
    });
    for (const token of ['0'.repeat(32), undefined]) {
      const { status, tracked } = await report(token, `${hit}198.51.100.7`);
      t.ok(status >= 400, 'a wrong token is refused');
      t.equal(tracked, 0);
    }
    t.same(await sql('SELECT HEX(location_ip) FROM matomo_log_visit ORDER BY idvisit'), [
      'C6330000',
      '20010DB8000100000000000000000000',
    ]);
    t.equal((await ask('/matomo.php?idsite=1&rec=1&cip=198.51.100.7')).status, 403, 'none in a URL');

    t.match((await status()).visits, { count: 0, oldestAt: null }, 'as of the start');
    t.match(await sql('SELECT request_url FROM matomo_tracking_failure'), [/198\.51\.100\.7/]);
    t.equal((await check()).code, 0);
    t.same(await sql('SELECT request_url FROM matomo_tracking_failure'), [], 'what was refused is forgotten');
    t.match((await status()).visits, { count: 2, oldestAt: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/ });
  });

  await t.test('serves what its pages need, and nothing else', async (t) => {
    for (const path of [
      '/plugins/CoreHome/stylesheets/color_manager.css',
      '/plugins/CoreHome/javascripts/manifest.json',
    ])
      t.equal((await ask(path)).status, 200, path);
    const refused = [
      ...[
        '/console',
        '/README.md',
        '/matomo.js',
        '/piwik.js',
        '/piwik.php',
        '/tmp/',
        '/tmp/README',
        '/misc/README',
      ],
      ...['/config/config.ini.php', '/config/global.ini.php', '/core/bootstrap.php', '/vendor/autoload.php'],
      ...[
        '/plugins/CoreHome/CoreHome.php',
        '/lang/en.json',
        '/index.php/x',
        '/plugins/',
        '/linkello/',
        '/none',
      ],
      ...['/plugins/../console', '/plugins/%2e%2e/console', '//console', '/plugins/CoreHome/../../matomo.js'],
    ];
    for (const path of refused) t.equal((await ask(path, '--path-as-is')).status, 403, path);
    const { body } = await ask('/none', '--include');
    t.match(body, /^Server: Apache\r$/m, 'without a version');
    t.notMatch(body, /X-Powered-By/i);

    const version = 'module=API&method=API.getMatomoVersion&format=json&token_auth=';
    t.match((await ask('/index.php', '--data', version + plan.officer.token)).body, /\d+\.\d+/);
    t.equal((await ask(`/index.php?${version}${plan.officer.token}`)).status, 401, 'no token in a URL');
    t.match((await ask('/index.php', '--data', version + plan.tracker.token)).body, /\d+\.\d+/);
    for (const token of ['', '0'.repeat(32)])
      t.equal((await ask('/index.php', '--data', version + token)).status, 401, 'for nobody else');
  });

  await t.test('lets people sign in by the addresses of its sites alone', async (t) => {
    const asks = async (host: string) => (await ask('/', '--header', `Host: ${host}`)).body;
    for (const host of ['meet.example.org:8443', '[2001:db8::10]:8443'])
      t.notMatch(await asks(host), /trusted_hosts\[\]/, host);
    for (const host of ['other.example.org:8443', 'meet.example.org:8444'])
      t.match(await asks(host), /trusted_hosts\[\]/, host);
  });

  await t.test('cannot change itself, and reaches nobody outside', async (t) => {
    const fails = async (command: string, reason: RegExp) => {
      const { code, errors } = await bundle.compose('exec', '-T', 'analytics', 'sh', '-c', command);
      t.not(code, 0, command);
      t.match(errors, reason, command);
    };
    for (const file of ['index.php', 'config/global.ini.php', 'plugins/x', '/data/analytics/install.json'])
      await fails(`echo x >>${file}`, /Read-only file system|Permission denied/);
    await fails('echo x >>config/config.ini.php', /Permission denied/);
    // Addresses for documentation (RFC 5737, RFC 3849): were there a way out, nobody would be there.
    for (const address of ['192.0.2.1', '[2001:db8::1]']) {
      const program = `stream_socket_client('tcp://${address}:443', $no, $why, 5); exit($why === 'Network is unreachable' ? 0 : 1);`;
      await inMatomo('php', '-d', 'display_errors=0', '-d', 'log_errors=0', '-r', program);
      t.pass(`no way to ${address}`);
    }
  });

  await t.test('is the same after a restart, and a change by hand is seen and undone', async (t) => {
    const before = await kept();
    t.ok(before.length > 8);
    await sql(
      "UPDATE matomo_option SET option_value = '0' WHERE option_name = 'PrivacyManager.ipAnonymizerEnabled'",
    );
    t.match((await check()).errors, /^PrivacyManager\.ipAnonymizerEnabled must be true and is false\.$/m);
    t.same(await wrongSettings(), ['PrivacyManager.ipAnonymizerEnabled'], 'the app can show it');

    await bundle.demand('restart', 'analytics');
    await up();
    t.same(await wrongSettings(), []);
    t.same(await kept(), before, 'the same accounts, tokens, sites and visits');
    t.notMatch(await bundle.logs('analytics'), /Apache ended by itself/);
  });

  await t.test('follows the settings', async (t) => {
    await configure(
      { keep_days: 50 },
      { ...first, name: 'Meetings' },
      { host: 'second.example.org', name: 'Second' },
    );
    await newly();
    t.same(await wrongSettings(), []);
    t.strictSame((await status()).sites, [
      { host: 'meet.example.org', id: 1 },
      { host: 'second.example.org', id: 3 },
    ]);
    t.same(await sql('SELECT idsite, name FROM matomo_site ORDER BY idsite'), [
      '1\tMeetings',
      '2\tSix',
      '3\tSecond',
    ]);
    t.match(await report(plan.tracker.token, '?idsite=3&rec=1&url=https://second.example.org/'), {
      tracked: 1,
    });
  });

  await t.test('stops cleanly', async (t) => {
    await bundle.demand('stop', 'analytics');
    t.match(await state(), { Status: 'exited', ExitCode: 0 });
  });

  await t.test('an installation that was cut off goes on', async (t) => {
    const before = await kept();
    await sql("DELETE FROM matomo_option WHERE option_name LIKE 'version%'");
    await sql("DELETE FROM matomo_user WHERE login = 'tracker'");
    await sql("DELETE FROM matomo_user_token_auth WHERE login = 'tracker'");
    await up();
    t.equal((await kept()).length, before.length);
    t.match(await report(plan.tracker.token, '?idsite=1&rec=1&url=https://meet.example.org/'), {
      tracked: 1,
    });
  });

  await t.test('a database of another version', async (t) => {
    const [version = ''] = await sql(
      "SELECT option_value FROM matomo_option WHERE option_name = 'version_core'",
    );
    const pretend = (other: string) =>
      sql(`UPDATE matomo_option SET option_value = '${other}' WHERE option_name = 'version_core'`);
    await pretend('4.0.0');
    await bundle.demand('restart', 'analytics');
    await up();
    t.same(await sql("SELECT option_value FROM matomo_option WHERE option_name = 'version_core'"), [version]);

    await pretend('99.0.0');
    await bundle.demand('stop', 'analytics');
    t.not((await bundle.compose('up', '--detach', '--wait', '--wait-timeout', '20', 'analytics')).code, 0);
    const sentence = `The database was written by Matomo 99.0.0, this is ${version}: use 99.0.0 or newer.`;
    t.ok((await bundle.logs('analytics')).includes(sentence), sentence);
    await pretend(version);
    await up();
  });

  await t.test('switched off, it rests; switched on again, everything is there', async (t) => {
    const before = await kept();
    await configure({ enabled: false }, first);
    await newly();
    t.match(await bundle.logs('analytics'), /Audience statistics are switched off \(analytics\.enabled\)\./);
    t.equal(
      (await bundle.compose('exec', '-T', 'analytics', 'curl', '-s', 'http://127.0.0.1:8080/')).code,
      7,
    );
    await configure({}, first);
    await newly();
    t.same(await kept(), before);
  });

  await t.test('unhealthy without its database', async (t) => {
    await bundle.demand('stop', 'analytics-db');
    const unwell = () => bundle.compose('exec', '-T', 'analytics', 'php', '/opt/linkello/healthy.php');
    const { errors } = await until('unhealthy', unwell, ({ code }) => code === 1);
    t.match(errors, /^Matomo does not answer as it should \(status \d+\)\.$/m);
    await bundle.demand('start', 'analytics-db');
    await until('healthy again', unwell, ({ code }) => code === 0);
  });

  await t.test('its log tells nobody', async (t) => {
    const log = await bundle.logs('analytics', 'analytics-db');
    t.notMatch(log, /198\.51\.|203\.0\.113\.|2001:db8:1/, 'no address');
    for (const secret of [plan.administrator.password, plan.officer.token, plan.tracker.token])
      t.notOk(log.includes(secret), 'no secret');
    t.notMatch(log, /rec=1|\/r\//, 'no visit');
  });
}
