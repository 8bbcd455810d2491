import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { stringify } from 'yaml';
import { installPlan, matomoIni, renderAnalytics } from '../../analytics/render.ts';
import type { AnalyticsSecrets } from '../../analytics/secrets.ts';
import type { Config } from '../../config/config.ts';
import { ConfigError, loadConfig } from '../../config/load.ts';

const secrets: AnalyticsSecrets = {
  databasePassword: 'the-password-of-the-database-0123456789_-abc',
  salt: 'the-salt-0123456789_-abcdefghijklmnopqrstuv',
  administratorPassword: 'the-password-of-the-administrator-0123456789',
  officerToken: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
  readerPassword: 'the-password-of-the-reader-0123456789_-abcd',
  trackerToken: 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',
};

/** A configuration of a file in a folder that goes away with the test. */
async function configured(t: Test, settings: Record<string, unknown>): Promise<Config> {
  const folder = await mkdtemp(join(tmpdir(), 'linkello-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const file = join(folder, 'linkello.yaml');
  await writeFile(file, stringify(settings));
  return loadConfig({ LINKELLO_CONFIG: file, LINKELLO_DATA: join(folder, 'data') });
}

const cases: Record<string, Record<string, unknown>> = {
  'one-site': { sites: [{ host: 'meet.example.org' }], https: { port: 443 } },
  'many-sites': {
    sites: [
      { host: 'Visio.Example.FR', name: 'Réunions & "co" <b>', language: 'fr' },
      { host: '192.0.2.10', name: "L'annexe" },
      { host: '2001:DB8:0::10', name: '$6' },
    ],
    https: { port: 8443 },
    analytics: { keep_days: 759 },
  },
  'switched-off': {
    sites: [{ host: 'meet.example.org' }],
    analytics: { enabled: false, keep_days: 30 },
  },
};

t.test('text', async (t) => {
  for (const [name, settings] of Object.entries(cases)) {
    const config = await configured(t, settings);
    const golden = (file: string) => readFile(join(import.meta.dirname, 'golden', file), 'utf8');
    t.equal(matomoIni(config, secrets), await golden(`${name}.ini`), name);
    t.equal(installPlan(config, secrets), await golden(`${name}.json`), name);
  }
});

t.test('nothing is kept for longer than 25 months', async (t) => {
  const config = await configured(t, {});
  for (let days = 30; days <= 759; days += 1) {
    const text = matomoIni({ ...config, analytics: { ...config.analytics, keep_days: days } }, secrets);
    const months = Number(/^delete_reports_older_than = (\d+)$/m.exec(text)?.[1]);
    if (!(months >= 1 && months <= 25 && Math.abs(months * 30.44 - days) <= 16))
      t.fail(`${days} days became ${months} months`);
  }
  await t.rejects(configured(t, { analytics: { keep_days: 760 } }), ConfigError);
  t.end();
});

t.test('files', async (t) => {
  const config = await configured(t, { sites: [{ host: 'meet.example.org' }] });
  const mode = async (path: string) => (await stat(join(config.dataFolder, path))).mode & 0o777;
  const everything = async () => {
    const files = await readdir(config.dataFolder, { recursive: true });
    const texts = files.sort().map(async (file) => {
      const path = join(config.dataFolder, file);
      return (await stat(path)).isFile() ? `${file}: ${await readFile(path, 'utf8')}` : file;
    });
    return Promise.all(texts);
  };
  const umask = process.umask(0o077);
  t.teardown(() => process.umask(umask));
  await Promise.all([renderAnalytics(config), renderAnalytics(config), renderAnalytics(config)]);
  const first = await everything();

  const modes = {
    analytics: 0o750,
    'analytics/config.ini.php': 0o640,
    'analytics/install.json': 0o640,
    'analytics/salt': 0o640,
    'analytics-db': 0o750,
    'analytics-db/password': 0o640,
    'analytics-db/root-password': 0o640,
    'analytics-access': 0o700,
    'analytics-access/administrator-password': 0o600,
    'analytics-access/officer-token': 0o600,
    'analytics-access/reader-password': 0o600,
    'analytics-access/tracker-token': 0o600,
  };
  t.strictSame((await readdir(config.dataFolder, { recursive: true })).sort(), Object.keys(modes).sort());
  for (const [path, wanted] of Object.entries(modes)) t.equal(await mode(path), wanted, path);

  const password = (await readFile(join(config.dataFolder, 'analytics-db/password'), 'utf8')).trim();
  const access = first.filter((line) => line.startsWith('analytics-access')).join('\n');
  t.match(first.join('\n'), `\npassword = "${password}"\n`);
  t.notMatch(access, password, 'the app does not see the password of the database');
  t.match(access, /tracker-token: [0-9a-f]{32}\n/);

  const before = await stat(join(config.dataFolder, 'analytics/config.ini.php'));
  await renderAnalytics(config);
  t.strictSame(await everything(), first, 'the same again');
  const after = await stat(join(config.dataFolder, 'analytics/config.ini.php'));
  t.equal(after.ino, before.ino, 'and not even written');

  await renderAnalytics({ ...config, analytics: { ...config.analytics, keep_days: 100 } });
  t.match((await everything()).join('\n'), '\ndelete_logs_older_than = 99\n', 'what changed is written');
  t.equal((await readdir(join(config.dataFolder, 'analytics'))).length, 3, 'no draft stays');
});

t.test('a secret that others may read is refused', async (t) => {
  const config = await configured(t, {});
  await renderAnalytics(config);
  const file = join(config.dataFolder, 'analytics-db/password');
  await chmod(file, 0o644);
  await t.rejects(renderAnalytics(config), {
    name: 'ConfigError',
    message: /must be readable by its owner and its group only, got mode 0644; run: chmod 640 /,
  });
  await chmod(file, 0o600);
  await t.resolves(renderAnalytics(config), 'fewer may always');
});

t.test('a folder that cannot be written leaves what was there', async (t) => {
  const config = await configured(t, {});
  await renderAnalytics(config);
  const place = join(config.dataFolder, 'analytics/install.json');
  await rm(place);
  await mkdir(place);
  await t.rejects(renderAnalytics(config), { code: 'EISDIR' });
  t.strictSame((await readdir(join(config.dataFolder, 'analytics'))).sort(), [
    'config.ini.php',
    'install.json',
    'salt',
  ]);
});
