<?php

/**
 * The settings that privacy hangs on.
 *
 *     privacy.php apply    sets those that Matomo keeps in its database
 *     privacy.php check    sets nothing; forgets the hits that Matomo refused, which it would keep for two days as sent
 *
 * Both read all of them back, through Matomo and not from where they were written, print a line for each that is not as
 * wanted, and leave the result for the app in status.json:
 *
 *     {"checkedAt": ISO 8601, "version": text, "sites": [{"host": text, "id": number}],
 *      "visits": {"count": number, "oldestAt": ISO 8601 or null, "days": [{"day": "2026-01-31", "count": number}]},
 *      "settings": [{"name": text, "wanted": boolean|number|text, "found": boolean|number|text}]}
 */

declare(strict_types=1);

require __DIR__ . '/matomo.php';

use Piwik\Access;
use Piwik\Common;
use Piwik\Config;
use Piwik\Db;
use Piwik\Plugins\Live\Live;
use Piwik\Plugins\PrivacyManager\Config as Privacy;
use Piwik\Plugins\PrivacyManager\PrivacyManager;
use Piwik\SettingsPiwik;
use Piwik\Tracker\Cache;
use Piwik\Tracker\Failures;
use Piwik\Version;

/** Kept in the database. */
const WANTED = [
    'ipAnonymizerEnabled' => true,
    // Of four bytes two are cut; of an IPv6 address /48 stays.
    'ipAddressMaskLength' => 2,
    'useAnonymizedIpForVisitEnrichment' => true,
    'anonymizeReferrer' => 'exclude_path',
    'anonymizeUserId' => true,
    'anonymizeOrderId' => true,
    'doNotTrackEnabled' => true,
    'forceCookielessTracking' => true,
];

/** @return list<array{name: string, wanted: bool|int|string, found: bool|int|string}> */
function settings(): array
{
    $rendered = parse_ini_file('/data/analytics/config.ini.php', true);
    $rows = [];
    $row = static function (string $name, bool|int|string $wanted, bool|int|string $found) use (&$rows): void {
        $rows[] = ['name' => $name, 'wanted' => $wanted, 'found' => $found];
    };
    $privacy = new Privacy();
    foreach (WANTED as $name => $wanted) {
        $row("PrivacyManager.$name", $wanted, $privacy->$name);
    }
    $row('Live.visitor_log', false, Live::isVisitorLogEnabled());
    $row('Live.visitor_profile', false, Live::isVisitorProfileEnabled());
    $purge = PrivacyManager::getPurgeDataSettings();
    $row('Deletelogs.delete_logs_enable', true, (bool) $purge['delete_logs_enable']);
    foreach (['Deletelogs' => 'delete_logs_older_than', 'Deletereports' => 'delete_reports_older_than'] as $of => $name) {
        $row("$of.$name", (int) $rendered[$of][$name], (int) $purge[$name]);
    }
    $row('Deletereports.delete_reports_enable', true, (bool) $purge['delete_reports_enable']);
    $row('General.enable_internet_features', false, SettingsPiwik::isInternetEnabled());
    $general = Config::getInstance()->General;
    foreach (['emails_enabled', 'enable_auto_update', 'enable_installer'] as $name) {
        $row("General.$name", false, (bool) $general[$name]);
    }
    $tracker = Config::getInstance()->Tracker;
    foreach (['use_third_party_id_cookie', 'enable_fingerprinting_across_websites', 'enable_default_location_provider'] as $name) {
        $row("Tracker.$name", false, (bool) $tracker[$name]);
    }
    $row('Tracker.tracking_requests_require_authentication', true, (bool) $tracker['tracking_requests_require_authentication']);
    return $rows;
}

/**
 * @return array{count: int, oldestAt: ?string, days: list<array{day: string, count: int}>} what there is of single
 * visits, so that it can be seen that old ones go. Days are of UTC.
 */
function visits(): array
{
    $table = Common::prefixTable('log_visit');
    $oldest = Db::fetchOne("SELECT MIN(visit_last_action_time) FROM `$table`");
    $rows = Db::fetchAll("SELECT DATE(visit_last_action_time) AS day, COUNT(*) AS visits FROM `$table` GROUP BY day ORDER BY day");
    $days = array_map(static fn (array $row): array => ['day' => $row['day'], 'count' => (int) $row['visits']], $rows);
    return [
        'count' => array_sum(array_column($days, 'count')),
        'oldestAt' => is_string($oldest) ? str_replace(' ', 'T', $oldest) . 'Z' : null,
        'days' => $days,
    ];
}

/** @return list<array{host: string, id: int}> */
function sites(): array
{
    $ids = siteIds();
    return array_map(
        static fn (array $site): array => ['host' => $site['host'], 'id' => $ids[$site['host']]],
        plan()['sites'],
    );
}

Access::getInstance();
Access::doAsSuperUser(static function () use ($argv): void {
    if ($argv[1] === 'apply') {
        $privacy = new Privacy();
        foreach (WANTED as $name => $wanted) {
            $privacy->$name = $wanted;
        }
    } else {
        (new Failures())->deleteAllTrackingFailures();
        // What the database says, which the tracker follows within five minutes.
        Cache::deleteTrackerCache();
    }
    $settings = settings();
    foreach ($settings as ['name' => $name, 'wanted' => $wanted, 'found' => $found]) {
        if ($found !== $wanted) {
            fwrite(STDERR, sprintf("%s must be %s and is %s.\n", $name, var_export($wanted, true), var_export($found, true)));
        }
    }
    $status = [
        'checkedAt' => gmdate('Y-m-d\TH:i:s\Z'),
        'version' => Version::VERSION,
        'sites' => sites(),
        'visits' => visits(),
        'settings' => $settings,
    ];
    $draft = WORK . '/status.json.new';
    file_put_contents($draft, json_encode($status, JSON_THROW_ON_ERROR | JSON_UNESCAPED_SLASHES) . "\n");
    rename($draft, WORK . '/status.json');
});
