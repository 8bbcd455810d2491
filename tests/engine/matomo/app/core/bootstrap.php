<?php

/** What our installer uses of Matomo, by Matomo's names, each as short as it can be. README.md says what that proves. */

declare(strict_types=1);

namespace Piwik;

use PDO;
use RuntimeException;

if (!defined('PIWIK_DOCUMENT_ROOT')) {
    define('PIWIK_DOCUMENT_ROOT', dirname(__DIR__));
}

final class Version
{
    public const VERSION = '5.5.2';
}

final class Config
{
    private const LOCAL = PIWIK_DOCUMENT_ROOT . '/config/config.ini.php';
    private static ?self $instance = null;
    private array $sections;

    public static function getInstance(): self
    {
        return self::$instance ??= new self();
    }

    private function __construct()
    {
        if (!is_readable(self::LOCAL)) {
            throw new RuntimeException('The configuration file config.ini.php was not found or could not be read.');
        }
        $read = static fn (string $file): array => (array) parse_ini_string((string) file_get_contents($file), true);
        $local = $read(self::LOCAL);
        array_walk_recursive($local, static function (mixed &$value): void {
            $value = html_entity_decode((string) $value, ENT_COMPAT, 'UTF-8');
        });
        $this->sections = array_replace_recursive($read(PIWIK_DOCUMENT_ROOT . '/config/global.ini.php'), $local);
        foreach (['Plugins', 'PluginsInstalled'] as $list) {
            $this->sections[$list] = $local[$list] ?? $this->sections[$list];
        }
    }

    public function &__get(string $section): array
    {
        return $this->sections[$section];
    }

    public function __set(string $section, array $settings): void
    {
        $this->sections[$section] = $settings;
    }

    public function forceSave(): void
    {
        $text = "; <?php exit; ?> DO NOT REMOVE THIS LINE\n";
        foreach ($this->sections as $section => $settings) {
            $text .= "[$section]\n";
            foreach ($settings as $key => $value) {
                foreach ((array) $value as $each) {
                    $encoded = str_replace('$', '&#36;', htmlentities((string) $each, ENT_COMPAT, 'UTF-8'));
                    $text .= $key . (is_array($value) ? '[]' : '') . " = \"$encoded\"\n";
                }
            }
        }
        if (@file_put_contents(self::LOCAL, $text) === false) {
            throw new RuntimeException('The configuration file config.ini.php is not writable.');
        }
    }
}

final class Db
{
    private static ?PDO $connection = null;

    public static function get(): PDO
    {
        $settings = Config::getInstance()->database;
        return self::$connection ??= new PDO(
            "mysql:host={$settings['host']};port={$settings['port']};dbname={$settings['dbname']};charset={$settings['charset']}",
            $settings['username'],
            $settings['password'],
            [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION, PDO::ATTR_DEFAULT_FETCH_MODE => PDO::FETCH_ASSOC],
        );
    }

    public static function fetchOne(string $sql, array $bind = []): mixed
    {
        return array_values(self::all($sql, $bind)[0] ?? [])[0] ?? false;
    }

    public static function fetchAll(string $sql, array $bind = []): array
    {
        return self::all($sql, $bind);
    }

    public static function all(string $sql, array $bind = []): array
    {
        $statement = self::get()->prepare($sql);
        $statement->execute($bind);
        return $statement->columnCount() > 0 ? $statement->fetchAll() : [];
    }
}

final class Common
{
    public static function prefixTable(string $table): string
    {
        return Config::getInstance()->database['tables_prefix'] . $table;
    }

    public static function sanitizeInputValue(string $value): string
    {
        return htmlspecialchars($value, ENT_QUOTES | ENT_SUBSTITUTE | ENT_HTML401, 'UTF-8');
    }
}

final class Date
{
    public static function now(): self
    {
        return new self();
    }

    public function getDatetime(): string
    {
        return gmdate('Y-m-d H:i:s');
    }
}

final class Access
{
    private static int $depth = 0;

    public static function getInstance(): self
    {
        return new self();
    }

    public static function doAsSuperUser(callable $function): mixed
    {
        self::$depth++;
        try {
            return $function();
        } finally {
            self::$depth--;
        }
    }

    public static function check(): void
    {
        if (self::$depth === 0) {
            throw new RuntimeException('This takes superuser access.');
        }
    }
}

