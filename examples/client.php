<?php
// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A PHP stream over Airlock, by FFI alone: fopen('airlock://HOST:PORT').
//   usage: php client.php HOST PORT CA CERT KEY [none]
// AIRLOCK_H and AIRLOCK_LIB say where header and library are, if elsewhere.
class AirlockException extends RuntimeException {}

class AirlockStream {
    public $context;
    private static $c, $runtime;
    private $tcp, $tls, $ended = false;

    public static function load(): FFI {
        // PHP reads the header itself, without what is the preprocessor's.
        $header = file_get_contents(getenv('AIRLOCK_H') ?: '/usr/include/airlock.h');
        $not_c = ['/^#ifdef __cplusplus.*?^#endif/ms', '/^#.*|AIRLOCK_API/m'];
        $c = preg_replace($not_c, '', $header);
        self::$c = FFI::cdef($c, getenv('AIRLOCK_LIB') ?: 'libairlock.so.1');
        self::$runtime = self::$c->new('airlock_runtime *');
        self::call('runtime_new', null, FFI::addr(self::$runtime));
        stream_wrapper_register('airlock', self::class);
        return self::$c;
    }

    private static function make(string $type): FFI\CData { // All defaults.
        $struct = self::$c->new($type);
        $struct->struct_size = FFI::sizeof($struct);
        return $struct;
    }

    // Calls airlock_NAME, whose last argument is for errors.
    private static function call(string $name, ...$arguments): int {
        $arguments[] = FFI::addr($error = self::$c->new('airlock_error *'));
        if (($status = self::$c->{"airlock_$name"}(...$arguments)) >= 0) return $status;
        $info = self::make('airlock_error_info');
        self::$c->airlock_error_get($error, FFI::addr($info));
        $text = fn ($bytes) => FFI::string($bytes->data, $bytes->size);
        $message = "{$text($info->kind_name)}: {$text($info->message)}";
        self::$c->airlock_error_free($error);
        throw new AirlockException($message, $info->kind);
    }

    public function stream_open($url): bool {
        ['host' => $host, 'port' => $port] = parse_url($url);
        $this->tcp = stream_socket_client("tcp://127.0.0.1:$port");
        $given = stream_context_get_options($this->context)['airlock'];
        $options = self::make('airlock_wrap_options');
        $options->cert_reqs = array_shift($given); // The first; the rest is text.
        foreach (['server_hostname' => $host] + $given as $name => $value) {
            $size = $options->$name->size = strlen($value);
            $kept[] = $copy = self::$c->new("char[$size]");
            FFI::memcpy($copy, $value, $size);
            $options->$name->data = self::$c->cast('char *', FFI::addr($copy));
        }
        // PHP tells no descriptors: it carries the bytes itself.
        $transport = self::make('airlock_transport');
        $transport->type = self::$c->AIRLOCK_TRANSPORT_CALLBACKS;
        $transport->read = function ($user, $into, $size, $done) {
            $bytes = (string) fread($this->tcp, $size);
            FFI::memcpy($into, $bytes, $done[0] = strlen($bytes));
            return $bytes === '' ? self::$c->AIRLOCK_CLOSED : self::$c->AIRLOCK_OK;
        };
        $transport->write = function ($user, $from, $size, $done) {
            $done[0] = (int) fwrite($this->tcp, FFI::string($from, $size));
            return $done[0] > 0 ? self::$c->AIRLOCK_OK : self::$c->AIRLOCK_ERROR;
        };
        $this->tls = self::$c->new('airlock_socket *');
        $structs = [FFI::addr($transport), FFI::addr($options), FFI::addr($this->tls)];
        return self::call('wrap_socket', self::$runtime, ...$structs) === 0;
    }

    public function stream_write($data): int {
        $done = self::$c->new('size_t[1]');
        self::call('socket_write', $this->tls, $data, strlen($data), $done);
        return $done[0];
    }

    public function stream_read($size): string {
        [$buffer, $done] = [self::$c->new("char[$size]"), self::$c->new('size_t[1]')];
        $this->ended = self::$c->AIRLOCK_CLOSED ===
            self::call('socket_read', $this->tls, $buffer, $size, $done);
        return FFI::string($buffer, $done[0]);
    }

    public function stream_eof(): bool { return $this->ended; }
    public function stream_close(): void { self::$c->airlock_socket_free($this->tls); }
}

$c = AirlockStream::load();
[$ca, $certificate, $key] = array_map('file_get_contents', array_slice($argv, 3, 3));
$context = stream_context_create(['airlock' => [
    'cert_reqs' => isset($argv[6]) ? $c->AIRLOCK_CERT_NONE : $c->AIRLOCK_CERT_REQUIRED,
    'cadata' => $ca, 'certfile' => $certificate, 'keyfile' => $key]]);
$stream = fopen("airlock://$argv[1]:$argv[2]", 'r+', false, $context);
fwrite($stream, "GET / HTTP/1.0\r\n\r\n");
for ($answer = ''; !feof($stream);) $answer .= fread($stream, 8192);
echo preg_replace('/^.*?\r\n\r\n/s', '', $answer), "\n";
