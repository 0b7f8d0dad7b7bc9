# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Cases of sockets.py: what a server's sockets see."""
import concurrent.futures
import contextlib
import socket
import ssl
import threading

import cases
from cases import CHAIN, CLIENT, KEY, OTHER, ROOT, case, outcome_of
from socket_peers import PORTS, connection, context, read, said


@contextlib.contextmanager
def serving(handle, **named):
    """A listener that is wrapped itself, as eventlet's and gevent's users do."""
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.load_cert_chain(CHAIN, KEY)
    ours.set_alpn_protocols(['echo'])
    if named.pop('mutual', False):
        ours.load_verify_locations(ROOT)
        ours.verify_mode = ssl.CERT_REQUIRED
    listener = ours.wrap_socket(socket.create_server(('127.0.0.1', 0)),
                                server_side=True, **named)
    PORTS['ours'] = listener.getsockname()[1]
    seen = []

    def serve():
        try:
            tls, _ = listener.accept()
        except OSError as error:
            return seen.append(cases.words(error))
        with contextlib.closing(tls):
            tls.settimeout(40)
            seen.append(outcome_of(handle, tls))
        return None

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield seen
    finally:
        thread.join()
        listener.close()


def _server_sees(name, handle, client, **named):
    def both():
        with serving(handle, **named) as seen:
            got = outcome_of(client)
        return got, seen
    cases.add(name, both)


def _talk(**named):
    def talk():
        with connection('ours', **named) as tls:
            return said(tls, b'to a server\n')
    return talk


def _echo(tls):
    tls.sendall(read(tls, 12))
    return (tls.version(), tls.selected_alpn_protocol(), tls.server_side,
            tls.getpeercert() and tls.getpeercert()['subject'])


def _with_client_certificate():
    made = context()
    made.load_cert_chain(*CLIENT)
    return made


def _leave():
    """Connects and goes, without a handshake."""
    socket.create_connection(('127.0.0.1', PORTS['ours'])).close()


def _garbage():
    with socket.create_connection(('127.0.0.1', PORTS['ours'])) as plain:
        plain.sendall(b'GET / HTTP/1.0\r\n\r\n')
        plain.settimeout(40)
        return read(plain, 100)[:1]


_server_sees('server', _echo, _talk())
_server_sees('server_handshake_later', _echo, _talk(),
             do_handshake_on_connect=False)
_server_sees('server_mutual', _echo, _talk(made=_with_client_certificate()),
             mutual=True)
_server_sees('server_not_trusted', _echo, _talk(made=context(OTHER)))
_server_sees('server_is_left', _echo, _leave)
_server_sees('server_gets_garbage', _echo, _garbage)


@case
def server_of_many():
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.load_cert_chain(CHAIN, KEY)
    listener = socket.create_server(('127.0.0.1', 0), backlog=50)
    PORTS['many'] = listener.getsockname()[1]
    count = 30

    def one(plain):
        with contextlib.closing(ours.wrap_socket(plain,
                                                 server_side=True)) as tls:
            tls.sendall(read(tls, 60000))

    def serve():
        for _ in range(count):
            plain, _ = listener.accept()
            threading.Thread(target=one, args=(plain,)).start()

    thread = threading.Thread(target=serve)
    thread.start()

    def talk(number):
        with connection('many') as tls:
            return said(tls, b'%02d' % number * 30000)

    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        told = list(pool.map(talk, range(count)))
    thread.join()
    listener.close()
    return all(told), len(told)


@case
def pair():
    """Both ends in one process, over a socket pair."""
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.load_cert_chain(CHAIN, KEY)
    near, far = socket.socketpair()
    seen = []

    def serve():
        with contextlib.closing(ours.wrap_socket(far, server_side=True)) as tls:
            seen.append(tls.recv(5))
            tls.unwrap().close()

    thread = threading.Thread(target=serve)
    thread.start()
    tls = context().wrap_socket(near, server_hostname='localhost')
    tls.sendall(b'hello')
    seen.append(outcome_of(tls.recv, 1))
    tls.unwrap().close()
    thread.join()
    return seen
