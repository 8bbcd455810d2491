<?php

/**
 * Makes the tables of an empty database; on one that was left half-way it goes on. A process of its own: the accounts
 * need a Matomo that started with its tables there.
 *
 * Exit: 0 the database is of this version, 3 it is of an older one and has to be updated, 1 it is of a newer one.
 */

declare(strict_types=1);

require __DIR__ . '/matomo.php';

use Piwik\Access;
use Piwik\Common;
use Piwik\DbHelper;
use Piwik\Option;
use Piwik\Plugins\UsersManager\Model as Users;
use Piwik\Updater;
use Piwik\Version;

/** Written last, so its absence says that there is something to do. */
$found = DbHelper::tableExists(Common::prefixTable('option')) ? Option::get('version_core') : false;

if ($found === false) {
    DbHelper::checkDatabaseVersion();
    DbHelper::createTables();
    if (!(new Users())->getUser('anonymous')) {
        DbHelper::createAnonymousUser();
    }
    DbHelper::recordInstallVersion();
    Access::getInstance();
    Access::doAsSuperUser(static function (): void {
        $updater = new Updater();
        $updates = $updater->getComponentUpdates();
        if (!empty($updates)) {
            $updater->updateComponents($updates);
        }
        $updater->markComponentSuccessfullyUpdated('core', Version::VERSION);
    });
    echo 'Made the tables of Matomo ' . Version::VERSION . ".\n";
    exit(0);
}
if (version_compare($found, Version::VERSION, '>')) {
    fwrite(STDERR, "The database was written by Matomo $found, this is " . Version::VERSION . ": use $found or newer.\n");
    exit(1);
}
exit($found === Version::VERSION ? 0 : 3);
