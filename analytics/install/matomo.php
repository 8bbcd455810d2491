<?php

/** Starts Matomo within a program of ours, as its own console does: settings, services, plugins. */

declare(strict_types=1);

use Piwik\Application\Environment;
use Piwik\Plugin\Manager;
use Piwik\Plugins\SitesManager\Model as Sites;

const WORK = '/tmp/linkello';

define('PIWIK_DOCUMENT_ROOT', '/usr/src/matomo');
define('PIWIK_INCLUDE_PATH', PIWIK_DOCUMENT_ROOT);
require_once PIWIK_INCLUDE_PATH . '/core/bootstrap.php';

set_exception_handler(static function (Throwable $thrown): never {
    // No message of Matomo's database layer: it can quote what was to be written.
    $where = basename($thrown->getFile()) . ':' . $thrown->getLine();
    $what = $thrown instanceof PDOException || str_contains($thrown::class, 'Db') ? '' : ': ' . $thrown->getMessage();
    fwrite(STDERR, 'Matomo cannot be installed (' . $thrown::class . " at $where)$what\n");
    exit(1);
});

(new Environment('cli'))->init();
Manager::getInstance()->loadActivatedPlugins();
Manager::getInstance()->loadPluginTranslations();

/** @return array{enabled: bool, sites: list<array{host: string, name: string, url: string}>, administrator: array{login: string, password: string}, officer: array{login: string, token: string}, reader: array{login: string, password: string}, tracker: array{login: string, token: string}} */
function plan(): array
{
    return json_decode((string) file_get_contents('/data/analytics/install.json'), true, 16, JSON_THROW_ON_ERROR);
}

/** @return array<string, int> Matomo's numbers of sites, by the host in their URL; the oldest where there are several. */
function siteIds(): array
{
    $ids = [];
    foreach ((new Sites())->getAllSites() as $site) {
        $host = parse_url($site['main_url'], PHP_URL_HOST);
        if (is_string($host)) {
            $ids[$host] = min($ids[$host] ?? PHP_INT_MAX, (int) $site['idsite']);
        }
    }
    return $ids;
}
