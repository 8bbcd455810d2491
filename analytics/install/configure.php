<?php

/**
 * Makes Matomo's config.ini.php of what was rendered for it and of what the database says is installed. Plain PHP: there
 * is no Matomo before it is configured. Waits for the database.
 *
 *     configure.php          as long as the installer has to write to it
 *     configure.php final    read-only
 *
 * Exit: 0 done, 10 switched off, 1 anything else, told in one sentence.
 */

declare(strict_types=1);

const RENDERED = '/data/analytics';
const WORK = '/tmp/linkello';
const MATOMO = '/usr/src/matomo';
const DATABASE_SECONDS = 120;

/** What only leads outside, to other people's shops and services, or into the pages of visitors. */
const UNWANTED = [
    'Feedback',
    'JsTrackerInstallCheck',
    'Marketplace',
    'MobileMessaging',
    'Overlay',
    'ProfessionalServices',
    'RssWidget',
    'SEO',
    'Tour',
];

function fail(string $message): never
{
    fwrite(STDERR, "$message\n");
    exit(1);
}

function rendered(string $name): string
{
    $text = @file_get_contents(RENDERED . "/$name");
    if ($text === false) {
        fail("$name cannot be read: is the container in group 10001, and has config run?");
    }
    return $text;
}

/** The database, as soon as it answers. */
function database(array $settings): PDO
{
    $until = time() + DATABASE_SECONDS;
    while (true) {
        try {
            return new PDO(
                sprintf('mysql:host=%s;port=%d;dbname=%s', $settings['host'], $settings['port'], $settings['dbname']),
                $settings['username'],
                $settings['password'],
                [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION, PDO::ATTR_TIMEOUT => 5],
            );
        } catch (PDOException $refused) {
            // 1044, 1045: another password than the one that the database was made with.
            if (in_array($refused->getCode(), [1044, 1045], true)) {
                fail('The database refuses the password: it was made with another one.');
            }
            if (time() > $until) {
                fail('The database does not answer (' . $refused->getCode() . ').');
            }
            sleep(1);
        }
    }
}

/** @return list<string> the plugins that Matomo noted as installed, by their versions. */
function installedPlugins(PDO $database, string $prefix): array
{
    $table = $prefix . 'option';
    if ($database->query('SHOW TABLES LIKE ' . $database->quote($table))->fetch() === false) {
        return [];
    }
    $names = $database->query("SELECT option_name FROM `$table` WHERE option_name LIKE 'version\\_%'");
    $plugins = [];
    foreach ($names->fetchAll(PDO::FETCH_COLUMN) as $name) {
        if (preg_match('/^version_([A-Z]\w*)$/', $name, $found) && is_dir(MATOMO . "/plugins/$found[1]")) {
            $plugins[] = $found[1];
        }
    }
    return $plugins;
}

/** @return list<string> a list of Matomo's own defaults. */
function defaults(string $list): array
{
    $text = (string) file_get_contents(MATOMO . '/config/global.ini.php');
    preg_match_all("/^{$list}\\[\\]\\s*=\\s*\"?(\\w+)/m", $text, $found);
    return $found[1];
}

function section(string $name, array $entries): string
{
    $lines = array_map(static fn (string $entry): string => "{$name}[] = \"$entry\"\n", $entries);
    return "\n[$name]\n" . implode('', $lines);
}

umask(0077);
if (json_decode(rendered('install.json'), true, 16, JSON_THROW_ON_ERROR)['enabled'] !== true) {
    touch(WORK . '/off');
    exit(10);
}
@unlink(WORK . '/off');

$text = rendered('config.ini.php');
$settings = array_map(
    static fn (mixed $value): string => html_entity_decode((string) $value, ENT_COMPAT, 'UTF-8'),
    parse_ini_string($text, true)['database'],
);
$installed = installedPlugins(database($settings), $settings['tables_prefix']);

$text .= section('Plugins', array_values(array_diff(defaults('Plugins'), UNWANTED)));
if ($installed !== []) {
    $text .= section('PluginsInstalled', array_values(array_unique([...defaults('PluginsInstalled'), ...$installed])));
}
$file = WORK . '/config.ini.php';
$draft = "$file.new";
if (file_put_contents($draft, $text) !== strlen($text)) {
    fail('The configuration cannot be written: /tmp is full or read-only.');
}
chmod($draft, ($argv[1] ?? '') === 'final' ? 0400 : 0600);
rename($draft, $file);