final class Option
{
    public static function get(string $name): string|false
    {
        $rows = Db::all('SELECT option_value FROM ' . Common::prefixTable('option') . ' WHERE option_name = ?', [$name]);
        return $rows[0]['option_value'] ?? false;
    }

    public static function set(string $name, string $value): void
    {
        Db::all('REPLACE INTO ' . Common::prefixTable('option') . ' (option_name, option_value) VALUES (?, ?)', [$name, $value]);
    }
}

final class DbHelper
{
    private const TABLES = [
        'option' => 'option_name VARCHAR(191) PRIMARY KEY, option_value LONGTEXT NOT NULL',
        'user' => 'login VARCHAR(100) PRIMARY KEY, password VARCHAR(255) NOT NULL, email VARCHAR(100) NOT NULL, superuser_access TINYINT NOT NULL DEFAULT 0',
        'user_token_auth' => 'login VARCHAR(100) NOT NULL, description VARCHAR(100) NOT NULL, password VARCHAR(191) NOT NULL UNIQUE, system_token TINYINT NOT NULL, secure_only TINYINT NOT NULL',
        'site' => 'idsite INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(90) NOT NULL, main_url VARCHAR(255) NOT NULL',
        'access' => 'login VARCHAR(100) NOT NULL, idsite INT NOT NULL, access VARCHAR(50) NOT NULL',
        'log_visit' => 'idvisit BIGINT AUTO_INCREMENT PRIMARY KEY, idsite INT NOT NULL, visit_last_action_time DATETIME NOT NULL, location_ip VARBINARY(16) NOT NULL, url VARCHAR(1024) NOT NULL',
        'tracking_failure' => 'idsite INT NOT NULL, idfailure SMALLINT NOT NULL, date_first_occurred DATETIME NOT NULL, request_url MEDIUMTEXT NOT NULL, PRIMARY KEY (idsite, idfailure)',
    ];

    public static function tableExists(string $table): bool
    {
        return Db::get()->query('SHOW TABLES LIKE ' . Db::get()->quote($table))->fetch() !== false;
    }

    public static function checkDatabaseVersion(): void
    {
    }

    public static function createTables(): void
    {
        ['charset' => $charset, 'collation' => $collation] = Config::getInstance()->database;
        foreach (self::TABLES as $name => $columns) {
            $table = Common::prefixTable($name);
            Db::get()->exec("CREATE TABLE IF NOT EXISTS `$table` ($columns) ENGINE=InnoDB CHARSET=$charset COLLATE=$collation");
        }
    }

    public static function createAnonymousUser(): void
    {
        Db::all('INSERT INTO ' . Common::prefixTable('user') . " VALUES ('anonymous', '', 'anonymous@example.org', 0)");
    }

    public static function recordInstallVersion(): void
    {
        Option::set('install_version', Version::VERSION);
    }
}

final class Updater
{
    public function getComponentUpdates(): ?array
    {
        return null;
    }

    public function updateComponents(array $updates): void
    {
    }

    public function markComponentSuccessfullyUpdated(string $name, string $version, bool $isNew = false): void
    {
        Option::set("version_$name", $version);
    }
}

final class SettingsPiwik
{
    public static function isInternetEnabled(): bool
    {
        return (bool) Config::getInstance()->General['enable_internet_features'];
    }
}

namespace Piwik\Application;

use Piwik\Config;
use RuntimeException;

final class Environment
{
    public function __construct(?string $environment)
    {
    }

    public function init(): void
    {
        Config::getInstance();
        $probe = PIWIK_DOCUMENT_ROOT . '/tmp/' . getmypid();
        if (@file_put_contents($probe, 'x') === false) {
            throw new RuntimeException('Matomo could not write to the folder tmp.');
        }
        unlink($probe);
    }
}

namespace Piwik\Plugin;

use Piwik\Config;
use Piwik\Updater;
use Piwik\Version;

final class Manager
{
    private static ?self $instance = null;
    private array $loaded = [];

    public static function getInstance(): self
    {
        return self::$instance ??= new self();
    }

    public function loadActivatedPlugins(): void
    {
        $this->loaded = Config::getInstance()->Plugins['Plugins'];
    }

    public function loadPluginTranslations(): void
    {
    }

