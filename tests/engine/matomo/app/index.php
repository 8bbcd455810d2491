<?php

/** The reporting API, as far as the health check asks it, and the page to sign in on, as far as it shows by which host. */

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

['module' => $module, 'method' => $method, 'token_auth' => $token] = $_GET + $_POST + ['module' => '', 'method' => '', 'token_auth' => ''];
if ($module !== 'API') {
    header('Content-Type: text/html; charset=utf-8');
    // Compared with its port. The API answers whatever host it is asked by.
    $isTrusted = in_array($_SERVER['HTTP_HOST'] ?? '', Config::getInstance()->General['trusted_hosts'], true);
    exit($isTrusted ? '<h1>Sign in</h1>' : '<pre>trusted_hosts[] = &hellip;</pre>');
}
header('Content-Type: application/json');
$user = (new Model())->userOfToken((string) $token, !isset($_GET['token_auth']));
if ($user === null || !(new Model())->seesAnySite($user) || $method !== 'API.getMatomoVersion') {
    http_response_code(401);
    exit(json_encode(['result' => 'error', 'message' => 'Not allowed.']));
}
exit(json_encode(['value' => Version::VERSION]));
