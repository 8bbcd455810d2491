<?php

/** Installs the plugins, makes accounts, tokens and sites as planned, and changes what is otherwise. */

declare(strict_types=1);

require __DIR__ . '/matomo.php';

use Piwik\Access;
use Piwik\Auth\Password;
use Piwik\Common;
use Piwik\Config;
use Piwik\Date;
use Piwik\Plugin\Manager;
use Piwik\Plugins\SitesManager\API as Sites;
use Piwik\Plugins\SitesManager\Model as StoredSites;
use Piwik\Plugins\UsersManager\API as Users;
use Piwik\Plugins\UsersManager\Model as StoredUsers;
use Piwik\Plugins\UsersManager\UsersManager;
use Piwik\Plugins\UsersManager\UserUpdater;

/** Letters go nowhere; the domain is reserved for that (RFC 2606). */
function addressOf(string $login): string
{
    return "$login@linkello.invalid";
}

function keepToken(StoredUsers $users, string $login, string $token, bool $onlyInBody): void
{
    if (in_array($users->hashTokenAuth($token), $users->getAllHashedTokensForLogins([$login]), true)) {
        return;
    }
    $users->deleteAllTokensForUser($login);
    $users->addTokenAuth($login, $token, 'Linkello', Date::now()->getDatetime(), null, true, $onlyInBody);
}

function keepPassword(StoredUsers $users, string $login, string $password): void
{
    $user = $users->getUser($login);
    if (!$user) {
        Users::getInstance()->addUser($login, $password, addressOf($login));
    } elseif (!(new Password())->verify(UsersManager::getPasswordHash($password), $user['password'])) {
        (new UserUpdater())->updateUserWithoutCurrentPassword($login, $password);
    }
}

/** @param list<int> $sites */
function keepAccess(StoredUsers $users, string $login, string $access, array $sites): void
{
    $has = array_map('intval', $users->getUsersSitesFromAccess($access)[$login] ?? []);
    $missing = array_values(array_diff($sites, $has));
    if ($missing !== []) {
        Users::getInstance()->setUserAccess($login, $access, $missing);
    }
}

/** @param array{login: string, password: string} $planned */
function keepAdministrator(StoredUsers $users, array $planned): void
{
    ['login' => $login] = $planned;
    keepPassword($users, $login, $planned['password']);
    $user = $users->getUser($login);
    if (!$user || !$user['superuser_access']) {
        (new UserUpdater())->setSuperUserAccessWithoutCurrentPassword($login, true);
    }
}

/** @param list<array{host: string, name: string, url: string}> $planned */
function keepSites(array $planned): void
{
    $ids = siteIds();
    foreach ($planned as ['host' => $host, 'name' => $plain, 'url' => $url]) {
        // Matomo keeps texts as they go into its pages, and leaves that to whoever calls it from within.
        $name = Common::sanitizeInputValue($plain);
        $id = $ids[$host] ?? null;
        if ($id === null) {
            Sites::getInstance()->addSite($name, [$url]);
            continue;
        }
        $stored = (new StoredSites())->getSiteFromId($id);
        if ($stored['main_url'] !== $url || $stored['name'] !== $name) {
            Sites::getInstance()->updateSite($id, $name, [$url]);
        }
    }
}

/**
 * The account that people look at reports with. It sees every site and changes nothing.
 *
 * @param array{login: string, password: string} $planned
 * @param list<int> $sites
 */
function keepReader(StoredUsers $users, array $planned, array $sites): void
{
    keepPassword($users, $planned['login'], $planned['password']);
    keepAccess($users, $planned['login'], 'view', $sites);
}

/**
 * An account of the app's. Nobody logs in with it, so nobody has its password.
 *
 * @param array{login: string, token: string} $planned
 * @param 'write'|'admin' $access reports visits, or finds, hands out and erases them.
 * @param list<int> $sites
 */
function keepProgram(StoredUsers $users, array $planned, string $access, bool $onlyInBody, array $sites): void
{
    ['login' => $login] = $planned;
    if (!$users->getUser($login)) {
        Users::getInstance()->addUser($login, bin2hex(random_bytes(32)), addressOf($login));
    }
    keepAccess($users, $login, $access, $sites);
    keepToken($users, $login, $planned['token'], $onlyInBody);
}

$plan = plan();
Access::getInstance();
Access::doAsSuperUser(static function () use ($plan): void {
    Manager::getInstance()->installLoadedPlugins();
    // Switched off for everybody else; in memory only.
    $config = Config::getInstance();
    $config->General = ['enable_users_admin' => 1, 'enable_sites_admin' => 1] + $config->General;

    $users = new StoredUsers();
    keepAdministrator($users, $plan['administrator']);
    keepSites($plan['sites']);
    $ids = siteIds();
    $sites = array_map(static fn (array $site): int => $ids[$site['host']], $plan['sites']);
    keepReader($users, $plan['reader'], $sites);
    keepProgram($users, $plan['tracker'], 'write', false, $sites);
    keepProgram($users, $plan['officer'], 'admin', true, $sites);
});
