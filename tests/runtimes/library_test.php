<?php
// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What examples/client.php can do when another program loads it.
//   usage: php library_test.php CLIENT PORT SILENT_PORT CA CERT KEY

[, $client, $port, $silent, $ca, $cert, $key] = $argv;
require $client;
// An application may turn all that PHP has to say into exceptions.
set_error_handler(fn ($kind, $text) => throw new ErrorException($text));
$given = array_combine(['cadata', 'certfile', 'keyfile'],
                       array_map('file_get_contents', [$ca, $cert, $key]));
$body = str_repeat(implode(array_map('chr', range(0, 255))), 4096);

function check(string $what, bool $good): void {
    if ($good) return;
    echo "FAIL: $what\n";
    exit(1);
}

function airlock($port, string $host = 'localhost') {
    global $given;
    $context = stream_context_create(['airlock' => $given]);
    return fopen("airlock://$host:$port", 'r+', false, $context);
}

function fetch($stream, string $request): string {
    for ($sent = 0; $sent < strlen($request);) {
        $sent += fwrite($stream, substr($request, $sent));
    }
    $answer = stream_get_contents($stream);
    check('the end', feof($stream));
    fclose($stream);
    return substr($answer, strpos($answer, "\r\n\r\n") + 4);
}

function get(string $path): string { return "GET $path HTTP/1.0\r\n\r\n"; }

function fails(string $kind, callable $do): void {
    $before = count(get_resources('stream'));
    try {
        $do();
        check("no error of kind $kind", false);
    } catch (AirlockException $e) {
        check("$kind: {$e->getMessage()}", str_starts_with($e->getMessage(), "$kind: "));
    }
    check('what failed is closed', count(get_resources('stream')) === $before);
}

function openssl_works(): void { // PHP's own TLS.
    global $port, $ca, $cert, $key, $body;
    $context = stream_context_create(['ssl' => [
        'cafile' => $ca, 'local_cert' => $cert, 'local_pk' => $key,
        'peer_name' => 'localhost']]);
    $stream = stream_socket_client("ssl://127.0.0.1:$port", context: $context);
    check('OpenSSL in the same process', fetch($stream, get('/unsized')) === $body);
}

openssl_works();
foreach (['/sized', '/unsized'] as $path) {
    check($path, fetch(airlock($port), get($path)) === $body);
}
try {
    fetch(airlock($port), get('/cut'));
    check('what is cut off is an error', false);
} catch (Throwable $error) {
    check('what is cut off is an error', true);
}
$request = 'POST /echo HTTP/1.0' . "\r\nContent-Length: " . strlen($body) . "\r\n\r\n$body";
check('a large request', fetch(airlock($port), $request) === $body);

// By lines, and several streams by turns.
$one = airlock($port);
$two = airlock($port);
fwrite($one, "GET /peer HTTP/1.1\r\n\r\n");
fwrite($two, "GET /peer HTTP/1.1\r\n\r\n");
check('a line of one', fgets($one) === "HTTP/1.1 200 OK\r\n");
check('a line of two', fgets($two) === "HTTP/1.1 200 OK\r\n");

// What is closed is closed for the server, too: it ends its side.
$streams = count(get_resources('stream'));
fclose($two);
check('both streams are closed', count(get_resources('stream')) === $streams - 2);
try {
    fread($two, 1);
    check('a closed stream is read from', false);
} catch (TypeError) {
    // As PHP has it.
}

// What fails in a callback, and whatever PHP has to say of it, is an error.
fails('Transport', function () use ($port, $body) {
    $stream = airlock($port);
    fwrite($stream, get('/last'));
    while (true) fwrite($stream, $body);
});

// A silent server has not ended; and what fails is closed.
$patience = ini_set('default_socket_timeout', '1');
fails('Timeout', fn () => airlock($silent));
ini_set('default_socket_timeout', $patience);
fails('Hostname', fn () => airlock($port, 'example.test'));
openssl_works();
echo "PASSED\n"; // The stream that is still open does no harm at the end.
