<?php

/** The reporting API, as far as the health check asks it. */

require __DIR__ . '/core/bootstrap.php';

use Piwik\Application\Environment;
use Piwik\Config;
use Piwik\Plugin\Manager;
use Piwik\Plugins\UsersManager\Model;
use Piwik\Version;

(new Environment(null))->init();
Manager::getInstance()->loadActivatedPlugins();
// The real one does so at each request: with a list that is not whole it would write to its configuration.
Manager::getInstance()->installLoadedPlugins();

header('Content-Type: application/json');
$host = preg_replace('/:\d+$/', '', $_SERVER['HTTP_HOST'] ?? '');
if (!in_array($host, Config::getInstance()->General['trusted_hosts'], true)) {
    http_response_code(400);
    exit(json_encode(['result' => 'error', 'message' => 'This host is not trusted.']));
}
$user = isset($_GET['token_auth']) ? null : (new Model())->userOfToken((string) ($_POST['token_auth'] ?? ''), true);
if ($user === null || !$user['superuser_access'] || ($_POST['method'] ?? '') !== 'API.getMatomoVersion') {
    http_response_code(401);
    exit(json_encode(['result' => 'error', 'message' => 'Not allowed.']));
}
exit(json_encode(['value' => Version::VERSION]));
