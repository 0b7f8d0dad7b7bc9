# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""airlock.m2crypto with sockets that do not block, and SSL.ssl_dispatcher.

usage: PYTHON m2crypto_nonblocking_test.py CERTS
"""
import os
import select
import socket
import sys
import threading
import time
import unittest
import warnings

import m2crypto_peers as peers
from m2crypto_peers import Server, cert

peers.CERTS = os.path.abspath(sys.argv.pop(1))

from airlock.m2crypto import SSL

with warnings.catch_warnings():
    warnings.simplefilter('ignore', DeprecationWarning)
    try:
        import asyncore
    except ImportError:
        asyncore = None

PAGE = b'0123456789abcdef' * 10000  # Several TLS records.


def server_context():
    ctx = SSL.Context()
    ctx.load_cert_chain(certchainfile=cert('server_p256_chain.pem'),
                        keyfile=cert('server_p256.key'))
    return ctx


def client_context():
    ctx = SSL.Context()
    ctx.load_verify_locations(cert('ca.pem'))
    ctx.set_verify(SSL.verify_peer | SSL.verify_fail_if_no_peer_cert, 9)
    return ctx


def listener(ctx):
    result = SSL.Connection(ctx)
    result.bind(('127.0.0.1', 0))
    result.listen(5)
    result.setblocking(0)
    return result


class AcceptTest(unittest.TestCase):
    """What a listener that does not block accepts."""

    def setUp(self):
        self.listener = listener(server_context())
        self.addCleanup(self.listener.close)

    def accept(self, server=None):
        server = server or self.listener
        select.select([server], [], [], peers.SECONDS)
        connection, _ = server.accept()
        self.addCleanup(connection.close)
        return connection

    def start(self, client, server=None):
        port = (server or self.listener).getsockname()[1]
        thread = threading.Thread(target=client, args=(port,))
        thread.start()
        self.addCleanup(thread.join)

    def test_a_silent_client_does_not_hold_up_accept(self):
        with socket.create_connection(self.listener.getsockname()):
            connection = self.accept()
            connection.setblocking(0)
            self.assertIsNone(connection.get_peer_cert())
            self.assertIsNone(connection.read())
            self.assertEqual(connection.write(b'x'), -1)

    def test_a_read_shakes_hands(self):
        def client(port):
            with peers.connected(port, peers.client_context()) as tls:
                tls.sendall(b'x')
                tls.recv(1)

        self.start(client)
        connection = self.accept()
        self.assertEqual(connection.read(1), b'x')
        connection.write(b'y')

    def test_a_read_has_a_deadline(self):
        with socket.create_connection(self.listener.getsockname()):
            connection = self.accept()
            connection.handshake_timeout = 0.05
            with self.assertRaises(SSL.SSLTimeoutError):
                connection.read()

    def test_the_check_is_made(self):
        checked = []

        def refuse(certificate, host):
            checked.append(host)
            return False

        def client(port):
            with self.assertRaises(OSError):
                with peers.connected(port, peers.client_context()) as tls:
                    tls.recv(1)

        self.listener.set_post_connection_check_callback(refuse)
        ctx = SSL.Context(post_connection_check=refuse)
        ctx.load_cert(cert('server_p256_chain.pem'), cert('server_p256.key'))
        server = listener(ctx)
        self.addCleanup(server.close)
        self.start(client, server)
        connection = self.accept(server)
        with self.assertRaises(SSL.Checker.SSLVerificationError):
            connection.read()
        with self.assertRaises(SSL.SSLError):
            connection.read()
        self.assertEqual(checked, ['127.0.0.1'])


class ConnectTest(unittest.TestCase):

    def shake_hands(self, connection, address):
        """As a program does whose socket does not block."""
        self.addCleanup(connection.close)
        connection.setblocking(0)
        try:
            done = connection.connect(address)
        except BlockingIOError:
            done = 0
            select.select([], [connection], [], peers.SECONDS)
        while not done:
            done = connection.connect_ssl()
            if not done:
                select.select([connection], [], [], peers.SECONDS)

    def test_a_connection(self):
        with Server() as server:
            connection = SSL.Connection(client_context())
            self.shake_hands(connection, server.address)
            connection.setblocking(1)
            connection.write(b'x')
            self.assertEqual(connection.read(), b'x')
            connection.close()

    def test_the_name_is_checked(self):
        with Server(peers.server_context('ip_only', 'ip_only')) as server:
            with self.assertRaises(SSL.Checker.WrongHost):
                self.shake_hands(SSL.Connection(client_context()),
                                 server.address)

    def test_the_check_is_made(self):
        checked = []
        with Server() as server:
            connection = SSL.Connection(client_context())
            connection.set_post_connection_check_callback(
                lambda certificate, host: checked.append(host))
            with self.assertRaises(SSL.Checker.SSLVerificationError):
                self.shake_hands(connection, server.address)
        self.assertEqual(checked, ['localhost'])


@unittest.skipIf(asyncore, 'this Python has asyncore')
class MissingTest(unittest.TestCase):

    def test_the_error_says_what_is_missing(self):
        with self.assertRaisesRegex(ImportError, 'asyncore.*asyncio'):
            SSL.ssl_dispatcher


@unittest.skipUnless(asyncore, 'this Python has no asyncore')
class DispatcherTest(unittest.TestCase):

    def setUp(self):
        self.map = {}
        test = self

        class Channel(SSL.ssl_dispatcher):
            """Sends PAGE to a client that has sent a line."""

            def __init__(self, connection):
                SSL.ssl_dispatcher.__init__(self, connection, test.map)
                self.request, self.answer = b'', b''

            def readable(self):
                return not self.request.endswith(b'\n')

            def handle_read(self):
                data = self.recv(100)
                if data is None:
                    return
                self.request += data
                if self.request.endswith(b'\n'):
                    self.answer = PAGE

            def writable(self):
                return bool(self.answer)

            def handle_write(self):
                self.answer = self.answer[max(self.send(self.answer), 0):]
                if not self.answer:
                    self.close()

            def handle_error(self):
                raise

        class Listener(SSL.ssl_dispatcher):

            def __init__(self):
                SSL.ssl_dispatcher.__init__(self, map=test.map)
                self.create_socket(server_context())
                self.bind(('127.0.0.1', 0))
                self.listen(5)

            def handle_accept(self):
                Channel(self.socket.accept()[0])

        class Client(SSL.ssl_dispatcher):

            def __init__(self, *args):
                SSL.ssl_dispatcher.__init__(self, *args)
                self.data = b''
                self.ended = self.shaken = False
                self.unsent = b'GET\n'

            def handle_connect(self):
                self.shaken = True

            def writable(self):
                return bool(self.unsent)

            def handle_write(self):
                self.unsent = self.unsent[max(self.send(self.unsent), 0):]

            def handle_read(self):
                data = self.recv()
                if data:
                    self.data += data
                elif data == b'':
                    self.ended = True
                    self.close()

            def handle_error(self):
                raise

        self.listener_class, self.client_class = Listener, Client
        self.addCleanup(asyncore.close_all, self.map)

    def loop_until(self, done):
        end = time.monotonic() + peers.SECONDS
        while not done():
            self.assertLess(time.monotonic(), end, 'the loop does not end')
            # Briefly, since a thread may be what is done.
            asyncore.loop(timeout=0.02, map=self.map, count=1)

    def test_a_client(self):
        def talk(tls):
            tls.recv(100)
            tls.sendall(PAGE)
            tls.unwrap()

        with Server(talk=talk) as server:
            client = self.client_class(None, self.map)
            client.create_socket(client_context())
            client.connect(server.address)
            self.assertTrue(client.shaken)
            self.loop_until(lambda: client.ended)
        self.assertEqual(client.data, PAGE)

    def test_a_server(self):
        server = self.listener_class()
        got = []

        def client(port):
            with peers.connected(port, peers.client_context()) as tls:
                tls.sendall(b'GET\n')
                while True:
                    data = tls.recv(65536)
                    if not data:
                        break
                    got.append(data)

        with socket.create_connection(server.socket.getsockname()):
            # That one is silent, and holds up no one.
            thread = threading.Thread(
                target=client, args=(server.socket.getsockname()[1],))
            thread.start()
            self.loop_until(lambda: not thread.is_alive())
        self.assertEqual(b''.join(got), PAGE)

    def test_a_record_is_read_to_its_end(self):
        """The end of a record is not left until the peer sends again."""
        release = threading.Event()

        def talk(tls):
            tls.recv(100)
            tls.sendall(b'x' * 10000)
            release.wait(peers.SECONDS)

        with Server(talk=talk) as server:
            self.addCleanup(release.set)
            client = self.client_class(None, self.map)
            client.create_socket(client_context())
            client.connect(server.address)
            self.loop_until(lambda: len(client.data) == 10000)
            release.set()
            client.close()


if __name__ == '__main__':
    unittest.main()
