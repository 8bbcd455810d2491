<?php

/** The tracking API: bulk hits as JSON, `{"requests": ["?idsite=…&rec=1…"], "token_auth": "…"}`. */

require __DIR__ . '/core/bootstrap.php';

use Piwik\Application\Environment;
use Piwik\Common;
use Piwik\Config;
use Piwik\Db;
use Piwik\Plugins\PrivacyManager\Config as Privacy;
use Piwik\Plugins\UsersManager\Model;

/** As the real one: 2 of 4 bytes, or all but 48 bits of 128. */
function cut(string $address, int $mask): string
{
    $bytes = (string) inet_pton($address);
    $kept = strlen($bytes) === 4 ? 4 - $mask : [16, 8, 6, 3, 0][$mask];
    return str_pad(substr($bytes, 0, $kept), strlen($bytes), "\0");
}

function answer(int $status, int $tracked, int $invalid): never
{
    http_response_code($status);
    header('Content-Type: application/json');
    $word = $status === 200 ? 'success' : 'error';
    exit(json_encode(['status' => $word, 'tracked' => $tracked, 'invalid' => $invalid]));
}

function keepFailure(array $hit): void
{
    Db::get()->prepare('INSERT IGNORE INTO ' . Common::prefixTable('tracking_failure') . ' VALUES (?, 2, NOW(), ?)')
        ->execute([(int) ($hit['idsite'] ?? 0), http_build_query($hit)]);
}

(new Environment('tracker'))->init();
$body = json_decode((string) file_get_contents('php://input'), true);
if (!is_array($body['requests'] ?? null)) {
    answer(400, 0, 0);
}
$hits = array_map(static function (string $request): array {
    parse_str(ltrim($request, '?'), $hit);
    return $hit;
}, $body['requests']);

$user = (new Model())->userOfToken((string) ($body['token_auth'] ?? ''), false);
if ($user === null && Config::getInstance()->Tracker['bulk_requests_require_authentication']) {
    array_map(keepFailure(...), $hits);
    answer(500, 0, 0);
}
$sites = (new Model())->getUsersSitesFromAccess('write')[$user['login'] ?? ''] ?? [];
$privacy = new Privacy();
$insert = Db::get()->prepare(
    'INSERT INTO ' . Common::prefixTable('log_visit') . ' (idsite, visit_last_action_time, location_ip, url) VALUES (?, NOW(), ?, ?)',
);
Db::get()->beginTransaction();
foreach ($hits as $hit) {
    if (!in_array((string) ($hit['idsite'] ?? ''), array_map('strval', $sites), true)) {
        Db::get()->rollBack();
        answer(400, 0, 0);
    }
    $address = filter_var($hit['cip'] ?? '', FILTER_VALIDATE_IP) ?: $_SERVER['REMOTE_ADDR'];
    $stored = $privacy->ipAnonymizerEnabled ? cut($address, $privacy->ipAddressMaskLength) : inet_pton($address);
    $insert->execute([$hit['idsite'], $stored, $hit['url'] ?? '']);
}
Db::get()->commit();
answer(200, count($hits), 0);
