# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Scenarios of errors_test.py: alerts, and what is not TLS or broken TLS."""
import socket
import struct

from error_peers import *  # pylint: disable=wildcard-import


def alert_rows():
    """number -> row, of a fatal alert in answer to a client's hello."""
    return {number: to_client(record(ALERT, struct.pack('BB', 2, number)))
            for number in range(256)}


@scenario
def warning_no_renegotiation():
    return to_client(record(ALERT, b'\1\x64') + record(ALERT, b'\2\x50'))


# Data other than TLS.

@scenario
def http_answer():
    return to_client(b'HTTP/1.1 400 Bad Request\r\n\r\n')


@scenario
def smtp_answer():
    return to_client(b'220 mail.example ESMTP ready\r\n')


@scenario
def zeros_answer():
    return to_client(b'\0' * 64)


@scenario
def http_request():
    return to_server(b'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')


@scenario
def http_post():
    return to_server(b'POST / HTTP/1.1\r\nHost: localhost\r\n\r\n')


@scenario
def proxy_request():
    return to_server(b'CONNECT localhost:443 HTTP/1.1\r\n\r\n')


@scenario
def garbage_request():
    return to_server(b'garbage that is not TLS at all\r\n')


@scenario
def zeros_request():
    return to_server(b'\0' * 64)


@scenario
def client_gets_eof():
    return to_client(b'', close=True)


@scenario
def server_gets_eof():
    return to_server(b'', close=True)


@scenario
def server_gets_half_a_record():
    return to_server(record(HANDSHAKE, b'\1\0\0\x10', length=20), close=True)


# Broken records and messages.

@scenario
def old_record_version():
    return to_client(record(HANDSHAKE, b'\2\0\0\0', 0x200))


@scenario
def unknown_record_type():
    return to_client(record(99, b'x'))


@scenario
def heartbeat():
    return to_client(record(24, b'\1\x40\0'))


@scenario
def oversized_record():
    return to_client(record(HANDSHAKE, b'x' * 100, length=0x4a00))


@scenario
def empty_record():
    return to_client(record(HANDSHAKE, b'') + record(ALERT, b'\2\x50'))


@scenario
def short_alert():
    return to_client(record(ALERT, b'\2'))


@scenario
def alert_of_level_3():
    return to_client(record(ALERT, b'\3\x28'))


@scenario
def data_in_the_handshake():
    return to_client(record(DATA, b'hello'))


@scenario
def early_ccs():
    return to_client(record(CCS, b'\1'), client_context(ONLY_1_2))


@scenario
def unexpected_message():
    return to_client(record(HANDSHAKE, b'\x0e\0\0\0'))


@scenario
def empty_server_hello():
    return to_client(record(HANDSHAKE, b'\2\0\0\0'))


@scenario
def huge_message():
    return to_client(record(HANDSHAKE, b'\2\xff\xff\xff'))


def server_hello(version=0x303, cipher=0xc02f, compression=0, tail=b''):
    body = struct.pack('>H', version) + b'r' * 32 + b'\0' + struct.pack(
        '>HB', cipher, compression) + tail
    return record(HANDSHAKE, b'\2\0' + struct.pack('>H', len(body)) + body)


@scenario
def server_of_ssl3():
    return to_client(server_hello(0x300))


@scenario
def server_of_version_9():
    return to_client(server_hello(0x909))


@scenario
def cipher_not_offered():
    context = client_context(ONLY_1_2)
    context.set_ciphers('ECDHE-RSA-AES128-GCM-SHA256')
    return to_client(server_hello(cipher=0xc030), context)


@scenario
def unknown_cipher():
    return to_client(server_hello(cipher=0x4321), client_context(ONLY_1_2))


@scenario
def compression_not_offered():
    return to_client(server_hello(compression=1), client_context(ONLY_1_2))


@scenario
def extension_not_offered():
    return to_client(server_hello(tail=b'\0\4\x12\x34\0\0'),
                     client_context(ONLY_1_2))


@scenario
def broken_extensions():
    return to_client(server_hello(tail=b'\0\4\x12\x34\0\7'),
                     client_context(ONLY_1_2))


def client_hello(version=0x303, ciphers=b'\xc0\x2f', tail=b''):
    body = struct.pack('>H', version) + b'r' * 32 + b'\0' + struct.pack(
        '>H', len(ciphers)) + ciphers + b'\1\0' + tail
    return record(HANDSHAKE, b'\1\0' + struct.pack('>H', len(body)) + body,
                  0x301)


@scenario
def fallback():
    return to_server(client_hello(0x302, b'\xc0\x13\x56\x00'),
                     server_context('server_rsa', '_chain'))


@scenario
def client_of_ssl3():
    return to_server(client_hello(0x300))


@scenario
def unknown_ciphers():
    return to_server(client_hello(ciphers=b'\x43\x21'))


@scenario
def odd_cipher_list():
    return to_server(client_hello(ciphers=b'\xc0\x2f\xc0'))


@scenario
def no_cipher():
    return to_server(client_hello(ciphers=b''))


@scenario
def broken_client_hello():
    return to_server(record(HANDSHAKE, b'\1\0\0\4abcd'))


@scenario
def broken_client_extensions():
    return to_server(client_hello(tail=b'\0\4\0\0\0\7'))


@scenario
def server_gets_server_hello():
    return to_server(server_hello())
