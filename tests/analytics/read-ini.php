<?php

// Reads INI text as Matomo reads its settings and prints it as JSON: {section: {key: text or list of texts}}.
$settings = parse_ini_string((string) stream_get_contents(STDIN), true);
array_walk_recursive($settings, static function (mixed &$value): void {
    $value = html_entity_decode((string) $value, ENT_COMPAT, 'UTF-8');
});
echo json_encode($settings, JSON_THROW_ON_ERROR);
