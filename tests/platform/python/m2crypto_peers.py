# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Peers of the tests of airlock.m2crypto: servers and clients over `ssl`."""
import contextlib
import os
import re
import socket
import ssl
import subprocess
import threading

CERTS = ''  # Set by the tests.
SECONDS = 20  # After which something hangs.


def cert(name):
    return os.path.join(CERTS, name)


def server_context(name='server_p256_chain', key='server_p256'):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert(name + '.pem'), cert(key + '.key'))
    return context


def client_context(name=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cert('ca.pem'))
    if name is not None:
        context.load_cert_chain(cert(name + '.pem'), cert(name + '.key'))
    return context


def echo(tls):
    """Answers each line, until the client closes."""
    while True:
        data = tls.recv(1000)
        if not data:
            break
        tls.sendall(data)
    with contextlib.suppress(OSError):
        tls.unwrap()


class Server:
    """Accepts `clients` connections, one after the other, in a thread.

    `talk(tls)` is called for each. A handshake that fails is in `errors`,
    and each SSLSocket in `connections`.
    """

    def __init__(self, context=None, talk=echo, clients=1, raw=None):
        self.errors, self.connections = [], []
        self._context = context or server_context()
        self._talk, self._raw = talk, raw
        self._listener = socket.create_server(('127.0.0.1', 0))
        self._listener.settimeout(SECONDS)
        self.port = self._listener.getsockname()[1]
        self.address = ('localhost', self.port)
        self._thread = threading.Thread(target=self._run, args=(clients,))
        self._thread.start()

    def _run(self, clients):
        with self._listener:
            for _ in range(clients):
                try:
                    connection, _ = self._listener.accept()
                except OSError:
                    return
                with connection:
                    connection.settimeout(SECONDS)
                    self._serve(connection)

    def _serve(self, connection):
        if self._raw is not None:
            self._raw(connection)
            return
        try:
            with self._context.wrap_socket(
                    connection, server_side=True,
                    suppress_ragged_eofs=False) as tls:
                self.connections.append((tls.session_reused,
                                         tls.getpeercert(True)))
                self._talk(tls)
        except OSError as error:
            self.errors.append(error)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._thread.join(SECONDS)
        assert not self._thread.is_alive(), 'the server hangs'


@contextlib.contextmanager
def connected(port, context=None, session=None):
    """A client of `ssl`."""
    with socket.create_connection(('127.0.0.1', port), SECONDS) as plain:
        with (context or client_context()).wrap_socket(
                plain, server_hostname='localhost', session=session,
                suppress_ragged_eofs=False) as tls:
            yield tls


class openssl:
    """A run of the openssl command, which ends with the block."""

    def __init__(self, *arguments):
        self._process = subprocess.Popen(
            ['openssl'] + list(arguments), stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self._timer = threading.Timer(SECONDS, self._process.kill)
        self._timer.start()

    def wait_for(self, pattern):
        """The first group of `pattern` in what it writes."""
        said = []
        for line in self._process.stdout:
            said.append(line.decode())
            match = re.search(pattern, said[-1])
            if match:
                return match.group(1)
        raise AssertionError(''.join(said))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.communicate()
        self._timer.cancel()


@contextlib.contextmanager
def serving(server):
    """serve_forever() in a thread."""
    thread = threading.Thread(target=server.serve_forever,
                              kwargs={'poll_interval': 0.02})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join(SECONDS)
        server.server_close()
        assert not thread.is_alive()