    public function installLoadedPlugins(): void
    {
        foreach ($this->loaded as $plugin) {
            if (in_array($plugin, Config::getInstance()->PluginsInstalled['PluginsInstalled'], true)) {
                continue;
            }
            Config::getInstance()->PluginsInstalled['PluginsInstalled'][] = $plugin;
            (new Updater())->markComponentSuccessfullyUpdated($plugin, Version::VERSION, true);
            Config::getInstance()->forceSave();
        }
    }
}

namespace Piwik\Auth;

final class Password
{
    public function verify(string $password, string $hash): bool
    {
        return password_verify($password, $hash);
    }

    public function hash(string $password): string
    {
        return password_hash($password, PASSWORD_DEFAULT);
    }
}

namespace Piwik\Tracker;

use Piwik\Common;
use Piwik\Db;

final class Cache
{
    public static function deleteTrackerCache(): void
    {
    }
}

final class Failures
{
    public function deleteAllTrackingFailures(): void
    {
        Db::all('DELETE FROM ' . Common::prefixTable('tracking_failure'));
    }
}

namespace Piwik\Plugins\UsersManager;

use Piwik\Access;
use Piwik\Auth\Password;
use Piwik\Common;
use Piwik\Config;
use Piwik\Db;
use RuntimeException;

final class UsersManager
{
    public static function getPasswordHash(string $password): string
    {
        return md5($password);
    }

    public static function dieIfUsersAdminIsDisabled(): void
    {
        if (!Config::getInstance()->General['enable_users_admin']) {
            throw new RuntimeException('The users management is switched off.');
        }
    }
}

final class Model
{
    public function getUser(string $userLogin): array|false
    {
        return Db::all('SELECT * FROM ' . Common::prefixTable('user') . ' WHERE login = ?', [$userLogin])[0] ?? false;
    }

    public function hashTokenAuth(string $tokenAuth): string
    {
        return hash('sha512', $tokenAuth . Config::getInstance()->General['salt']);
    }

    public function addTokenAuth(
        string $login,
        string $tokenAuth,
        string $description,
        string $dateCreated,
        ?string $dateExpired = null,
        bool $isSystemToken = false,
        bool $secureOnly = false,
    ): void {
        if (!$this->getUser($login)) {
            throw new RuntimeException("User $login does not exist.");
        }
        $hash = $this->hashTokenAuth($tokenAuth);
        $table = Common::prefixTable('user_token_auth');
        Db::all("INSERT INTO $table VALUES (?, ?, ?, ?, ?)", [$login, $description, $hash, (int) $isSystemToken, (int) $secureOnly]);
    }

    /** @return list<string> */
    public function getAllHashedTokensForLogins(array $logins): array
    {
        $rows = Db::all('SELECT login, password FROM ' . Common::prefixTable('user_token_auth'));
        return array_column(array_filter($rows, static fn (array $row): bool => in_array($row['login'], $logins, true)), 'password');
    }

    public function deleteAllTokensForUser(string $login): void
    {
        Db::all('DELETE FROM ' . Common::prefixTable('user_token_auth') . ' WHERE login = ?', [$login]);
    }

    /** @return array<string, list<int>> */
    public function getUsersSitesFromAccess(string $access): array
    {
        $sites = [];
        foreach (Db::all('SELECT login, idsite FROM ' . Common::prefixTable('access') . ' WHERE access = ?', [$access]) as $row) {
            $sites[$row['login']][] = $row['idsite'];
        }
        return $sites;
    }

    /** Not Matomo's: who a token belongs to, if it may be used in this way. */
    /** Whoever may do more may see it too. */
    public function seesAnySite(array $user): bool
    {
        $access = 'SELECT COUNT(*) AS sites FROM ' . Common::prefixTable('access') . ' WHERE login = ?';
        return $user['superuser_access'] || Db::all($access, [$user['login']])[0]['sites'] > 0;
    }

    public function userOfToken(string $token, bool $inBody): ?array
    {
        $rows = Db::all(
            'SELECT login FROM ' . Common::prefixTable('user_token_auth') . ' WHERE password = ? AND secure_only <= ?',
            [$this->hashTokenAuth($token), (int) $inBody],
        );
        return $rows === [] ? null : $this->getUser($rows[0]['login']);
    }
}

final class API
{
    public static function getInstance(): self
    {
        Access::check();
        UsersManager::dieIfUsersAdminIsDisabled();
        return new self();
    }

