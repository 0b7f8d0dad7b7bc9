# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tries servers.py's servers, with the stock ssl, and prints the outcomes.

usage: PYTHON server_clients.py PORT MUTUAL_PORT websocket|-
"""
import base64
import concurrent.futures
import contextlib
import http.client
import socket
import ssl
import sys

import cases
from cases import CLIENT, OTHER, ROOT, case, outcome_of

PORT, MUTUAL = [int(port) for port in sys.argv[1:3]]
SECONDS = 40


def context(ca=ROOT, certificate=None, **named):
    made = ssl.create_default_context(cafile=ca)
    if certificate:
        made.load_cert_chain(*certificate)
    for name, value in named.items():
        setattr(made, name, value)
    return made


@contextlib.contextmanager
def connection(port=PORT, made=None, **named):
    with socket.create_connection(('127.0.0.1', port),
                                  timeout=SECONDS) as plain:
        with (made or context()).wrap_socket(
                plain, server_hostname='localhost', **named) as tls:
            yield tls


def ask(body=None, port=PORT, made=None):
    client = http.client.HTTPSConnection('localhost', port, timeout=SECONDS,
                                         context=made or context())
    with contextlib.closing(client):
        client.request('POST' if body else 'GET', '/', body)
        answer = client.getresponse()
        got = answer.read()
        return answer.status, got if len(got) < 50 else got == body


@case
def page():
    return ask()


@case
def every_version():
    seen = []
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        made = context(minimum_version=version, maximum_version=version)
        with connection(made=made) as tls:
            seen.append((tls.version(), tls.selected_alpn_protocol()))
        seen.append(outcome_of(ask, made=made))
    return seen


@case
def bodies():
    return [ask(b'%d' % (size % 7) * size)
            for size in (1, 100, 16384, 16385, 3000000)]


@case
def keep_alive():
    client = http.client.HTTPSConnection('localhost', PORT, timeout=SECONDS,
                                         context=context())
    seen = []
    with contextlib.closing(client):
        client.connect()
        ours = client.sock.getsockname()
        for number in range(5):
            client.request('POST', '/', b'%d' % number)
            seen.append(client.getresponse().read())
        return seen, client.sock.getsockname() == ours


@case
def pipelined():
    with connection() as tls:
        tls.sendall(b'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n' * 3)
        stream, bodies_seen = tls.makefile('rb'), 0
        while bodies_seen < 3:
            line = stream.readline()
            if not line:
                break
            if not line.strip():
                bodies_seen += stream.read(6) == b'a page'
        return bodies_seen


@case
def in_small_pieces():
    """Each byte of the request in its own record."""
    with connection() as tls:
        tls.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in b'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n':
            tls.sendall(bytes([byte]))
        return tls.recv(12)


@case
def at_once():
    sent = [b'%02d' % number * 20000 for number in range(24)]
    with concurrent.futures.ThreadPoolExecutor(24) as pool:
        return set(pool.map(ask, sent))


@case
def ends():
    """What an HTTP/1.0 client gets at the end: close_notify, or not."""
    seen = []
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        made = context(maximum_version=version)
        made.options &= ~getattr(ssl, 'OP_IGNORE_UNEXPECTED_EOF', 0)
        with connection(made=made, suppress_ragged_eofs=False) as tls:
            tls.sendall(b'GET / HTTP/1.0\r\nHost: localhost\r\n\r\n')

            def read(tls=tls):
                parts = list(iter(lambda: tls.recv(4096), b''))
                return b''.join(parts).endswith(b'a page')
            seen.append(outcome_of(read))
    return seen


@case
def client_says_goodbye():
    with connection() as tls:
        tls.sendall(b'GET / HTTP/1.1\r\nHost: localhost\r\n'
                    b'Connection: close\r\n\r\n')
        got = b''.join(iter(lambda: tls.recv(4096), b''))
        return got.endswith(b'a page')


@case
def resumed():
    made = context(maximum_version=ssl.TLSVersion.TLSv1_2)
    with connection(made=made) as tls:
        session = tls.session
    with connection(made=made, session=session) as tls:
        reused = tls.session_reused
    return reused, ask()


def _bad(name, does):
    """What a bad client gets, and whether the next one is served."""
    cases.add(name, lambda: (outcome_of(does), outcome_of(ask)))


def _plain_http():
    with socket.create_connection(('127.0.0.1', PORT), SECONDS) as plain:
        plain.sendall(b'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
        with contextlib.suppress(ConnectionResetError):
            while plain.recv(4096):
                pass


def _goes_at_once():
    socket.create_connection(('127.0.0.1', PORT), SECONDS).close()


def _half_a_hello():
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context().wrap_bio(incoming, outgoing, server_hostname='localhost')
    with contextlib.suppress(ssl.SSLWantReadError):
        tls.do_handshake()
    with socket.create_connection(('127.0.0.1', PORT), SECONDS) as plain:
        plain.sendall(outgoing.read()[:100])


def _says_nothing():
    """It stays, while others are served."""
    with socket.create_connection(('127.0.0.1', PORT), SECONDS):
        return outcome_of(ask)


def _body_is_cut():
    with connection() as tls:
        tls.sendall(b'POST / HTTP/1.1\r\nHost: localhost\r\n'
                    b'Content-Length: 5000\r\n\r\n' + b'x' * 2500)
        socket.socket(fileno=tls.detach()).close()


def _damaged_record():
    with connection() as tls:
        with socket.socket(fileno=tls.detach()) as plain:
            plain.settimeout(SECONDS)
            plain.sendall(b'\x17\x03\x03\x00\x20' + b'\0' * 32)
            with contextlib.suppress(ConnectionResetError):
                while plain.recv(4096):
                    pass


def _trusts_another():
    return ask(made=context(OTHER))


_bad('plain_http', _plain_http)
_bad('goes_at_once', _goes_at_once)
_bad('half_a_hello', _half_a_hello)
_bad('says_nothing', _says_nothing)
_bad('body_is_cut', _body_is_cut)
_bad('damaged_record', _damaged_record)
_bad('trusts_another', _trusts_another)


@case
def mutual():
    seen = []
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        for certificate in (CLIENT, None, (cases.cert('client_other.pem'),
                                           cases.cert('client_other.key'))):
            said = outcome_of(ask, port=MUTUAL, made=context(
                certificate=certificate, maximum_version=version))
            # In TLS 1.3 the client may be writing when it is refused.
            seen.append(said if certificate is CLIENT or version ==
                        ssl.TLSVersion.TLSv1_2 else isinstance(said, str))
    return seen


def websocket():
    with connection() as tls:
        tls.sendall(b'GET /ws HTTP/1.1\r\nHost: localhost\r\n'
                    b'Upgrade: websocket\r\nConnection: Upgrade\r\n'
                    b'Sec-WebSocket-Key: ' + base64.b64encode(b'0' * 16) +
                    b'\r\nSec-WebSocket-Version: 13\r\n\r\n')
        stream = tls.makefile('rb')
        status = stream.readline().split()[1]
        while stream.readline().strip():
            pass
        seen = [status]
        for size in (5, 120):
            tls.sendall(b'\x81' + bytes([0x80 | size]) + b'\0' * 4 +
                        b'm' * size)
            seen.append(stream.read(2 + size))
        big = 70000
        tls.sendall(b'\x81\xff' + big.to_bytes(8, 'big') + b'\0' * 4 +
                    b'b' * big)
        seen.append(stream.read(10 + big)[10:] == b'b' * big)
        tls.sendall(b'\x88\x82\0\0\0\0\x03\xe8')  # Close: 1000.
        seen.append(stream.read(4))
        return seen


def main():
    if sys.argv[3] == 'websocket':
        case(websocket)
    cases.run()


if __name__ == '__main__':
    main()
