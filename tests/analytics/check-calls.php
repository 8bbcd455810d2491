<?php

/**
 * A static check of PHP programs that are given: every function that is called is there, every class that is named is
 * there, and every method of a class is called with as many arguments as it takes. Classes of Matomo are those of the
 * stand-in, which have the real ones' names and signatures. Prints a line for each fault; exit 1 if there are any.
 *
 *     check-calls.php STAND-IN PROGRAM…
 */

declare(strict_types=1);

require $argv[1];

/** @param list<PhpToken> $tokens @return int how many arguments stand between the bracket at $open and its end. */
function argumentsAt(array $tokens, int $open): int
{
    [$depth, $commas, $any] = [0, 0, false];
    for ($at = $open; isset($tokens[$at]); $at++) {
        $text = $tokens[$at]->text;
        if (in_array($text, ['(', '[', '{'], true) || $tokens[$at]->is([T_CURLY_OPEN, T_DOLLAR_OPEN_CURLY_BRACES])) {
            $depth++;
            $any = $any || $depth > 1;
        } elseif (in_array($text, [')', ']', '}'], true)) {
            if (--$depth === 0) {
                // A comma after the last one is no further argument.
                return $any ? $commas + ($tokens[$at - 1]->text === ',' ? 0 : 1) : 0;
            }
        } elseif ($text === ',' && $depth === 1) {
            $commas++;
        } else {
            $any = true;
        }
    }
    return 0;
}

$programs = array_slice($argv, 2);
$sources = [];
$own = [];
foreach ($programs as $file) {
    $tokens = array_values(array_filter(
        PhpToken::tokenize((string) file_get_contents($file)),
        static fn (PhpToken $token): bool => !$token->isIgnorable() && !$token->is(T_OPEN_TAG),
    ));
    $sources[$file] = $tokens;
    foreach ($tokens as $at => $token) {
        if ($token->is(T_FUNCTION) && ($tokens[$at + 1] ?? null)?->is(T_STRING)) {
            $own[$tokens[$at + 1]->text] = argumentsAt($tokens, $at + 2);
        }
    }
}

$faults = [];
$looked = 0;
foreach ($sources as $file => $tokens) {
    $names = [];
    foreach ($tokens as $at => $token) {
        if ($token->is(T_USE) && $tokens[$at + 1]->is(T_NAME_QUALIFIED)) {
            $full = $tokens[$at + 1]->text;
            $alias = $tokens[$at + 2]->is(T_AS) ? $tokens[$at + 3]->text : substr($full, strrpos($full, '\\') + 1);
            $names[$alias] = $full;
        }
    }
    // Variables of one class throughout the file: typed parameters, and what is made by `new`.
    $variables = [];
    foreach ($tokens as $at => $token) {
        if (!$token->is(T_VARIABLE)) {
            continue;
        }
        if ($tokens[$at - 1]->is(T_STRING) && class_exists($names[$tokens[$at - 1]->text] ?? $tokens[$at - 1]->text)) {
            $variables[$token->text] = $names[$tokens[$at - 1]->text] ?? $tokens[$at - 1]->text;
        } elseif (($tokens[$at + 1] ?? null)?->text === '=' && $tokens[$at + 2]->is(T_NEW)) {
            $variables[$token->text] = $names[$tokens[$at + 3]->text] ?? $tokens[$at + 3]->text;
        }
    }
    $place = static fn (PhpToken $token): string => basename(dirname($file)) . '/' . basename($file) . ":$token->line";
    $checkMethod = static function (PhpToken $token, string $class, string $method, int $given) use ($place, &$faults, &$looked): void {
        $looked++;
        if (!method_exists($class, $method)) {
            $faults[] = "{$place($token)}: there is no $class::$method";
            return;
        }
        $known = new ReflectionMethod($class, $method);
        if (!$known->isPublic()) {
            $faults[] = "{$place($token)}: $class::$method is not public";
        }
        if ($given < $known->getNumberOfRequiredParameters() || (!$known->isVariadic() && $given > $known->getNumberOfParameters())) {
            $faults[] = "{$place($token)}: $class::$method does not take $given arguments";
        }
    };
    foreach ($tokens as $at => $token) {
        $before = $tokens[$at - 1] ?? null;
        $next = $tokens[$at + 1] ?? null;
        // A function.
        if ($token->is(T_STRING) && $next?->text === '(' && !$before?->is([T_OBJECT_OPERATOR, T_NULLSAFE_OBJECT_OPERATOR, T_DOUBLE_COLON, T_FUNCTION, T_NEW])) {
            $looked++;
            $given = argumentsAt($tokens, $at + 1);
            if (isset($own[$token->text])) {
                if ($given > $own[$token->text]) {
                    $faults[] = "{$place($token)}: $token->text does not take $given arguments";
                }
            } elseif (str_starts_with($token->text, 'curl_')) {
                // The image has it; this machine's PHP need not.
                continue;
            } elseif (!function_exists($token->text)) {
                $faults[] = "{$place($token)}: there is no function $token->text";
            } else {
                $known = new ReflectionFunction($token->text);
                $isSpread = $tokens[$at + 2]->is(T_ELLIPSIS);
                if (!$isSpread && ($given < $known->getNumberOfRequiredParameters() || (!$known->isVariadic() && $given > $known->getNumberOfParameters()))) {
                    $faults[] = "{$place($token)}: $token->text does not take $given arguments";
                }
            }
        }
        if (isset($variables[$token->text]) && $next?->is(T_OBJECT_OPERATOR) && $tokens[$at + 2]->is(T_STRING) && $tokens[$at + 3]->text === '(') {
            $checkMethod($token, $variables[$token->text], $tokens[$at + 2]->text, argumentsAt($tokens, $at + 3));
        }
        // A class, and what is called of it: X::y(…), X::getInstance()->y(…), (new X(…))->y(…).
        $isClass = $token->is(T_STRING) && ($before?->is(T_NEW) || $next?->is(T_DOUBLE_COLON));
        if (!$isClass || in_array($token->text, ['self', 'static', 'parent'], true)) {
            continue;
        }
        $class = $names[$token->text] ?? $token->text;
        $looked++;
        if (!class_exists($class)) {
            $faults[] = "{$place($token)}: there is no class $class";
            continue;
        }
        $end = null;
        if ($next?->is(T_DOUBLE_COLON) && $tokens[$at + 2]->is(T_STRING) && ($tokens[$at + 3] ?? null)?->text === '(') {
            $checkMethod($token, $class, $tokens[$at + 2]->text, argumentsAt($tokens, $at + 3));
            if ($tokens[$at + 2]->text === 'getInstance') {
                $end = $at + 4;
            }
        } elseif ($before?->is(T_NEW) && $next?->text === '(' && $tokens[$at + 2]->text === ')' && ($tokens[$at + 3] ?? null)?->text === ')') {
            $end = $at + 3;
        }
        if ($end !== null && ($tokens[$end + 1] ?? null)?->is(T_OBJECT_OPERATOR) && ($tokens[$end + 3] ?? null)?->text === '(') {
            $checkMethod($token, $class, $tokens[$end + 2]->text, argumentsAt($tokens, $end + 3));
        }
    }
}
foreach ($faults as $fault) {
    echo "$fault\n";
}
echo "$looked looked at\n";
exit($faults === [] ? 0 : 1);