    public function addUser(string $userLogin, string $password, string $email): void
    {
        if (strlen($password) < 6 || !filter_var($email, FILTER_VALIDATE_EMAIL)) {
            throw new RuntimeException('The password is too short or the address is none.');
        }
        $hash = (new Password())->hash(UsersManager::getPasswordHash($password));
        Db::all('INSERT INTO ' . Common::prefixTable('user') . ' VALUES (?, ?, ?, 0)', [$userLogin, $hash, $email]);
    }

    public function setUserAccess(string $userLogin, string $access, array $idSites): void
    {
        foreach ($idSites as $idSite) {
            Db::all('INSERT INTO ' . Common::prefixTable('access') . ' VALUES (?, ?, ?)', [$userLogin, $idSite, $access]);
        }
    }
}

final class UserUpdater
{
    public function setSuperUserAccessWithoutCurrentPassword(string $userLogin, bool $hasSuperUserAccess): void
    {
        Access::check();
        Db::all('UPDATE ' . Common::prefixTable('user') . ' SET superuser_access = ? WHERE login = ?', [(int) $hasSuperUserAccess, $userLogin]);
    }

    public function updateUserWithoutCurrentPassword(string $userLogin, string $password): void
    {
        Access::check();
        $hash = (new Password())->hash(UsersManager::getPasswordHash($password));
        Db::all('UPDATE ' . Common::prefixTable('user') . ' SET password = ? WHERE login = ?', [$hash, $userLogin]);
    }
}

namespace Piwik\Plugins\SitesManager;

use Piwik\Access;
use Piwik\Common;
use Piwik\Config;
use Piwik\Db;
use RuntimeException;

final class Model
{
    public function getAllSites(): array
    {
        return Db::all('SELECT * FROM ' . Common::prefixTable('site') . ' ORDER BY idsite');
    }

    public function getSiteFromId(int $idSite): array
    {
        return Db::all('SELECT * FROM ' . Common::prefixTable('site') . ' WHERE idsite = ?', [$idSite])[0];
    }
}

final class API
{
    public static function getInstance(): self
    {
        Access::check();
        if (!Config::getInstance()->General['enable_sites_admin']) {
            throw new RuntimeException('The websites management is switched off.');
        }
        return new self();
    }

    /** @param list<string> $urls */
    public function addSite(string $siteName, array $urls): int
    {
        Db::all('INSERT INTO ' . Common::prefixTable('site') . ' (name, main_url) VALUES (?, ?)', [$siteName, $urls[0]]);
        return (int) Db::get()->lastInsertId();
    }

    /** @param list<string> $urls */
    public function updateSite(int $idSite, string $siteName, array $urls): void
    {
        Db::all('UPDATE ' . Common::prefixTable('site') . ' SET name = ?, main_url = ? WHERE idsite = ?', [$siteName, $urls[0], $idSite]);
    }
}

namespace Piwik\Plugins\PrivacyManager;

use Piwik\Config as Settings;
use Piwik\Option;
use RuntimeException;

final class Config
{
    private const DEFAULTS = [
        'useAnonymizedIpForVisitEnrichment' => false,
        'ipAddressMaskLength' => 2,
        'doNotTrackEnabled' => false,
        'ipAnonymizerEnabled' => true,
        'forceCookielessTracking' => false,
        'anonymizeUserId' => false,
        'anonymizeOrderId' => false,
        'anonymizeReferrer' => '',
    ];

    public function __get(string $name): bool|int|string
    {
        $value = Option::get("PrivacyManager.$name");
        if ($value === false) {
            return self::DEFAULTS[$name];
        }
        settype($value, gettype(self::DEFAULTS[$name]));
        return $value;
    }

    public function __set(string $name, bool|int|string $value): void
    {
        if (!array_key_exists($name, self::DEFAULTS)) {
            throw new RuntimeException("Property $name does not exist.");
        }
        Option::set("PrivacyManager.$name", is_bool($value) ? ($value ? '1' : '0') : (string) $value);
    }
}

final class PrivacyManager
{
    public static function getPurgeDataSettings(): array
    {
        return Settings::getInstance()->Deletelogs + Settings::getInstance()->Deletereports;
    }
}

namespace Piwik\Plugins\Live;

use Piwik\Config;

final class Live
{
    public static function isVisitorLogEnabled(): bool
    {
        return !Config::getInstance()->Live['disable_visitor_log'];
    }

    public static function isVisitorProfileEnabled(): bool
    {
        return self::isVisitorLogEnabled() && !Config::getInstance()->Live['disable_visitor_profile'];
    }
}
