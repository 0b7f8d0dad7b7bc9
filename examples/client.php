<?php
// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A PHP stream over Airlock, with only FFI: fopen('airlock://HOST:PORT').
//   usage: php client.php HOST PORT CA CERT KEY [none]
class AirlockException extends RuntimeException {}

class AirlockStream {
    public $context; // 'airlock': an array with wrap_socket's names.
    public static $c, $runtime, $transport, $tcps = [];
    private $id, $tls, $ended = false;
    public static function load(): void {
        // PHP reads the header itself, without the preprocessor's lines.
        $header = file_get_contents(getenv('LIBAIRLOCK_H') ?: '/usr/include/airlock.h');
        $not_c = ['/^#ifdef __cplusplus.*?^#endif/ms', '/^#.*|AIRLOCK_API/m'];
        $text = preg_replace($not_c, '', $header);
        $c = self::$c = FFI::cdef($text, getenv('LIBAIRLOCK') ?: 'libairlock.so.1');
        self::$runtime = $c->new('airlock_runtime *');
        self::call('runtime_new', null, FFI::addr(self::$runtime));
        // PHP hides descriptors, so it carries the bytes itself. C's callbacks must not
        // throw, and live as long as PHP: all streams share the two functions.
        $carry = fn ($io) => function ($user, $at, $size, $done) use ($c, $io) {
            try { return $io(self::$tcps[$c->cast('int *', $user)[0]], $at, $size, $done); }
            catch (Throwable) { return $c->AIRLOCK_ERROR; }
        };
        self::$transport = $c->new('airlock_transport');
        self::$transport->struct_size = FFI::sizeof(self::$transport);
        self::$transport->type = $c->AIRLOCK_TRANSPORT_CALLBACKS;
        self::$transport->read = $carry(function ($tcp, $into, $size, $done) use ($c) {
            $bytes = @fread($tcp, $size);
            FFI::memcpy($into, (string) $bytes, $done[0] = strlen($bytes));
            if ($done[0] > 0) return $c->AIRLOCK_OK;
            if (!feof($tcp)) return $c->AIRLOCK_TIMEOUT;
            return $bytes === false ? $c->AIRLOCK_ERROR : $c->AIRLOCK_CLOSED;
        });
        self::$transport->write = $carry(fn ($tcp, $from, $size, $done) => ($done[0] =
            (int) @fwrite($tcp, FFI::string($from, $size))) ? $c->AIRLOCK_OK : $c->AIRLOCK_ERROR);
        stream_wrapper_register('airlock', self::class);
    }
    private static function call($name, ...$arguments): int { // airlock_NAME, or throws.
        $arguments[] = FFI::addr($error = self::$c->new('airlock_error *'));
        if (($status = self::$c->{"airlock_$name"}(...$arguments)) >= 0) return $status;
        $info = self::$c->new('airlock_error_info');
        $info->struct_size = FFI::sizeof($info);
        self::$c->airlock_error_get($error, FFI::addr($info));
        $text = fn ($bytes) => FFI::string($bytes->data, $bytes->size);
        $message = "{$text($info->kind_name)}: {$text($info->message)}";
        self::$c->airlock_error_free($error);
        throw new AirlockException($message, $info->kind);
    }
    public function stream_open($url): bool {
        ['host' => $host, 'port' => $port] = parse_url($url);
        if (!$tcp = stream_socket_client("tcp://127.0.0.1:$port")) return false;
        $this->id = self::$c->new('int[1]'); // C passes it back.
        self::$tcps[$this->id[0] = spl_object_id($this)] = $tcp;
        $options = self::$c->new('airlock_wrap_options');
        $options->struct_size = FFI::sizeof($options);
        $given = stream_context_get_options($this->context)['airlock'] ?? [];
        $options->cert_reqs = $given['cert_reqs'] ?? self::$c->AIRLOCK_CERT_REQUIRED;
        unset($given['cert_reqs']);
        foreach ($given + ['server_hostname' => $host] as $name => $text) {
            $kept[] = $copy = self::$c->new('char[' . strlen($text) + 1 . ']');
            FFI::memcpy($copy, $text, $options->$name->size = strlen($text));
            $options->$name->data = self::$c->cast('char *', FFI::addr($copy));
        }
        self::$transport->user = FFI::addr($this->id);
        $this->tls = self::$c->new('airlock_socket *');
        $structs = [FFI::addr(self::$transport), FFI::addr($options), FFI::addr($this->tls)];
        return self::call('wrap_socket', self::$runtime, ...$structs) >= 0;
    }
    private function move($name, $bytes, $size): int {
        $done = self::$c->new('size_t[1]');
        $status = self::call("socket_$name", $this->tls, $bytes, $size, $done);
        $this->ended = $status === self::$c->AIRLOCK_CLOSED;
        return $done[0];
    }
    public function stream_write($data): int { return $this->move('write', $data, strlen($data)); }
    public function stream_read($size): string {
        $buffer = self::$c->new("char[$size]");
        return FFI::string($buffer, $this->move('read', $buffer, $size));
    }
    public function stream_eof(): bool { return $this->ended; }
    public function stream_stat(): array { return []; }
    public function __destruct() { // Also if opening failed.
        self::$c->airlock_socket_free($this->tls);
        unset($this->tls, self::$tcps[spl_object_id($this)]);
    }
}
AirlockStream::load();
if (realpath($argv[0]) !== __FILE__) return; // The code above is a library, too.

$files = array_map('file_get_contents', array_slice($argv, 3, 3));
$given = array_combine(['cadata', 'certfile', 'keyfile'], $files);
if (isset($argv[6])) $given['cert_reqs'] = AirlockStream::$c->AIRLOCK_CERT_NONE;
$context = stream_context_create(['airlock' => $given]);
$stream = fopen("airlock://$argv[1]:$argv[2]", 'r+', false, $context);
fwrite($stream, "GET / HTTP/1.0\r\n\r\n");
echo preg_replace('/^.*?\r\n\r\n/s', '', stream_get_contents($stream)), "\n";
