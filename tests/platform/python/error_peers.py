# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""The ends of the scenarios of errors_test.py: contexts, sockets, odd peers."""
import errno
import os
import socket
import ssl
import struct
import sys
import threading

FOLDER = os.path.abspath(sys.argv[-2])  # The test certificates'.
NAME = 'localhost'
SECONDS = 20
HANDSHAKE, ALERT, DATA, CCS = 22, 21, 23, 20
SCENARIOS = {}


def scenario(function):
    SCENARIOS[function.__name__] = function
    return function


def cert(name):
    return os.path.join(FOLDER, name)


def client_context(*options):
    context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
    context.verify_mode = ssl.CERT_REQUIRED
    context.check_hostname = True
    context.load_verify_locations(cert('ca.pem'))
    for option in options:
        context.options |= option
    return context


def server_context(name='server_rsa', chain='_chain', *options):
    context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
    context.load_cert_chain(cert(name + chain + '.pem'), cert(name + '.key'))
    for option in options:
        context.options |= option
    return context


ONLY_1_2 = ssl.OP_NO_TLSv1 | ssl.OP_NO_TLSv1_1 | getattr(
    ssl, 'OP_NO_TLSv1_3', 0)
ONLY_1_3 = ssl.OP_NO_TLSv1 | ssl.OP_NO_TLSv1_1 | ssl.OP_NO_TLSv1_2
NO_VERSION = ONLY_1_2 | ONLY_1_3


def caught(action):
    """What `action` raises, as a row: class, number, library, reason."""
    try:
        action()
    except Exception as error:  # pylint: disable=broad-except
        return row(error)
    return 'ok - - -'


def row(error):
    number = error.args[0] if error.args else None
    if not isinstance(number, int):
        number = None
    elif not isinstance(error, ssl.SSLError):
        number = errno.errorcode.get(number, number)
    return ' '.join(str(word if word is not None else '-') for word in (
        type(error).__name__, number, getattr(error, 'library', None),
        getattr(error, 'reason', None)))


def sockets():
    listener = socket.socket()
    listener.bind(('127.0.0.1', 0))
    listener.listen(1)
    near = socket.create_connection(listener.getsockname(), SECONDS)
    far = listener.accept()[0]
    far.settimeout(SECONDS)
    listener.close()
    return near, far


def both(client, server, after_client=None, after_server=None, name=NAME):
    """Runs a handshake, then one action at each end; (client, server) rows."""
    near, far = sockets()
    rows = []

    def serve():
        held = []

        def work():
            held.append(server.wrap_socket(far, server_side=True))
            if after_server:
                after_server(held[0])
        rows.append(caught(work))
        for one in held:
            one.close()
        far.close()

    thread = threading.Thread(target=serve)
    thread.start()
    held = []

    def work():
        held.append(client.wrap_socket(near, server_hostname=name))
        if after_client:
            after_client(held[0])
    mine = caught(work)
    for one in held:
        one.close()
    near.close()
    thread.join()
    return mine, rows[0]


def record(kind, body, version=0x303, length=None):
    return struct.pack('>BHH', kind, version,
                       len(body) if length is None else length) + body


def to_client(payload, context=None, close=False):
    """What a client says whose server answers its hello with `payload`."""
    near, far = sockets()

    def serve():
        far.recv(65536)
        far.sendall(payload)
        if close:
            far.shutdown(socket.SHUT_WR)
        try:
            while far.recv(65536):
                pass
        except socket.error:
            pass
        far.close()

    thread = threading.Thread(target=serve)
    thread.start()
    context = context or client_context()
    held = []
    result = caught(lambda: held.append(
        context.wrap_socket(near, server_hostname=NAME)))
    for one in held:
        one.close()
    near.close()
    thread.join()
    return result


def to_server(payload, context=None, close=False):
    """What a server says that gets `payload`."""
    near, far = sockets()
    near.sendall(payload)
    if close:
        near.shutdown(socket.SHUT_WR)
    context = context or server_context()
    result = caught(lambda: context.wrap_socket(far, server_side=True))
    near.close()
    far.close()
    return result


class Tampering(object):
    """Relays a connection, and damages the n-th record of a kind."""

    def __init__(self, kind, which):
        self.kind, self.which = kind, which

    def run(self, client, server, after_client, after_server):
        near, relay_near = sockets()
        relay_far, far = sockets()
        threads = [
            threading.Thread(target=self.relay, args=(relay_near, relay_far)),
            threading.Thread(target=pump, args=(relay_far, relay_near))]
        rows = []

        def serve():
            held = []

            def work():
                held.append(server.wrap_socket(far, server_side=True))
                after_server(held[0])
            rows.append(caught(work))
            for one in held:
                one.close()
            far.close()

        threads.append(threading.Thread(target=serve))
        for thread in threads:
            thread.start()
        held = []

        def work():
            held.append(client.wrap_socket(near, server_hostname=NAME))
            after_client(held[0])
        mine = caught(work)
        for one in held:
            one.close()
        near.close()
        for thread in threads:
            thread.join()
        for one in (relay_near, relay_far):
            one.close()
        return mine, rows[0]

    def relay(self, source, target):
        seen = 0
        try:
            stream = source.makefile('rb')
            while True:
                header = stream.read(5)
                if len(header) < 5:
                    break
                kind, _, length = struct.unpack('>BHH', header)
                body = bytearray(stream.read(length))
                if kind == self.kind:
                    seen += 1
                    if seen == self.which:
                        body[-1] ^= 1
                target.sendall(header + bytes(body))
        except socket.error:
            pass
        shut(target)


def pump(source, target):
    try:
        while True:
            data = source.recv(65536)
            if not data:
                break
            target.sendall(data)
    except socket.error:
        pass
    shut(target)


def shut(one):
    try:
        one.shutdown(socket.SHUT_WR)
    except socket.error:
        pass


def drop(tls):
    """Ends the stream without close_notify, and waits for the peer's end."""
    tls.shutdown(socket.SHUT_WR)
    while tls.recv(4096):
        pass
