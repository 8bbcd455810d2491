import { mkdir } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { dataFolders } from '../config/data-folder.ts';
import type { Site } from '../config/sections/sites.ts';
import { keepStoredFile } from '../config/stored-file.ts';
import { iniText } from './ini.ts';
import { type AnalyticsSecrets, readAnalyticsSecrets } from './secrets.ts';

/** Where Matomo finds its database; `compose.yaml` makes it so. */
const DATABASE = { host: 'analytics-db', port: 3306, dbname: 'matomo', username: 'matomo' } as const;

/** Under which the app shows Matomo, without a slash at its end. */
const PUBLIC_PATH = '/analytics';

/** Readable by the group, in which Matomo runs. */
const SHARED = 0o640;

/** Mean length of a month, in days. */
const MONTH_DAYS = 365.2425 / 12;

type Rendered = Pick<Config, 'sites' | 'https' | 'analytics'>;

/**
 * The text of Matomo's `config.ini.php`, without the list of plugins, which the container adds as it knows its version.
 * Holds the password of the database and the salt in the clear.
 */
export function matomoIni(config: Rendered, secrets: AnalyticsSecrets): string {
  const { sites, analytics } = config;
  const text = iniText({
    database: {
      ...DATABASE,
      password: secrets.databasePassword,
      tables_prefix: 'matomo_',
      type: 'InnoDB',
      schema: 'Mariadb',
      charset: 'utf8mb4',
      // Named, so that a newer MariaDB with another default does not mix two.
      collation: 'utf8mb4_general_ci',
    },
    General: {
      salt: secrets.salt,
      // With their port too where it has to be typed: that is how Matomo compares what a browser asks for.
      trusted_hosts: [...new Set(sites.flatMap((site) => [urlHost(site), hostAndPort(site, config)]))],
      default_language: sites[0]?.language ?? 'en',

      // Behind the app: it names the visitor, the host and the path, and nobody else can reach Matomo.
      proxy_client_headers: ['HTTP_X_FORWARDED_FOR'],
      proxy_host_headers: ['HTTP_X_FORWARDED_HOST'],
      proxy_uri_header: true,
      assume_secure_protocol: true,
      force_ssl: true,
      login_cookie_path: `${PUBLIC_PATH}/`,

      // Asks nothing of anybody outside, writes no letters, advertises nothing that can be switched off.
      enable_internet_features: false,
      enable_auto_update: false,
      enable_update_communication: false,
      enable_referrer_definition_syncs: false,
      emails_enabled: false,
      enable_update_users_email: false,
      enable_tracking_failures_notification: false,
      num_days_before_tracking_code_reminder: 0,
      piwik_professional_support_ads_enabled: false,
      plugin_trial_request_expiration_in_days: -1,
      disable_tracking_matomo_app_links: true,
      enable_required_directories_diagnostic: false,

      // What is set here and in config/linkello.yaml cannot be set by hand.
      enable_installer: false,
      enable_plugins_admin: false,
      enable_users_admin: false,
      enable_sites_admin: false,
      enable_general_settings_admin: false,
      enable_geolocation_admin: false,
      enable_delete_old_data_settings_admin: false,
      enable_custom_logo: false,
      anonymous_user_enable_use_segments_API: false,

      // Reports are made by the container on a schedule, not by whoever looks at them.
      enable_browser_archiving_triggering: false,
      minimum_memory_limit_when_archiving: 256,
      // The database refuses to read files of its client.
      enable_load_data_infile: false,
    },
    Tracker: {
      tracking_requests_require_authentication: true,
      bulk_requests_require_authentication: true,
      use_third_party_id_cookie: false,
      enable_fingerprinting_across_websites: false,
      enable_userid_overwrites_visitorid: false,
      // It would take a language for a country: whoever reads French would be in France.
      enable_default_location_provider: false,
      scheduled_tasks_min_interval: 0,
    },
    Live: { disable_visitor_log: true, disable_visitor_profile: true },
    Deletelogs: {
      delete_logs_enable: true,
      // Once a day those go that are older: the oldest one is a day older than that before it goes.
      delete_logs_older_than: analytics.keep_days - 1,
      delete_logs_schedule_lowest_interval: 1,
      delete_logs_unused_actions_schedule_lowest_interval: 1,
    },
    Deletereports: {
      delete_reports_enable: true,
      delete_reports_older_than: Math.max(1, Math.round(analytics.keep_days / MONTH_DAYS)),
      delete_reports_keep_basic_metrics: false,
      delete_reports_keep_day_reports: false,
      delete_reports_keep_week_reports: false,
      delete_reports_keep_month_reports: false,
      delete_reports_keep_year_reports: false,
      delete_reports_keep_range_reports: false,
      delete_reports_keep_segment_reports: false,
    },
  });
  return [
    // Matomo's own first line: whoever fetched the file would get nothing.
    '; <?php exit; ?> DO NOT REMOVE THIS LINE',
    '; Matomo of Linkello: written at every start, so changes made here are lost. Settings: config/linkello.yaml.',
    '',
    text,
  ].join('\n');
}

/** What the container's installer brings about, as JSON. Holds secrets in the clear. */
export function installPlan(config: Rendered, secrets: AnalyticsSecrets): string {
  const plan = {
    enabled: config.analytics.enabled,
    // The host is what tells sites apart: the rest may change.
    sites: config.sites.map((site) => ({
      host: urlHost(site),
      name: site.name,
      url: `https://${hostAndPort(site, config)}`,
    })),
    administrator: { login: 'administrator', password: secrets.administratorPassword },
    officer: { login: 'officer', token: secrets.officerToken },
    reader: { login: 'reader', password: secrets.readerPassword },
    tracker: { login: 'tracker', token: secrets.trackerToken },
  };
  return `${JSON.stringify(plan, null, 2)}\n`;
}

/**
 * Makes the secrets that are missing, and writes `config.ini.php` and `install.json` into the folder that Matomo's
 * container reads. Each is written whole or not at all, and only if it says anything else by now. Readable by the
 * group, in which Matomo and its database run.
 *
 * @throws ConfigError when a secret cannot be read or made.
 * @throws Error of the file system when the data folder cannot be written.
 */
export async function renderAnalytics(config: Rendered & Pick<Config, 'dataFolder'>): Promise<void> {
  const secrets = await readAnalyticsSecrets(config);
  const folder = dataFolders(config.dataFolder).analytics;
  await mkdir(folder, { recursive: true, mode: 0o750 });
  await keepStoredFile(join(folder, 'config.ini.php'), matomoIni(config, secrets), SHARED);
  await keepStoredFile(join(folder, 'install.json'), installPlan(config, secrets), SHARED);
}

function urlHost({ host }: Site): string {
  return isIPv6(host) ? `[${host}]` : host;
}

function hostAndPort(site: Site, { https }: Rendered): string {
  return `${urlHost(site)}${https.port === 443 ? '' : `:${https.port}`}`;
}
