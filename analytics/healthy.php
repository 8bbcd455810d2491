<?php

/**
 * Exit 0 if Matomo answers a question that only an installed one with its database can: what it is, to a token of the
 * app's. Or if it is switched off.
 */

declare(strict_types=1);

if (is_file('/tmp/linkello/off')) {
    exit(0);
}
$plan = json_decode((string) file_get_contents('/data/analytics/install.json'), true, 16, JSON_THROW_ON_ERROR);
$request = curl_init('http://127.0.0.1:8080/index.php');
curl_setopt_array($request, [
    CURLOPT_RETURNTRANSFER => true,
    CURLOPT_TIMEOUT => 4,
    CURLOPT_HTTPHEADER => ['Host: ' . $plan['sites'][0]['host']],
    CURLOPT_POSTFIELDS => http_build_query([
        'module' => 'API',
        'method' => 'API.getMatomoVersion',
        'format' => 'json',
        'token_auth' => $plan['officer']['token'],
    ]),
]);
$answer = json_decode((string) curl_exec($request), true);
if (!is_string($answer['value'] ?? null)) {
    fwrite(STDERR, 'Matomo does not answer as it should (status ' . curl_getinfo($request, CURLINFO_RESPONSE_CODE) . ").\n");
    exit(1);
}
